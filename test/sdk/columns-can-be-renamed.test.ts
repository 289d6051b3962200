// A column has an identity that a name does not touch: every version answers to the new name.

import { embed, int, table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const pages = table("pages", { id: text().primaryKey(), title: text(), views: int().default(0) });

async function renamed() {
  const db = await memoryDatabase();
  const t = await db.table(pages);
  await t.insert([{ id: "1", title: "Refunds", views: 5 }]);
  await t.update({ where: { id: "1" }, set: { title: "Returns" } });
  return { db, t, t2: await t.renameColumn("title", "headline", { message: "words" }) };
}

describe("a column that is renamed", () => {
  test("has the new name in rows, filters, orders and writes", async () => {
    const { t2 } = await renamed();
    expect(await t2.find({ where: { headline: "Returns" }, orderBy: "headline" })).toEqual([
      { id: "1", headline: "Returns", views: 5 },
    ]);
    await t2.insert([{ id: "2", headline: "Shipping" }]);
    await t2.update({ where: (c) => c.headline.eq("Shipping"), set: { headline: "Parcels" } });
    expect((await t2.get("2"))?.headline).toBe("Parcels");
    expect((await t2.history())[2]).toMatchObject({ operation: "renameColumn", message: "words" });
  });

  test("has it in every version, and in what is between them", async () => {
    const { db, t2 } = await renamed();
    for (const t of [t2.untyped, await db.openTable("pages")]) {
      expect(await t.asOf(1).find({ where: { headline: "Refunds" }, select: ["headline"] })).toEqual([
        { headline: "Refunds" },
      ]);
      expect((await t.diff(1, 2)).changed).toEqual([
        {
          before: { id: "1", headline: "Refunds", views: 5 },
          after: { id: "1", headline: "Returns", views: 5 },
        },
      ]);
      await expect(t.asOf(1).find({ select: ["title"] })).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
    }
  });

  test("stays what a declaration with the new name opens, also from the disk", async () => {
    const folder = temporaryFolder();
    const db = await diskDatabase(folder);
    await (await db.table(pages)).renameColumn("title", "headline");
    await db.close();
    const again = await diskDatabase(folder);
    const declared = table("pages", { id: text().primaryKey(), headline: text(), views: int().default(0) });
    const t = await again.table(declared);
    await t.insert([{ id: "1", headline: "Refunds" }]);
    expect((await t.verify()).ok).toBe(true);
    await expect(again.table(pages)).rejects.toMatchObject({ code: "SCHEMA_MISMATCH" });
  });

  test("gets no name that is taken, reserved or the same in silence", async () => {
    const { t2 } = await renamed();
    await expect(t2.renameColumn("headline", "views")).rejects.toMatchObject({ code: "COLUMN_EXISTS" });
    await expect(t2.renameColumn("headline", "_x")).rejects.toMatchObject({ code: "INVALID_NAME" });
    await expect(t2.renameColumn("nope" as never, "x")).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
    await expect(t2.renameColumn("headline", 3 as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await t2.renameColumn("headline", "headline");
    expect(await t2.version()).toBe(3);
  });

  test("leaves a column that had the name before its own", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("t", { id: text().primaryKey(), a: text(), b: int().nullable() }));
    await t.insert([{ id: "1", a: "x", b: 7 }]);
    const t2 = await (await t.dropColumn("b")).renameColumn("a", "b");
    expect(await t2.find()).toEqual([{ id: "1", b: "x" }]);
    const then = (await db.openTable("t")).asOf(1);
    expect(await then.find()).toEqual([{ id: "1", a: "x", b: 7 }]);
  });

  test("may change places with another one", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("t", { id: text().primaryKey(), a: text(), b: text() }));
    await t.insert([{ id: "1", a: "A", b: "B" }]);
    const swapped = await (await (await t.renameColumn("a", "c")).renameColumn("b", "a")).renameColumn(
      "c",
      "b",
    );
    expect(await swapped.find()).toEqual([{ id: "1", b: "A", a: "B" }]);
    expect(await swapped.asOf(1).find({ where: { a: "B" } })).toEqual([{ id: "1", b: "A", a: "B" }]);
  });
});

describe("what depends on a column follows it", () => {
  test("the key", async () => {
    const { t2 } = await renamed();
    const t3 = await t2.renameColumn("id", "slug");
    expect(await t3.get("1")).toEqual({ slug: "1", headline: "Returns", views: 5 });
    await t3.upsert([{ slug: "1", headline: "New" }]);
    expect(await t3.count()).toBe(1);
    await expect(t3.insert([{ slug: "1", headline: "x" }])).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
    expect(await t3.asOf(1).get("1")).toMatchObject({ headline: "Refunds" });
  });

  test("a derived column, with its template, and nothing is embedded again", async () => {
    const db = await memoryDatabase();
    const fn = hashEmbedding();
    const docs = table("docs", { id: text().primaryKey(), title: text(), body: text() }, (c) => ({
      vec: embed(fn, [c.title, c.body], { template: "{title}: {{{body}}}" }),
    }));
    const t = await db.table(docs);
    await t.insert([{ id: "1", title: "refunds", body: "two weeks" }]);
    fn.calls.length = 0;
    const t2 = await t.renameColumn("title", "headline");
    expect((await t2.search("refunds two weeks", { limit: 1 }))[0]?.id).toBe("1");
    expect(fn.calls.map((call) => call.kind)).toEqual(["query"]);
    await t2.update({ where: { id: "1" }, set: { headline: "shipping" } });
    expect(fn.calls.at(-1)?.inputs).toEqual(["shipping: {two weeks}"]);
    const declared = table("docs", { id: text().primaryKey(), headline: text(), body: text() }, (c) => ({
      vec: embed(fn, [c.headline, c.body], { template: "{headline}: {{{body}}}" }),
    }));
    await (await db.table(declared)).insert([{ id: "2", headline: "a", body: "b" }]);
    expect(fn.calls.at(-1)?.inputs).toEqual(["a: {b}"]);
    await expect(t2.dropColumn("headline")).rejects.toThrow('"vec" is computed from it');
    await expect(t2.renameColumn("body", "bo{dy}")).rejects.toMatchObject({ code: "INVALID_SCHEMA" });
  });

  test("searches of vectors, now and across time", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("v", { id: int().primaryKey(), point: vector(2) }));
    await t.insert([{ id: 1, point: [1, 0] }]);
    await t.update({ where: { id: 1 }, set: { point: [0, 1] } });
    const t2 = await t.renameColumn("point", "place");
    expect((await t2.search([0, 1], { column: "place" }))[0]?._distance).toBeCloseTo(0);
    const [hit] = await t2.search([1, 0], { column: "place", during: { from: 1, to: 3 } });
    expect(hit?._from.version).toBe(1);
    expect((await t2.asOf(1).search([1, 0], { column: "place" }))[0]?._distance).toBeCloseTo(0);
  });
});
