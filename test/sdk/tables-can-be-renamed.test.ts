import { int, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const docs = table("docs", { id: int().primaryKey(), title: text() });

describe.each(["memory", "disk"])("in a database %s", (place) => {
  const open = () => (place === "memory" ? memoryDatabase() : diskDatabase(temporaryFolder()));

  test("a table gets another name with all of its history", async () => {
    const db = await open();
    const t = await db.table(docs);
    for (let id = 0; id < 30; id++) await t.insert([{ id, title: `title ${id}` }]);
    await t.tag("first", 1);
    await db.renameTable("docs", "pages");
    expect(await db.tables()).toEqual(["pages"]);
    const pages = await db.openTable("pages");
    expect(await pages.count()).toBe(30);
    expect(await pages.asOf({ tag: "first" }).find()).toEqual([{ id: 0, title: "title 0" }]);
    await pages.insert([{ id: 99, title: "more" }]);
    expect(await pages.verify()).toMatchObject({ ok: true });
    const anew = await db.table(docs);
    expect(await anew.count()).toBe(0);
    expect((await db.tables()).toSorted()).toEqual(["docs", "pages"]);
  });

  test("handles and snapshots under the old name say what happened, reading and writing", async () => {
    const db = await open();
    const t = await db.table(docs);
    await t.insert([{ id: 1, title: "a" }]);
    const snapshot = t.asOf(1);
    await snapshot.count();
    await db.renameTable("docs", "pages");
    const told = { code: "TABLE_NOT_FOUND", message: 'The table "docs" was renamed to "pages".' };
    await expect(t.find()).rejects.toMatchObject(told);
    await expect(t.insert([{ id: 2, title: "b" }])).rejects.toMatchObject(told);
    await expect(t.update({ where: { id: 1 }, set: { title: "b" } })).rejects.toMatchObject(told);
    await expect(t.version()).rejects.toMatchObject(told);
    await expect(snapshot.find()).rejects.toMatchObject(told);
    expect(await (await db.openTable("pages")).count()).toBe(1);
  });

  test("no table takes the name of another", async () => {
    const db = await open();
    const t = await db.table(docs);
    await t.insert([{ id: 1, title: "a" }]);
    await db.table(table("pages", { id: int() }));
    await expect(db.renameTable("docs", "pages")).rejects.toMatchObject({ code: "TABLE_EXISTS" });
    await expect(db.renameTable("nope", "other")).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
    await expect(db.renameTable("docs", "a/b")).rejects.toMatchObject({ code: "INVALID_NAME" });
    await expect(db.renameTable("docs", "")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await db.renameTable("docs", "docs");
    expect(await t.count()).toBe(1);
  });

  test("no table takes a name that differs from another one only in case, but its own may change so", async () => {
    const db = await open();
    await db.table(docs);
    await db.table(table("pages", { id: int() }));
    await expect(db.renameTable("docs", "Pages")).rejects.toMatchObject({
      code: "TABLE_EXISTS",
      message: 'There already is a table "pages", which differs from "Pages" only in case.',
    });
    await expect(db.renameTable("Docs", "other")).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
    await db.renameTable("docs", "Docs");
    expect((await db.tables()).toSorted()).toEqual(["Docs", "pages"]);
  });
});

test("a table that another process renamed is found by what it is", async () => {
  const folder = temporaryFolder();
  const [one, two] = [await diskDatabase(folder), await diskDatabase(folder)];
  const t = await one.table(docs);
  await t.insert([{ id: 1, title: "a" }]);
  await two.renameTable("docs", "pages");
  await two.table(docs);
  await expect(t.find()).rejects.toMatchObject({
    message: expect.stringContaining('renamed to "pages"') as string,
  });
});
