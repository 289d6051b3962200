// A sync of the disk is most of what a small commit costs. Writers who wait at the same time pay one of them together, and notice nothing else.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { int, type Table, table, text, type UntypedTable, VarveError } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const notes = table("notes", { id: text().primaryKey(), n: int() });

/** The number of the newest manifest: it grows by one with each. */
function sequence(folder: string): bigint {
  const names = readdirSync(join(folder, "notes.varve", "_manifests"));
  const numbers = names.flatMap((name) => /^(\d{20})\.json$/.exec(name)?.[1] ?? []);
  const newest = numbers.sort()[0];
  if (newest === undefined) throw new Error("there is no manifest");
  return 2n ** 64n - 1n - BigInt(newest);
}

test("64 inserts at once are 64 versions in the order of the calls, and far fewer manifests", async () => {
  const folder = temporaryFolder();
  const t = await (await diskDatabase(folder)).table(notes);
  const before = sequence(folder);
  // Fewer manifests than make a journal: each is a file that can be counted.
  const results = await Promise.all(
    Array.from({ length: 64 }, (_, n) => t.insert({ id: `note ${n}`, n }, { message: `${n}` })),
  );
  expect(results.map(({ version }) => version)).toEqual(Array.from({ length: 64 }, (_, n) => n + 1));
  expect(results.every(({ inserted }) => inserted === 1)).toBe(true);
  const manifests = Number(sequence(folder) - before);
  expect(manifests).toBeLessThan(16);

  const history = await t.history({ limit: 100 });
  expect(history.map(({ message }) => message)).toEqual(Array.from({ length: 64 }, (_, n) => `${63 - n}`));
  for (const version of [0, 1, 2, 31, 63, 64]) expect(await t.asOf(version).count()).toBe(version);
  const { added, removed } = await t.diff(30, 33);
  expect(added.map(({ n }) => n)).toEqual([30, 31, 32]);
  expect(removed).toEqual([]);
  expect((await t.verify()).ok).toBe(true);
});

test("of writes at once a bad one fails alone", async () => {
  const t = await (await diskDatabase(temporaryFolder())).table(notes);
  const settled = await Promise.allSettled([
    t.insert({ id: "a", n: 1 }),
    t.insert({ id: "b", n: 2 }),
    t.insert({ id: "a", n: 3 }),
    t.insert({ id: "c", n: 4 }, { ifVersion: 2 }),
    t.insert({ id: "d", n: 5 }, { ifVersion: 2 }),
    t.upsert({ id: "b", n: 2 }),
    t.upsert({ id: "b", n: 6 }),
  ]);
  const outcome = settled.map((one) => {
    if (one.status === "fulfilled") return one.value.version;
    return VarveError.is(one.reason) ? one.reason.code : one.reason;
  });
  expect(outcome).toEqual([1, 2, "DUPLICATE_KEY", 3, "CONFLICT", 3, 4]);
  expect(await t.find({ select: ["id", "n"], orderBy: { column: "id" } })).toEqual([
    { id: "a", n: 1 },
    { id: "b", n: 6 },
    { id: "c", n: 4 },
  ]);
});

test("writes at once of two tables and of two handles go on side by side", async () => {
  const folder = temporaryFolder();
  const [one, two] = await Promise.all([diskDatabase(folder), diskDatabase(folder)]);
  const other = await one.table(table("others", { id: text().primaryKey(), n: int() }));
  const tables: Table<UntypedTable>[] = [
    (await one.table(notes)).untyped,
    (await two.table(notes)).untyped,
    other.untyped,
  ];
  const writes = tables.flatMap((t, i) =>
    Array.from({ length: 20 }, (_, n) => t.insert({ id: `${i} ${n}`, n })),
  );
  await Promise.all(writes);
  expect(await Promise.all(tables.map((t) => t.count()))).toEqual([40, 40, 20]);
});

test("a close waits for writes that were called before it, and refuses those after", async () => {
  const db = await memoryDatabase();
  const t = await db.table(notes);
  const writes = Array.from({ length: 20 }, (_, n) => t.insert({ id: `${n}`, n }));
  const settled = Promise.allSettled(writes);
  await settled.then(() => t.close());
  await expect(t.insert({ id: "late", n: 0 })).rejects.toMatchObject({ code: "CLOSED" });
  expect((await settled).every(({ status }) => status === "fulfilled")).toBe(true);
});

test("large rows and small ones are written at once", async () => {
  const t = await (await diskDatabase(temporaryFolder())).table(
    table("texts", { id: text().primaryKey(), body: text() }),
  );
  const rows = Array.from({ length: 12 }, (_, n) => ({
    id: `${n}`,
    body: "long ".repeat(n % 3 === 0 ? 40_000 : 1),
  }));
  await Promise.all(rows.map((row) => t.insert(row)));
  expect(await t.version()).toBe(12);
  expect(await t.count()).toBe(12);
});
