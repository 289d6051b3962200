import { date, type FindOptions, float, int, sql, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { openDocs, threeDocs } from "../support/docs";

const ids = (rows: readonly { id: string }[]): string => rows.map((row) => row.id).join(" ");

test("find returns all rows in the order in which they were written", async () => {
  const t = await openDocs(threeDocs.toReversed());
  expect(ids(await t.find())).toBe("3 2 1");
});

test("find filters in three ways", async () => {
  const t = await openDocs(threeDocs);
  expect(ids(await t.find({ where: (c) => c.views.gte(10).and(c.lang.ne("de")) }))).toBe("1");
  expect(ids(await t.find({ where: { lang: { $ne: "de" } } }))).toBe("1 3");
  expect(ids(await t.find({ where: sql`views BETWEEN ${5} AND 30 OR lang IS NULL` }))).toBe("1 2 3");
  expect(ids(await t.find({ where: {} }))).toBe("1 2 3");
});

describe("an order", () => {
  const items = table("items", {
    id: text().primaryKey(),
    n: int().nullable(),
    x: float(),
    day: date(),
    kind: text({ enum: ["b", "a"] }),
  });

  const rows = [
    { id: "e", n: 2, x: -0.5, day: "2026-01-05", kind: "a" as const },
    { id: "d", n: null, x: 3, day: "2026-01-01", kind: "b" as const },
    { id: "c", n: 1, x: 100, day: "2025-12-31", kind: "a" as const },
    { id: "b", n: 2, x: 0, day: "1969-07-20", kind: "b" as const },
    { id: "a", n: null, x: -7, day: "2026-01-02", kind: "a" as const },
  ];

  test("is by value; nulls come last, and equal rows in the order of their keys", async () => {
    const t = await (await memoryDatabase()).table(items);
    await t.insert(rows);
    expect(ids(await t.find({ orderBy: "n" }))).toBe("c b e a d");
    expect(ids(await t.find({ orderBy: { column: "n", descending: true } }))).toBe("b e c a d");
    expect(ids(await t.find({ orderBy: ["n", { column: "id", descending: true }] }))).toBe("c e b d a");
    expect(ids(await t.find({ orderBy: "x" }))).toBe("a e b d c");
    expect(ids(await t.find({ orderBy: "day", limit: 2 }))).toBe("b c");
    expect(ids(await t.find({ orderBy: "id", offset: 3 }))).toBe("d e");
    expect(ids(await t.find({ orderBy: ["kind", "x"] }))).toBe("a e c b d");
  });

  const orders: readonly FindOptions<typeof items, "id">["orderBy"][] = [
    "n",
    { column: "n", descending: true },
    ["kind", { column: "n", descending: true }],
    { column: "id", descending: true },
  ];

  test.each(orders)("can be paged: %j", async (orderBy) => {
    const t = await (await memoryDatabase()).table(items);
    await t.insert(rows);
    for (const where of [undefined, { x: { $lt: 50 } }]) {
      const all = await t.find({ orderBy, where });
      for (const limit of [1, 2, 3]) {
        const paged: typeof all = [];
        let page = await t.find({ orderBy, where, limit });
        while (page.length > 0) {
          paged.push(...page);
          page = await t.find({ orderBy, where, limit, after: page.at(-1) });
        }
        expect(paged).toEqual(all);
      }
    }
  });

  test("that makes no sense is refused", async () => {
    const t = await openDocs(threeDocs);
    const find = (options: object): Promise<unknown> => t.find(options as never);
    await expect(find({ orderBy: "titel" })).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
    await expect(find({ orderBy: "vec" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(find({ orderBy: { id: "down" } })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(find({ after: { id: "1" } })).rejects.toThrow("there is no orderBy");
    await expect(find({ after: { id: "1" }, orderBy: "views" })).rejects.toThrow('the row has no "views"');
    await expect(find({ after: "1", orderBy: "views" })).rejects.toThrow("expected a row");
    for (const limit of [-1, 1.5, Number.NaN, "3", Number.POSITIVE_INFINITY]) {
      await expect(find({ limit })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(find({ offset: limit })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

test("limit 0 finds nothing", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.find({ limit: 0 })).toEqual([]);
});

test("a page that is too large for one call comes all the same", async () => {
  const t = await openDocs();
  await t.insert(Array.from({ length: 5000 }, (_, i) => ({ id: String(i), title: `title ${i}`, views: i })));
  const rows = await t.find({ select: ["id", "title", "views"] });
  expect(rows).toHaveLength(5000);
  expect(rows[4321]).toEqual({ id: "4321", title: "title 4321", views: 4321 });
});
