import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { toVarveError } from "../../src/sdk/native/call";
import { spoken } from "../../src/sdk/native/hints";

const folders = ["engine", "protocol"].map((crate) =>
  fileURLToPath(new URL(`../../native/${crate}/src`, import.meta.url)),
);
const sources = folders
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith(".rs"))
  .map((file) => ({ file, text: readFileSync(file, "utf8").replaceAll(/\\\n\s*/g, "") }));

const hints = Object.entries(spoken).flatMap(([code, words]) =>
  Object.entries(words ?? {}).map(([engine, shown]) => ({ code, engine, shown })),
);

describe.each(hints)("$code: $engine", ({ code, engine, shown }) => {
  test("is a sentence of the engine", () => {
    expect(sources.filter(({ text }) => text.includes(`"${engine}"`)).map(({ file }) => file)).not.toEqual(
      [],
    );
  });

  test("is shown in the words of TypeScript", () => {
    const thrown = toVarveError(new Error(JSON.stringify({ code, message: "It rains.", hint: engine })));
    expect(thrown).toMatchObject({ code, hint: shown });
  });
});

test("a hint without words of its own is shown as it is", () => {
  const thrown = toVarveError(new Error(JSON.stringify({ code: "CONFLICT", message: "No.", hint: "Wait." })));
  expect(thrown.hint).toBe("Wait.");
  expect(toVarveError(new Error('{"code":"CONFLICT","message":"No.","hint":null}')).hint).toBeUndefined();
});
