// Columns come and go between two versions: a diff shows those of the later one, and by name also those that only the earlier one has.

import { int, type Table, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const pages = table("pages", { id: int().primaryKey(), title: text(), note: text().nullable() });

/** 1: a row; 2: its note is another; 3: a column more; 4: a row more; 5: two columns fewer. */
async function history() {
  const db = await memoryDatabase();
  const t = await db.table(pages);
  await t.insert([{ id: 1, title: "a", note: "old" }]);
  await t.update({ where: { id: 1 }, set: { note: "new" } });
  const wider = await t.addColumn("lang", text().default("en"));
  await wider.insert([{ id: 2, title: "b", lang: "fr" }]);
  const less = await wider.dropColumn("note");
  return { db, t, wider, less };
}

const changed = (before: object, after: object) => ({ added: [], removed: [], changed: [{ before, after }] });

describe("a diff of versions before a column came", () => {
  test("is what it was, through every handle, by versions and by dates", async () => {
    const { db, t, wider } = await history();
    const expected = changed({ id: 1, title: "a", note: "old" }, { id: 1, title: "a", note: "new" });
    const [second, first] = (await wider.history()).slice(-2);
    const handles: Table[] = [t.untyped, wider.untyped, await db.openTable("pages")];
    for (const handle of handles) {
      expect(await handle.diff(1, 2)).toEqual(expected);
      expect(first?.version).toBe(1);
      expect((await handle.diff(0, 1)).added).toEqual([{ id: 1, title: "a", note: "old" }]);
      expect((await handle.diff(0, 2)).added).toEqual([{ id: 1, title: "a", note: "new" }]);
      expect(await handle.diff(2, 1)).toEqual(
        changed({ id: 1, title: "a", note: "new" }, { id: 1, title: "a", note: "old" }),
      );
      if (second !== undefined) expect(await handle.diff(1, second.committedAt)).toBeDefined();
    }
  });

  test("asks a filter of the columns of the later version", async () => {
    const { wider, less } = await history();
    expect((await wider.diff(1, 2, { where: { note: "old" } })).changed).toHaveLength(1);
    expect((await wider.diff(1, 2, { where: { note: "other" } })).changed).toHaveLength(0);
    await expect(wider.diff(1, 2, { where: { lang: "en" } })).rejects.toMatchObject({
      code: "COLUMN_NOT_FOUND",
    });
    expect((await less.diff(0, 5, { where: { lang: "en" } })).added).toEqual([
      { id: 1, title: "a", lang: "en" },
    ]);
  });
});

describe("a diff across a column that came", () => {
  test("shows the default where the column was not there", async () => {
    const { less } = await history();
    await less.update({ where: { id: 1 }, set: { lang: "de" } });
    expect(await less.diff(1, 6, { select: ["id", "lang"] })).toEqual({
      added: [{ id: 2, lang: "fr" }],
      removed: [],
      changed: [{ before: { id: 1, lang: "en" }, after: { id: 1, lang: "de" } }],
    });
  });

  test("does not count a row that was written again with the default", async () => {
    const { less } = await history();
    await less.delete({ where: { id: 1 } });
    await less.insert([{ id: 1, title: "a", lang: "en" }]);
    expect((await less.diff(2, 7)).changed).toEqual([]);
    expect((await less.diff(2, 7, { where: { lang: "en" } })).changed).toEqual([]);
  });
});

describe("a diff across a column that was dropped", () => {
  test("does not show a row that changed in nothing else, unless the column is selected", async () => {
    const { less } = await history();
    expect((await less.diff(1, 5)).changed).toEqual([]);
    expect((await less.diff(1, 5, { select: ["id", "note" as never] })).changed).toEqual([
      { before: { id: 1, note: "old" }, after: { id: 1, note: null } },
    ]);
    expect(await less.diff(1, 2, { select: ["id", "note" as never] })).toEqual(
      changed({ id: 1, note: "old" }, { id: 1, note: "new" }),
    );
    expect(await less.asOf(2).get(1, { select: ["note" as never] })).toEqual({ note: "new" });
  });

  test("says which columns there are where a name is in neither version", async () => {
    const { less } = await history();
    await expect(less.diff(1, 2, { select: ["nope" as never] })).rejects.toMatchObject({
      code: "COLUMN_NOT_FOUND",
    });
  });

  test("tells a column from another one that took its name", async () => {
    const { less } = await history();
    const again = await less.addColumn("note", int().nullable());
    await again.update({ where: { id: 1 }, set: { note: 7 } });
    expect((await again.diff(2, 7, { select: ["id", "note"] })).changed).toEqual([
      { before: { id: 1, note: null }, after: { id: 1, note: 7 } },
    ]);
    expect((await again.diff(1, 2)).changed).toEqual([
      { before: { id: 1, title: "a", note: "old" }, after: { id: 1, title: "a", note: "new" } },
    ]);
  });
});

test("a diff across a restored column shows it", async () => {
  const { less } = await history();
  const { table: restored } = await less.restore(4);
  const added = await restored.diff(5, 6, { select: ["id", "note" as never] });
  expect(added).toEqual({ added: [], removed: [], changed: [] });
  expect(await restored.asOf(6).get(1, { select: ["note" as never] })).toEqual({ note: "new" });
});
