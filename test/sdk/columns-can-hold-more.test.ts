// A column may come to hold more than it did: more values, none, other numbers. Older versions and filters go on.

import { float, int, list, struct, type TableDescription, table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const lang = text({ enum: ["en", "de"] });
const docs = table("docs", {
  id: int().primaryKey(),
  lang,
  price: int(),
  rough: float({ bits: 32 }),
  tags: list(lang),
  meta: struct({ lang, note: text() }),
});

const row = {
  id: 1,
  lang: "en",
  price: 3,
  rough: 0.5,
  tags: ["en"],
  meta: { lang: "de", note: "x" },
} as const;

async function open(folder?: string) {
  const db = folder === undefined ? await memoryDatabase() : await diskDatabase(folder);
  const t = await db.table(docs);
  await t.insert([row]);
  return { db, t };
}

describe("a column takes", () => {
  test("more values of an enum, also inside lists and structs", async () => {
    const { t } = await open();
    const wide = text({ enum: ["fr", "en", "de"] });
    let t2 = await t.alterColumn("lang", wide);
    const t3 = await t2.alterColumn("tags", list(wide.nullable()));
    const t4 = await t3.alterColumn("meta", struct({ lang: wide, note: text().nullable() }));
    await t4.insert([{ ...row, id: 2, lang: "fr", tags: ["fr", null], meta: { lang: "fr", note: null } }]);
    expect(await t4.find({ where: { lang: "fr" }, select: ["id", "tags", "meta"] })).toEqual([
      { id: 2, tags: ["fr", null], meta: { lang: "fr", note: null } },
    ]);
    expect(await t4.asOf(1).count({ where: { lang: "fr" } })).toBe(0);
    expect(await t4.asOf(1).find({ where: { lang: "en" }, select: ["lang"] })).toEqual([{ lang: "en" }]);
    expect((await t4.history({ limit: 2 }))[1]?.operation).toBe("alterColumn");
    t2 = await t2.alterColumn("lang", wide);
    expect(await t2.version()).toBe(5);
  });

  test("more values while a write of the values that there were is under way", async () => {
    const { db, t } = await open();
    const other = await db.openTable("docs");
    async function* rows() {
      for (let id = 10; id < 2000; id++) yield { ...row, id };
      await other.alterColumn("lang", text({ enum: ["fr", "en", "de"] }));
      for (let id = 2000; id < 2010; id++) yield { ...row, id };
    }
    expect(await t.insert(rows())).toMatchObject({ inserted: 2000 });
    expect(await t.count({ where: { lang: "en" } })).toBe(2001);
  });

  test("any text after an enum", async () => {
    const { t } = await open();
    const t2 = await t.alterColumn("lang", text());
    await t2.insert([{ ...row, id: 2, lang: "anything" }]);
    expect(await t2.count({ where: (c) => c.lang.like("any%") })).toBe(1);
  });

  test("no value", async () => {
    const { t } = await open();
    const t2 = await t.alterColumn("lang", lang.nullable());
    await t2.insert([{ ...row, id: 2, lang: null }]);
    expect(await t2.find({ where: { lang: null }, select: ["id"] })).toEqual([{ id: 2 }]);
    expect(await t2.asOf(1).count({ where: { lang: null } })).toBe(0);
    await t.insert([{ ...row, id: 3 }]);
  });

  test("floats after integers, in every version, on disk too", async () => {
    const folder = temporaryFolder();
    const { db, t } = await open(folder);
    const many = Array.from({ length: 3000 }, (_, index) => ({ ...row, id: index + 10, price: index }));
    await t.insert(many);
    await t.update({ where: { id: 1 }, set: { price: 4 } });
    const t2 = await t.alterColumn("price", float(), { message: "cents" });
    await t2.insert([{ ...row, id: 2, price: 0.25 }]);
    await t2.alterColumn("rough", float());
    expect(
      await t2.find({ where: (c) => c.price.between(0.2, 1), select: ["price"], orderBy: "price" }),
    ).toEqual([{ price: 0.25 }, { price: 1 }]);
    expect(await t2.asOf(1).get(1, { select: ["price"] })).toEqual({ price: 3 });
    expect((await t2.diff(2, 3, { select: ["price"] })).changed).toEqual([
      { before: { price: 3 }, after: { price: 4 } },
    ]);
    await t2.optimize();
    expect(await t2.asOf(2).count({ where: { price: 2999 } })).toBe(1);
    expect(await t2.verify()).toMatchObject({ ok: true });
    await db.close();
    const again = await (await diskDatabase(folder)).openTable("docs");
    expect(await again.asOf(3).get(1, { select: ["price"] })).toEqual({ price: 4 });
    expect(await again.count()).toBe(3002);
  });
});

describe("a column does not take", () => {
  test("integers that a float does not hold exactly, whatever the version", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("t", { id: int().primaryKey(), n: int({ bigint: true }).nullable() }));
    await t.insert([{ id: 1, n: 2n ** 53n + 1n }]);
    await expect(t.alterColumn("n", float().nullable())).rejects.toMatchObject({
      code: "INVALID_SCHEMA",
      message: expect.stringContaining("9007199254740993") as string,
    });
    await t.update({ where: { id: 1 }, set: { n: 2n ** 60n } });
    await expect(t.alterColumn("n", float().nullable())).rejects.toMatchObject({ code: "INVALID_SCHEMA" });
    expect(await t.version()).toBe(2);
    expect(await t.get(1)).toEqual({ id: 1, n: 2n ** 60n });
  });

  test("less than it did", async () => {
    const { t } = await open();
    const narrower: (() => Promise<unknown>)[] = [
      () => t.alterColumn("lang", text({ enum: ["en"] })),
      () => t.alterColumn("price", text()),
      () => t.alterColumn("rough", int()),
      () => t.alterColumn("rough", float({ bits: 32 }).default(1)),
      () => t.alterColumn("id", float()),
      () => t.alterColumn("id", int().nullable()),
      () => t.alterColumn("tags", list(text({ enum: ["de"] }))),
      async () => (await t.alterColumn("lang", lang.nullable())).alterColumn("lang", lang),
    ];
    for (const call of narrower) await expect(call()).rejects.toMatchObject({ code: "INVALID_SCHEMA" });
    await expect(t.alterColumn("nope" as never, int())).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
    await expect(t.alterColumn("price", "int" as never)).rejects.toMatchObject({ code: "INVALID_SCHEMA" });
    expect(await t.find()).toEqual([row]);
  });
});

describe("how a column is searched by its words", () => {
  const searchOf = async (t: { describe(): Promise<TableDescription> }, name: string) =>
    (await t.describe()).columns.find((column) => column.name === name)?.search;

  test("can be said anew, for every version", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("t", { id: int().primaryKey(), body: text({ search: true }) }));
    const t2 = await t.alterColumn("body", text({ search: { language: "de" } }));
    expect(await searchOf(t2, "body")).toEqual({ language: "de" });
    await t2.insert([{ id: 1, body: "Haus" }]);
    const t3 = await t2.alterColumn("body", text({ search: false }));
    expect([await searchOf(t3, "body"), await searchOf(t3.asOf(1), "body")]).toEqual([undefined, undefined]);
  });

  test("stays where a column says nothing of it", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("t", { id: int().primaryKey(), body: text({ search: { fold: false } }) }));
    const t2 = await t.alterColumn("body", text().nullable());
    expect(await searchOf(t2, "body")).toEqual({ fold: false });
    const declared = table("t", { id: int().primaryKey(), body: text().nullable() });
    expect(await db.migrate(declared)).toEqual({ steps: [] });
    const reset = table("t", { id: int().primaryKey(), body: text({ search: true }).nullable() });
    expect((await db.migrate(reset)).steps.map(({ call }) => call)).toEqual([
      'alterColumn("body", text({ search: true }).nullable())',
    ]);
    expect(await searchOf(await db.table(reset), "body")).toBe(true);
  });

  test("comes with a column that is added, and survives opening the table anew", async () => {
    const folder = temporaryFolder();
    const db = await diskDatabase(folder);
    const t = await db.table(table("t", { id: int().primaryKey() }));
    const note = struct({ words: text({ search: { stem: false } }), by: text() }).nullable();
    await t.addColumn("note", note);
    await db.close();
    const again = await (await diskDatabase(folder)).openTable("t");
    const [, column] = (await again.describe()).columns;
    expect(column?.fields?.map(({ search }) => search)).toEqual([{ stem: false }, undefined]);
  });
});

test("an index stays when other columns change", async () => {
  const db = await memoryDatabase();
  const t = await db.table(table("v", { id: int().primaryKey(), n: int(), point: vector(2) }));
  await t.insert(Array.from({ length: 50 }, (_, id) => ({ id, n: id, point: [Math.cos(id), Math.sin(id)] })));
  await t.optimize();
  const before = await t.search([1, 0], { limit: 5 });
  const t2 = await t.alterColumn("n", float());
  expect(await t2.search([1, 0], { limit: 5 })).toEqual(before);
});
