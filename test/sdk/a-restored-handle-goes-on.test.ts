// A restore may bring other columns back. The handle that it was called on goes on with them; others are told.

import { embed, int, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const pages = table("pages", { id: int().primaryKey(), title: text() });

test("a handle goes on after a restore to fewer columns", async () => {
  const db = await memoryDatabase();
  const t = await db.table(pages);
  await t.insert([{ id: 1, title: "a" }]);
  const wider = await t.addColumn("lang", text().nullable());
  const other = await db.openTable("pages");
  const result = await wider.restore(1);
  expect(result).toEqual({
    version: 3,
    committedAt: expect.any(Date) as Date,
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    deferred: 0,
  });
  expect(result.table).toBe(wider);
  expect(await wider.find()).toEqual([{ id: 1, title: "a" }]);
  expect(await wider.get(1)).toEqual({ id: 1, title: "a" });
  expect(await wider.count({ where: { title: "a" } })).toBe(1);
  await wider.insert([{ id: 2, title: "b" }]);
  await wider.update({ where: { id: 2 }, set: { title: "c" } });
  expect(await wider.asOf(2).get(1)).toEqual({ id: 1, title: "a" });
  expect(await wider.asOf(2).get(1, { select: ["lang"] })).toEqual({ lang: null });
  expect(await t.find()).toHaveLength(2);
  await expect(other.find()).rejects.toMatchObject({ code: "CONFLICT" });
});

test("a handle goes on after a restore to more columns, and a table opened by name shows them", async () => {
  const db = await memoryDatabase();
  const wide = await db.openTable((await db.table(pages)).name);
  const t = await wide.addColumn("lang", text().nullable());
  await t.insert([{ id: 1, title: "a", lang: "en" }]);
  const less = await t.dropColumn("lang");
  await less.restore(2);
  expect(await less.find()).toEqual([{ id: 1, title: "a", lang: "en" }]);
  await less.insert([{ id: 2, title: "b", lang: "fr" }]);
  expect(await less.count({ where: { lang: "fr" } })).toBe(1);
});

test("a handle does not search old vectors with another function", async () => {
  const db = await memoryDatabase();
  const [one, two] = [hashEmbedding({ name: "one" }), hashEmbedding({ name: "two" })];
  const docs = table("docs", { id: int().primaryKey(), body: text() }, (c) => ({ vec: embed(one, c.body) }));
  const t = await db.table(docs);
  await t.insert([{ id: 1, body: "refund" }]);
  const t2 = await (await t.dropColumn("vec")).addColumn("vec", (c) => embed(two, c.body));
  expect((await t2.search("refund")).map((hit) => hit.id)).toEqual([1]);
  await t2.restore(1);
  await expect(t2.search("refund")).rejects.toMatchObject({ code: "EMBEDDING_UNAVAILABLE" });
  expect(await t2.find()).toEqual([{ id: 1, body: "refund" }]);
});
