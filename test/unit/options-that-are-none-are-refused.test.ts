// Splitters, embedding functions, stores and tools read their options in one way, and say in the same words what is wrong with them.

import type { VarveError } from "varve";
import {
  readDocument,
  splitDocument,
  splitHtml,
  splitMarkdown,
  splitText,
  walkFolder,
} from "varve/documents";
import { custom, openai, Registry } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { ownOptions, refuseMore } from "../../src/own-options";

const names = { size: true, where: true } as const;

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return `${code}: ${message}${hint === undefined ? "" : ` ${hint}`}`;
  }
  return "taken";
}

class Sized {
  readonly size = 3;
}

const broken = {
  get size(): number {
    throw new Error("it rains");
  },
};

describe("options", () => {
  test("are read once, without what they inherit", () => {
    let reads = 0;
    const options = {
      get size(): number {
        reads += 1;
        return 3;
      },
    };
    const own = ownOptions<{ size?: number; where?: string }>("tool", options, names);
    expect([own.size, own.size, reads, Object.getPrototypeOf(own)]).toEqual([3, 3, 1, null]);
    expect(ownOptions("tool", undefined, names)).toEqual({});
  });

  test.each([
    ["a mistyped name", { wher: "x" }],
    ["a list", [1]],
    ["a Map", new Map([["size", 3]])],
    ["a Date", new Date(0)],
    ["an instance of a class", new Sized()],
    ["null", null],
    ["a bigint", 1n],
    ["a getter that throws", broken],
  ])("that are none are refused: %s", (_, options) => {
    expect(refusal(() => ownOptions("tool", options as object, names))).toMatchSnapshot();
  });
});

test("what stands behind the last parameter is refused", () => {
  expect(refusal(() => refuseMore("tool", [undefined]))).toBe("taken");
  expect(refusal(() => refuseMore("tool", [undefined, [1]]))).toBe(
    "INVALID_ARGUMENT: tool was given an array of 1, which it does not take.",
  );
  expect(refusal(() => refuseMore("int()", [true], "INVALID_SCHEMA"))).toBe(
    "INVALID_SCHEMA: int() was given true, which it does not take.",
  );
});

describe("splitters", () => {
  const stray = 7 as never;
  const calls: Record<string, () => unknown> = {
    splitText: () => splitText("x", {}, stray),
    splitMarkdown: () => splitMarkdown("x", {}, stray),
    splitHtml: () => splitHtml("x", {}, stray),
    splitDocument: () => splitDocument("x", "text", {}, stray),
  };
  test.each(Object.entries(calls))("refuse a stray argument: %s", (name, call) => {
    expect(refusal(call)).toBe(`INVALID_ARGUMENT: ${name} was given the number 7, which it does not take.`);
  });

  test("refuse a Map and a Date", () => {
    for (const options of [new Map([["size", 9]]), new Date()])
      expect(refusal(() => splitText("x", options as object))).toMatch(
        /^INVALID_ARGUMENT: splitText: options/,
      );
  });

  test("are not alone: so do walks and reads of documents", async () => {
    expect(refusal(() => walkFolder(".", {}, stray))).toMatch(/^INVALID_ARGUMENT: walkFolder/);
    await expect(readDocument("x.md", {}, stray)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("embedding functions", () => {
  const mine = { name: "mine", dimensions: 3, embed: () => Promise.resolve([]) };
  test.each([
    ["retry", { ...mine, retry: 1n }],
    ["name", { ...mine, name: 1n }],
    ["dimensions", { ...mine, dimensions: Object.create(null) }],
  ])("say which option is none, whatever it is: %s", (_, options) => {
    expect(refusal(() => custom(options as never))).toMatchSnapshot();
  });

  test("say so of options that are none", () => {
    expect(refusal(() => openai("m", new Map() as object))).toBe(
      "INVALID_ARGUMENT: openai: options: expected an object, found an instance of Map.",
    );
    expect(refusal(() => new Registry().names(7 as never))).toMatch(/names was given the number 7/);
  });
});
