import { type Database, embed, int, list, struct, type Table, table, text, timestamp, vector } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { paidEmbedding, paidVector } from "../support/paid-embedding";

const full = table("users", {
  id: int().primaryKey(),
  name: text(),
  notes: text().nullable(),
  rank: int().default(5),
  tags: list(text()).nullable(),
  meta: struct({ city: text(), since: timestamp() }).nullable(),
  vec: vector(2).nullable(),
});
const partial = table("users", { id: int().primaryKey(), name: text() });

const ada = {
  id: 1,
  name: "Ada",
  notes: "prefers mail",
  rank: 9,
  tags: ["a", "b"],
  meta: { city: "London", since: new Date(5) },
  vec: Float32Array.of(1, 2),
};

async function both(): Promise<{ all: Table<typeof full>; few: Table<typeof partial>; db: Database }> {
  const db = await memoryDatabase();
  return { db, all: await db.table(full), few: await db.table(partial) };
}

const every = ["id", "name", "notes", "rank", "tags", "meta", "vec"] as const;

describe("columns that a declaration leaves out", () => {
  test("keep their values in rows that an upsert replaces", async () => {
    const { all, few } = await both();
    await all.insert(ada);
    await few.upsert([
      { id: 1, name: "Ada L." },
      { id: 2, name: "Grace" },
    ]);
    expect(await all.get(1, { select: every })).toEqual({ ...ada, name: "Ada L." });
    const none = { notes: null, tags: null, meta: null, vec: null };
    expect(await all.get(2, { select: every })).toEqual({ id: 2, name: "Grace", rank: 5, ...none });
  });

  test("do so in rows by the ten thousand, in any order", async () => {
    const { all, few } = await both();
    const rows = Array.from({ length: 30_000 }, (_, id) => ({ ...ada, id, notes: `note ${id}` }));
    await all.insert(rows.slice(0, 12_000));
    await all.insert(rows.slice(12_000));
    const again = rows.map(({ id }) => ({ id: (id * 7919) % 40_000, name: `new ${id}` }));
    const kept = again.filter(({ id }) => id < 30_000).length;
    expect(await few.upsert(again)).toMatchObject({ updated: kept, inserted: 30_000 - kept });
    const found = await all.find({ select: ["id", "name", "notes", "vec"] });
    expect(found).toHaveLength(30_000 + 30_000 - kept);
    for (const { id, notes, vec } of found) {
      expect(notes).toBe(id < 30_000 ? `note ${id}` : null);
      expect(vec === null).toBe(id >= 30_000);
    }
  });

  test("are set all the same by rows that bring them", async () => {
    const { all, few } = await both();
    await all.insert(ada);
    await few.untyped.upsert([{ id: 1, name: "Ada", notes: null }]);
    await few.untyped.upsert([
      { id: 1, name: "Ada" },
      { id: 2, name: "Grace", notes: "new" },
    ]);
    expect(await all.get(1)).toMatchObject({ notes: null, rank: 9 });
    expect(await all.get(2)).toMatchObject({ notes: "new", rank: 5 });
  });
});

test("a handle that is older than a column keeps it too", async () => {
  const db = await memoryDatabase();
  const old = await db.table(partial);
  await old.insert([{ id: 1, name: "Ada" }]);
  const wider = await old.addColumn("notes", text().nullable());
  await wider.update({ where: { id: 1 }, set: { notes: "kept" } });
  await old.upsert([{ id: 1, name: "Ada L." }]);
  expect(await wider.get(1)).toEqual({ id: 1, name: "Ada L.", notes: "kept" });
});

describe("a vector that the writer cannot compute", () => {
  const fn = paidEmbedding();
  const docs = table("docs", { id: int().primaryKey(), body: text(), n: int().nullable() }, (c) => ({
    vec: embed(fn, c.body),
  }));
  const plain = table("docs", { id: int().primaryKey(), body: text(), n: int().nullable() });

  test("stays where its sources do, and is gone where they change, so that backfill finds it", async () => {
    const db = await memoryDatabase();
    const t = await db.table(docs);
    const other = await db.table(plain);
    await t.insert([
      { id: 1, body: "one" },
      { id: 2, body: "two" },
    ]);
    await other.upsert([
      { id: 1, body: "one", n: 7 },
      { id: 2, body: "2", n: 7 },
      { id: 3, body: "three", n: 7 },
    ]);
    expect(await t.find({ select: ["id", "n", "vec"], orderBy: "id" })).toEqual([
      { id: 1, n: 7, vec: paidVector("one") },
      { id: 2, n: 7, vec: null },
      { id: 3, n: 7, vec: null },
    ]);
    expect(await t.backfill()).toEqual({ filled: 2, missing: 0 });
    expect((await t.get(2, { select: ["vec"] }))?.vec).toEqual(paidVector("2"));
  });
});
