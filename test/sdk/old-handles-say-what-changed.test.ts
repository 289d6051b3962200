// A handle means the columns that it was opened with. Where these are no longer what they were, reads and writes say the same.

import { float, int, type Table, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const pages = table("pages", {
  id: int().primaryKey(),
  title: text(),
  note: text().nullable(),
  price: int().default(0),
});

type Pages = Table<typeof pages>;

const calls: Readonly<Record<string, (t: Pages) => Promise<unknown>>> = {
  find: (t) => t.find(),
  get: (t) => t.get(1),
  "find by the column": (t) => t.find({ select: ["id"], where: { title: "a", note: "x", price: 1 } }),
  count: (t) => t.count({ where: { title: "a", note: "x", price: 1 } }),
  order: (t) => t.find({ select: ["id"], orderBy: ["title", "note", "price"] }),
  search: (t) => t.asOf(1).find(),
  scan: async (t) => {
    for await (const _ of t.scan()) break;
  },
  arrow: (t) => t.arrow.find(),
  insert: (t) => t.insert([{ id: 2, title: "b", note: "y", price: 2 }]),
  upsert: (t) => t.upsert([{ id: 1, title: "b", note: "y", price: 2 }]),
  update: (t) => t.update({ where: { id: 1 }, set: { title: "b", note: "y", price: 2 } }),
  "update by the column": (t) =>
    t.update({ where: { title: "a", note: "x", price: 1 }, set: { title: "b" } }),
  delete: (t) => t.delete({ where: { title: "a", note: "x", price: 1 } }),
};

const changes: Readonly<Record<string, [(t: Table) => Promise<unknown>, string]>> = {
  dropped: [(t) => t.dropColumn("note"), '"note" was dropped'],
  renamed: [(t) => t.renameColumn("title", "headline"), '"title" is called "headline" now'],
  "of another type": [(t) => t.alterColumn("price", float().default(0)), '"price" is float now'],
  "made anew": [
    async (t) => await (await t.dropColumn("note")).addColumn("note", int().nullable()),
    '"note" was dropped and made anew',
  ],
  swapped: [
    async (t) =>
      await (await (await t.renameColumn("title", "x")).renameColumn("note", "title")).renameColumn(
        "x",
        "note",
      ),
    '"title" is called "note" now; "note" is called "title" now',
  ],
};

describe.each(Object.keys(changes))("a handle from before a column was %s", (change) => {
  test.each(Object.keys(calls).filter((call) => call !== "search" || change === "renamed"))(
    "is told by %s",
    async (call) => {
      const db = await memoryDatabase();
      const old = await db.table(pages);
      await old.insert([{ id: 1, title: "a", note: "x", price: 1 }]);
      const [make, what] = changes[change] ?? [];
      await make?.(await db.openTable("pages"));
      await expect(calls[call]?.(old)).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringContaining(what ?? "") as string,
        hint: expect.stringContaining("Open the table again") as string,
      });
      expect(await (await db.openTable("pages")).count()).toBe(1);
    },
  );
});

test("a handle goes on with what did not change", async () => {
  const db = await memoryDatabase();
  const old = await db.table(pages);
  await old.insert([{ id: 1, title: "a", note: "x", price: 1 }]);
  const t = await (await db.openTable("pages")).dropColumn("note");
  await t.addColumn("more", text().nullable());
  expect(await old.get(1, { select: ["id", "title"] })).toEqual({ id: 1, title: "a" });
  expect(await old.count({ where: { title: "a" } })).toBe(1);
  expect(await old.asOf(1).find()).toEqual([{ id: 1, title: "a", note: "x", price: 1 }]);
});
