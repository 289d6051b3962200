// The codes of errors stand in Rust for the engine, in TypeScript for everything, and in a table for readers.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorCodes } from "../../src/varve-error";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** What only the SDK can throw. */
const ofTypeScript = [
  "ABORTED",
  "EMBEDDING_FAILED",
  "EMBEDDING_UNAVAILABLE",
  "INVALID_DOCUMENT",
  "NATIVE_MISSING",
  "NOT_YET",
  "SCHEMA_MISMATCH",
];

test("the engine's codes are those of TypeScript, but for what only TypeScript throws", () => {
  const error = read("native/engine/src/error.rs");
  const declared = /pub enum Code \{(.*?)\n\}/s.exec(error)?.[1]?.match(/^ {4}\w+/gm) ?? [];
  const texts = [...error.matchAll(/Self::(\w+) => "([A-Z_]+)"/g)];
  expect(texts.map(([, variant]) => variant)).toEqual(declared.map((variant) => variant.trim()));
  for (const [, variant = "", text] of texts) {
    expect(variant.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()).toBe(text);
  }
  const engine = texts.map(([, , text = ""]) => text);
  expect([...engine, ...ofTypeScript].toSorted()).toEqual(errorCodes.toSorted());
});

test("the table beside them and the page about errors name every code, and no other", () => {
  const [before = ""] = read("src/varve-error.ts").split("export type VarveErrorCode");
  const comment = before.slice(before.lastIndexOf("/**"));
  for (const text of [comment, read("docs/errors.md")]) {
    const rows = text.split("\n").filter((line) => /^( \* )?\| `/.test(line));
    const named = rows.flatMap((row) => row.split("|")[1]?.match(/[A-Z_]+/g) ?? []);
    expect(named.toSorted()).toEqual(errorCodes.toSorted());
  }
});
