// What docs/writing-tables.md asks of another program is enough: foreign_writer.py keeps to it, and knows nothing of the SDK.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";

const program = fileURLToPath(new URL("foreign_writer.py", import.meta.url));
const python = process.env["VARVE_TEST_PYTHON"] ?? "python3";
const missing = spawnSync(python, ["--version"]).status !== 0;

const docs = table("docs", { id: int().primaryKey(), word: text().nullable() });

function foreign(action: string, folder: string): { readonly status: number | null; readonly said: string } {
  const { status, stderr } = spawnSync(python, [program, action, folder], { encoding: "utf8" });
  return { status, said: stderr.trim() };
}

// Skipped only where the machine has no Python 3: `missing` says so.
test.skipIf(missing)("both write to it in turn, and every version is what it was", async () => {
  const folder = temporaryFolder();
  expect(foreign("create", folder)).toEqual({ status: 0, said: "" });
  const t = await (await diskDatabase(folder)).table(docs);
  const first = await t.find();
  expect(first.length).toBe(40);
  expect(first.slice(4, 7)).toEqual([
    { id: 4, word: "word 4" },
    { id: 5, word: null },
    { id: 6, word: "word 6" },
  ]);
  expect(await t.get(39)).toEqual({ id: 39, word: "word 39" });
  await t.upsert([{ id: 39, word: "ours" }]);
  await t.insert([{ id: 100, word: "new" }]);
  expect(foreign("append", folder)).toEqual({ status: 0, said: "" });
  expect(await t.version()).toBe(5);
  expect(await t.get(0)).toBeUndefined();
  expect(await t.get(1042)).toEqual({ id: 1042, word: "größer" });
  await t.optimize();
  expect(foreign("append", folder)).toEqual({ status: 0, said: "" });
  await t.insert([{ id: 101 }]);
  expect(await t.asOf(1).find()).toEqual(first);
  expect(await t.count()).toBe(40 + 1 + 2 - 1 + 2 - 1 + 1);
  expect((await t.history()).map((commit) => commit.operation)).toEqual([
    ...["insert", "delete", "insert", "delete", "insert", "insert", "upsert", "insert"],
  ]);
  expect(await t.verify()).toMatchObject({ ok: true, problems: [] });
  // It was made without a journal, and none came to it.
  const manifests = readdirSync(join(folder, "docs.varve", "_manifests"));
  expect(manifests.filter((name) => name.includes("journal"))).toEqual([]);
});

test.skipIf(missing)("who does not know the journal is kept out of tables that have one", async () => {
  const folder = temporaryFolder();
  const t = await (await diskDatabase(folder)).table(docs);
  await t.insert([{ id: 1 }]);
  const refused = foreign("append", folder);
  expect(refused).toEqual({
    status: 1,
    said: "The table needs journal, journal, which this program does not know.",
  });
  for (let id = 2; id < 60; id += 1) await t.insert([{ id }]);
  expect(foreign("append", folder)).toEqual({
    status: 1,
    said: "The newest manifest stands in a journal, which this program does not read.",
  });
  expect(await t.count()).toBe(59);
});
