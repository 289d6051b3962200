// Elsewhere a table that grows by single rows becomes tens of thousands of files. Here small commits ride in the manifest and are folded.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { table, text, vector } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";
import { Random } from "../support/random";

const dimensions = 64;
const notes = table("notes", { id: text().primaryKey(), body: text(), vec: vector(dimensions) });

function filesBelow(folder: string): number[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
}

test("2,000 one-row inserts leave at most 40 files and three times the data", async () => {
  const folder = temporaryFolder();
  const db = await diskDatabase(folder);
  const t = await db.table(notes);
  const random = new Random(1);
  const count = 2000;
  for (let i = 0; i < count; i += 1) {
    const vec = Float32Array.from({ length: dimensions }, () => random.next() - 0.5);
    await t.insert([{ id: `note-${i}`, body: `the body of note ${i} `.repeat(20), vec }]);
  }
  await t.close();
  const sizes = filesBelow(folder);
  const raw = count * (9 + 400 + dimensions * 4);
  expect(sizes.length).toBeLessThanOrEqual(40);
  expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(3 * raw);
  const again = await (await diskDatabase(folder)).table(notes);
  expect(await again.count()).toBe(count);
  expect((await again.history({ limit: 1 }))[0]?.version).toBe(count);
  expect(await again.get("note-77")).toEqual({ id: "note-77", body: "the body of note 77 ".repeat(20) });
}, 120_000);
