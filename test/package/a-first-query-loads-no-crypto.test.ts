// node:crypto takes milliseconds to load, and a first query needs nothing of it.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const start = `
import { connect, embed, table, text } from "varve";
import { builtin } from "varve/embeddings";
const db = await connect("memory:");
const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(builtin(), c.body) }));
const t = await db.table(docs);
await t.search("layers in a lake", { limit: 5 });
await t.search(new Float32Array(256).fill(0.1), { limit: 5 });
const isLoaded = () => process.moduleLoadList.includes("NativeModule crypto");
`;

function printed(program: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", start + program], {
    cwd: root,
    encoding: "utf8",
  });
  return stdout + stderr;
}

test("a first query loads no crypto, and what hashes loads it", () => {
  expect(printed("console.log(isLoaded()); process.getBuiltinModule?.('node:crypto');")).toBe("false\n");
  expect(printed("await import('node:crypto'); console.log(isLoaded());")).toBe("true\n");
});
