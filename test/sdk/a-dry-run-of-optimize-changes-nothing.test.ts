// What a dry run says is what the run then does: these files with these bytes go, and these versions end.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const notes = table("notes", { id: int().primaryKey(), body: text() });
/** A run puts manifests, which take the place of others; of all else nothing comes that goes at once. */
const FOLDERS = ["data", "deaths", "index", "_log", "_tags"];

function filesIn(folder: string): Map<string, number> {
  const files = new Map<string, number>();
  for (const name of FOLDERS.map((part) => join(folder, "notes.varve", part))) {
    for (const file of readdirSync(name)) {
      files.set(join(name, file), statSync(join(name, file)).size);
    }
  }
  return files;
}

test("it names the files that go, with their bytes, and says what the retention ends", async () => {
  const folder = temporaryFolder();
  const t = await (await diskDatabase(folder)).table(notes);
  const rows = (body: string) => Array.from({ length: 4000 }, (_, id) => ({ id, body: body.repeat(50) }));
  await t.insert(rows("first"));
  await t.upsert(rows("second"));
  await t.upsert(rows("third"));
  await t.setRetention({ days: 0 });
  const pinned = await t.asOf(1).pin();
  const before = filesIn(folder);
  const said = await t.optimize({ dryRun: true });
  expect(filesIn(folder)).toEqual(before);
  expect(await t.asOf(2).count()).toBe(4000);
  expect(said).toMatchObject({ rows: 4000, versions: 1, oldestVersion: 3 });
  const { droppedRows } = await t.optimize();
  expect(droppedRows).toBe(said.rows);
  await expect(t.asOf(2).count()).rejects.toMatchObject({ code: "VERSION_EXPIRED" });
  expect(await pinned.count()).toBe(4000);
  const after = filesIn(folder);
  const gone = new Map([...before].filter(([file]) => !after.has(file)));
  const path = ({ folder: part, name }: { folder: string; name: string }) =>
    join(folder, "notes.varve", part, name);
  const named = said.files.filter(({ folder: part }) => FOLDERS.includes(part));
  expect(new Map(named.map((file) => [path(file), file.bytes]))).toEqual(gone);
  expect(said.bytes).toBe(said.files.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(new Set(named.map(({ why }) => why))).toEqual(
    new Set(["expired", "merged", "retired", "rewritten"]),
  );
  expect(new Set(said.files.map(({ afterMs }) => afterMs))).toEqual(new Set([0]));
  await pinned.release();
  expect(await t.optimize({ dryRun: true })).toMatchObject({ rows: 4000, versions: 1 });
});

test("other options are refused", async () => {
  const t = await (await memoryDatabase()).table(notes);
  for (const options of [{ dryrun: true }, { dryRun: 1 }]) {
    await expect(t.optimize(options as object)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
});
