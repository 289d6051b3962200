// `npm install <folder>` makes a link: what the program has installed does not lie above the package then.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "varve-linked-"));
  for (const path of ["dist", "package.json"]) {
    cpSync(join(root, path), join(place, "clone", path), { recursive: true });
  }
  mkdirSync(join(place, "app", "node_modules", "openai"), { recursive: true });
  symlinkSync(join(place, "clone"), join(place, "app", "node_modules", "varve"), "junction");
  const peer = join(place, "app", "node_modules", "openai");
  writeFileSync(join(peer, "package.json"), '{ "name": "openai", "main": "index.js" }');
  const embeddings = "{ create: async () => ({ data: [{ index: 0, embedding: [1, 2, 3] }] }) }";
  writeFileSync(join(peer, "index.js"), `exports.OpenAI = class { embeddings = ${embeddings}; };`);
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

const call = `openai("m", { apiKey: "k", dimensions: 3 }).embed(["x"], { kind: "query" }).then(
  ([vector]) => console.log([...vector].join()),
  (error) => console.log(error.message),
);`;

it.each([
  ["program.mjs", `import { openai } from "varve/embeddings"; ${call}`],
  ["program.cjs", `const { openai } = require("varve/embeddings"); ${call}`],
])("%s", (file, text) => {
  const program = join(place, "app", file);
  writeFileSync(program, text);
  const { stdout } = spawnSync(process.execPath, [program], { cwd: tmpdir(), encoding: "utf8" });
  expect(stdout.trim()).toBe("1,2,3");
});
