import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { toVarveError } from "../../src/sdk/native/call";
import { spoken } from "../../src/sdk/native/hints";

const folder = fileURLToPath(new URL("../../native/engine/src", import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".rs"))
  .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8").replaceAll(/\\\n\s*/g, "") }));

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
