import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

test("no source asks instanceof for a class of the language, which would refuse values of another realm", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const found = files.flatMap((name) => {
    const code = readFileSync(join("src", name), "utf8").replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    return [...code.matchAll(/\binstanceof\s+(\w+)/g)]
      .filter(([, asked]) => (asked ?? "") in globalThis)
      .map((match) => `${name}: ${match[0]}`);
  });
  expect(found).toEqual([]);
});
