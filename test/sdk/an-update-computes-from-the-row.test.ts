import { embed, float, int, type Table, table, text, timestamp } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { paidEmbedding, paidVector } from "../support/paid-embedding";

const items = table("items", {
  id: int().primaryKey(),
  stock: int(),
  big: int({ bigint: true }).nullable(),
  price: float().nullable(),
  title: text(),
  size: text({ enum: ["s", "sl", "l"] }).nullable(),
  at: timestamp().nullable(),
  seen: timestamp().nullable(),
});

async function open(): Promise<Table<typeof items>> {
  const t = await (await memoryDatabase()).table(items);
  await t.insert([
    { id: 1, stock: 7, big: 2n ** 62n, price: 2.5, title: "one", size: "s", at: new Date(5) },
    { id: 2, stock: -3, title: "two" },
  ]);
  return t;
}

describe("an update", () => {
  test("sets what it computes of each row", async () => {
    const t = await open();
    const result = await t.update({
      all: true,
      set: (c) => ({
        stock: c.stock.plus(1).times(c.id),
        price: c.stock.times(0.5),
        title: c.title.concat(" (old, ", c.title, ")"),
        size: "l",
        seen: c.at,
      }),
    });
    expect(result).toMatchObject({ version: 2, updated: 2 });
    expect(await t.find({ orderBy: "id" })).toEqual([
      {
        id: 1,
        stock: 8,
        big: 2n ** 62n,
        price: 3.5,
        title: "one (old, one)",
        size: "l",
        at: new Date(5),
        seen: new Date(5),
      },
      { id: 2, stock: -4, big: null, price: -1.5, title: "two (old, two)", size: "l", at: null, seen: null },
    ]);
  });

  test("divides whole numbers towards zero, and leaves null where there is nothing", async () => {
    const t = await open();
    await t.update({
      all: true,
      set: (c) => ({
        stock: c.stock.dividedBy(2),
        price: c.price.minus(1),
        big: c.big.minus(1n),
        size: c.size.concat("l"),
      }),
    });
    const rows = await t.find({ select: ["stock", "price", "big", "size"], orderBy: "id" });
    expect(rows).toEqual([
      { stock: 3, price: 1.5, big: 2n ** 62n - 1n, size: "sl" },
      { stock: -1, price: null, big: null, size: null },
    ]);
  });

  test("adds up whoever calls at once", async () => {
    const t = await open();
    const calls = Array.from({ length: 100 }, () =>
      t.update({ where: { id: 1 }, set: (c) => ({ stock: c.stock.plus(1) }) }),
    );
    await Promise.all(calls);
    expect((await t.get(1))?.stock).toBe(107);
  });

  test.each<[string, Parameters<Table<typeof items>["update"]>[0]["set"], string]>([
    ["a whole number of 64 bits", (c) => ({ big: c.big.times(4) }), "big"],
    ["a number that JavaScript holds", (c) => ({ stock: c.stock.plus(Number.MAX_SAFE_INTEGER) }), "stock"],
    ["a division by zero", (c) => ({ price: c.price.dividedBy(c.id.minus(1)) }), "price"],
    ["a finite number", (c) => ({ price: c.price.times(1e308).times(10) }), "price"],
    ["one of a fixed set", (c) => ({ size: c.size.concat("x") }), "size"],
    ["a value where there must be one", (c) => ({ title: c.title.concat(c.size) }), "title"],
  ])("is refused and changes nothing where a row has not %s", async (_what, set, column) => {
    const t = await open();
    const refused = t.update({ all: true, set });
    await expect(refused).rejects.toMatchObject({
      code: "INVALID_ROW",
      message: expect.stringMatching(/^The row with the key [12]: /),
      where: { column },
    });
    expect(await t.version()).toBe(1);
  });

  test("is refused where it makes no sense, also where no row matches", async () => {
    const t = (await open()).untyped;
    const set = (make: (c: Record<string, never>) => unknown) =>
      t.update({ where: { id: 9 }, set: make as never });
    const invalid = { code: "INVALID_ARGUMENT" };
    await expect(set((c) => ({ stock: (c["stock"] as never as Any).times(0.5) }))).rejects.toMatchObject(
      invalid,
    );
    await expect(set((c) => ({ stock: (c["stock"] as never as Any).plus("1") }))).rejects.toMatchObject(
      invalid,
    );
    await expect(
      set((c) => ({ stock: (c["stock"] as never as Any).plus(Number.NaN) })),
    ).rejects.toMatchObject(invalid);
    await expect(set((c) => ({ title: (c["at"] as never as Any).concat("x") }))).rejects.toMatchObject(
      invalid,
    );
    await expect(set((c) => ({ id: c["id"] }))).rejects.toMatchObject(invalid);
    await expect(set(() => undefined)).rejects.toMatchObject(invalid);
    await expect(set((c) => ({ stock: c["nobody"] }))).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
  });

  test("embeds what follows from what it computes", async () => {
    const fn = paidEmbedding();
    const docs = table("docs", { id: int().primaryKey(), title: text(), n: int() }, (c) => ({
      vec: embed(fn, c.title),
    }));
    const t = await (await memoryDatabase()).table(docs);
    await t.insert([
      { id: 1, title: "a", n: 1 },
      { id: 2, title: "b", n: 1 },
      { id: 3, title: "b", n: 1 },
    ]);
    const before = fn.calls.length;
    await t.update({ all: true, set: (c) => ({ title: c.title.concat("!"), n: c.n.plus(1) }) });
    expect(fn.calls.slice(before).flatMap(({ inputs }) => inputs)).toEqual(["a!", "b!"]);
    expect(await t.find({ select: ["id", "n", "vec"], orderBy: "id" })).toEqual([
      { id: 1, n: 2, vec: paidVector("a!") },
      { id: 2, n: 2, vec: paidVector("b!") },
      { id: 3, n: 2, vec: paidVector("b!") },
    ]);
    await t.update({ all: true, set: (c) => ({ n: c.n.plus(1) }) });
    expect(fn.calls.length).toBe(before + 1);
  });
});

interface Any {
  plus(other: unknown): Any;
  times(other: unknown): Any;
  concat(other: unknown): Any;
}
