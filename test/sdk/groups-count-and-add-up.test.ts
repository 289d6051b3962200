import { boolean, connect, date, float, int, json, list, table, text, timestamp, vector } from "varve";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";

const products = table("products", {
  id: text().primaryKey(),
  category: text().nullable(),
  tags: list(text()).nullable(),
  stock: int().nullable(),
  sold: int({ bigint: true }),
  price: float(),
  listed: date(),
  changed: timestamp(),
  live: boolean(),
  extra: json().nullable(),
  near: vector(1).nullable(),
});

const at = (day: number) => new Date(Date.UTC(2026, 0, day));
const rows = [
  {
    id: "a",
    category: "shoe",
    tags: ["red", "new", "red"],
    stock: 3,
    sold: 2n ** 62n,
    price: 10,
    live: true,
  },
  {
    id: "b",
    category: "shoe",
    tags: ["red"],
    stock: null,
    sold: 2n ** 62n,
    price: Number.MAX_VALUE,
    live: false,
  },
  { id: "c", category: null, tags: null, stock: 4, sold: 1n, price: 0.5, live: true },
  { id: "d", category: "hat", tags: [], stock: 2 ** 53 - 1, sold: -1n, price: 2, live: true },
].map((row, day) => ({
  ...row,
  listed: `2026-01-0${day + 1}`,
  changed: at(day + 1),
  extra: null,
  near: null,
}));

const db = await connect("memory:");
const opened = async () => {
  const t = await db.table(products);
  await t.insert(rows);
  return t;
};
afterEach(() => db.drop("products"));

describe("aggregate", () => {
  it("computes numbers of all rows that match, in the types of their columns", async () => {
    const t = await opened();
    const all = await t.aggregate({
      sum: ["stock", "sold"],
      avg: ["stock"],
      min: ["category", "listed", "live"],
      max: ["changed", "price"],
    });
    expect(all).toEqual({
      _count: 4,
      _sum: { stock: 2 ** 53 + 6, sold: 2n ** 63n },
      _avg: { stock: (2 ** 53 + 6) / 3 },
      _min: { category: "hat", listed: "2026-01-01", live: false },
      _max: { changed: at(4), price: Number.MAX_VALUE },
    });
    expectTypeOf(all._sum.sold).toEqualTypeOf<bigint | null>();
    expectTypeOf(all._avg.stock).toEqualTypeOf<number | null>();
    expectTypeOf(all._min.listed).toEqualTypeOf<string | null>();
    expect(await t.aggregate({ where: { live: true }, sum: ["price"] })).toEqual({
      _count: 3,
      _sum: { price: 12.5 },
    });
  });

  it("is null where no row has a value", async () => {
    const t = await opened();
    const none = await t.aggregate({
      where: { id: "z" },
      sum: ["stock"],
      avg: ["stock"],
      min: ["id"],
      max: ["id"],
    });
    expect(none).toEqual({
      _count: 0,
      _sum: { stock: null },
      _avg: { stock: null },
      _min: { id: null },
      _max: { id: null },
    });
    expect(await t.aggregate()).toEqual({ _count: 4 });
  });

  it("is infinite where a sum is beyond all numbers", async () => {
    const t = await opened();
    await t.update({ where: { id: "a" }, set: { price: Number.MAX_VALUE } });
    expect(await t.aggregate({ sum: ["price"] })).toEqual({
      _count: 4,
      _sum: { price: Number.POSITIVE_INFINITY },
    });
  });

  it("answers as of any version", async () => {
    const t = await opened();
    const before = await t.version();
    await t.delete({ where: { category: "shoe" } });
    expect(await t.aggregate({ sum: ["price"] })).toEqual({ _count: 2, _sum: { price: 2.5 } });
    const then = t.asOf(before);
    expect(await then.aggregate({ where: { live: true }, sum: ["price"] })).toEqual({
      _count: 3,
      _sum: { price: 12.5 },
    });
    expect(await then.distinct("category")).toEqual(["hat", "shoe", null]);
  });
});

describe("groupBy", () => {
  it("makes a group of rows with equal values, in the order of the values, nulls last", async () => {
    const t = await opened();
    const groups = await t.groupBy("category", { sum: ["stock"] });
    expect(groups).toEqual([
      { category: "hat", _count: 1, _sum: { stock: 2 ** 53 - 1 } },
      { category: "shoe", _count: 2, _sum: { stock: 3 } },
      { category: null, _count: 1, _sum: { stock: 4 } },
    ]);
    expectTypeOf(groups).items.toEqualTypeOf<{
      readonly category: string | null;
      readonly _count: number;
      readonly _sum: { readonly stock: number | null };
    }>();
  });

  it("counts each item of a list once for each row", async () => {
    const t = await opened();
    expect(await t.groupBy(["tags"])).toEqual([
      { tags: "new", _count: 1 },
      { tags: "red", _count: 2 },
      { tags: null, _count: 1 },
    ]);
  });

  it("orders by what is computed and takes a part", async () => {
    const t = await opened();
    const by = (orderBy: "_count" | { "_max.price": "asc" | "desc" }) =>
      t.groupBy(["live", "category"], { max: ["price"], orderBy, limit: 2, offset: 1 });
    expect((await by({ "_max.price": "asc" })).map(({ live, category }) => [live, category])).toEqual([
      [true, "hat"],
      [true, "shoe"],
    ]);
    const often = await t.groupBy("category", {
      orderBy: [{ column: "_count", descending: true }, "category"],
      limit: 2,
    });
    expect(often.map(({ category }) => category)).toEqual(["shoe", "hat"]);
  });

  it("groups by instants, dates and numbers", async () => {
    const t = await opened();
    expect(await t.groupBy(["changed", "listed"], { where: { id: "a" } })).toEqual([
      { changed: at(1), listed: "2026-01-01", _count: 1 },
    ]);
    expect(await t.distinct("price")).toEqual([0.5, 2, 10, Number.MAX_VALUE]);
    expect(await t.distinct("sold", { limit: 2 })).toEqual([-1n, 1n]);
  });
});

describe("distinct", () => {
  it("has each value once", async () => {
    const t = await opened();
    const values = await t.distinct("category");
    expect(values).toEqual(["hat", "shoe", null]);
    expectTypeOf(values).toEqualTypeOf<(string | null)[]>();
    const tags = await t.distinct("tags");
    expect(tags).toEqual(["new", "red", null]);
    expectTypeOf(tags).toEqualTypeOf<(string | null)[]>();
  });
});

it("refuses what cannot be computed, and says what can", async () => {
  const t = (await opened()).untyped;
  const refused = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => new Error("not refused"),
      (error) => error,
    );
    return String(error);
  };
  expect(await refused(t.groupBy("near"))).toMatchInlineSnapshot(
    `"VarveError: groupBy: expected columns of texts, numbers, dates or truth values, or of lists of these, found "near", which is vector(1, f32, cosine)."`,
  );
  expect(await refused(t.groupBy(7 as never))).toMatchInlineSnapshot(
    `"VarveError: groupBy: expected the name of a column, found the number 7."`,
  );
  expect(await refused(t.groupBy("colour"))).toMatchInlineSnapshot(
    `"VarveError: The table "products" has no column "colour"."`,
  );
  expect(await refused(t.aggregate({ sum: ["category"] }))).toMatchInlineSnapshot(
    `"VarveError: There is no sum and no mean of the column "category": its type does not allow it."`,
  );
  expect(await refused(t.aggregate({ min: ["extra"] }))).toMatchInlineSnapshot(
    `"VarveError: There is no smallest and no greatest value of the column "extra": its type does not allow it."`,
  );
  expect(await refused(t.aggregate({ sum: "stock" as never }))).toMatchInlineSnapshot(
    `"VarveError: sum: expected an array of column names, found the text "stock"."`,
  );
  expect(await refused(t.groupBy("category", { orderBy: "_sum.stock" as never }))).toMatchInlineSnapshot(
    `"VarveError: orderBy: expected one of "category", "_count", found "_sum.stock"."`,
  );
  expect(await refused(t.distinct("near"))).toMatchInlineSnapshot(
    `"VarveError: distinct: expected columns of texts, numbers, dates or truth values, or of lists of these, found "near", which is vector(1, f32, cosine)."`,
  );
  expect(await refused(t.distinct(["category"] as never))).toMatchInlineSnapshot(
    `"VarveError: distinct: expected the name of a column, found an array of 1."`,
  );
  expect(await refused(t.aggregate({ orderBy: "_count" } as never))).toMatchInlineSnapshot(
    `"VarveError: aggregate takes no option "orderBy"."`,
  );
});
