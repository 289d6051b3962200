// Whether an integer of Arrow becomes a number or a bigint is said by the column that it goes into, never by its size; so what was read
// can be written again, also inside lists and structs.

import * as newest from "apache-arrow";
import * as oldest from "apache-arrow-14";
import { date, embed, int, list, struct, table, text, timestamp } from "varve";
import { rowsFromArrow, withArrow } from "varve/arrow";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const events = (name: string) =>
  table(name, {
    id: int({ bigint: true }).primaryKey(),
    small: int().nullable(),
    ids: list(int({ bigint: true })).nullable(),
    sizes: list(int()).nullable(),
    span: struct({ from: int({ bigint: true }), to: int(), parts: list(int({ bigint: true })) }).nullable(),
  });

const rows = [
  { id: 5n, small: 5, ids: [1n, 2n ** 60n], sizes: [1, 2], span: { from: 1n, to: 2, parts: [3n] } },
  { id: 2n ** 62n, small: null, ids: [], sizes: null, span: null },
  { id: -1n, small: -1, ids: null, sizes: [], span: { from: -(2n ** 63n), to: 0, parts: [] } },
];

describe.each([
  ["the newest", newest],
  ["14", oldest],
] as const)("apache-arrow %s", (_, arrow) => {
  const options = { arrow: arrow as never };
  const integers = (type: unknown, values: readonly (number | bigint)[]) =>
    new newest.Table({ id: newest.vectorFromArray(values, type as newest.Int64) });

  it("writes again what it has read: a table, batches, bytes", async () => {
    const db = await memoryDatabase();
    const from = withArrow(await db.table(events("events")), options);
    await (await db.table(events("events"))).insert(rows);
    const all = await from.find();
    const sources = [all, all.batches, (await db.table(events("events"))).arrow.scan()];
    for (const [index, source] of sources.entries()) {
      const copy = await db.table(events(`copy${index}`));
      await withArrow(copy, options).insert(source as never);
      expect(await copy.find()).toEqual(rows);
    }
  });

  it.each([
    ["Int8", new newest.Int8(), [1, -2]],
    ["Int32", new newest.Int32(), [1, -2]],
    ["Uint32", new newest.Uint32(), [1, 2 ** 31]],
    ["Int64", new newest.Int64(), [1n, 2n ** 60n]],
    ["Uint64", new newest.Uint64(), [1n, 2n ** 62n]],
  ])("takes %s into a column of bigints", async (_name, type, values) => {
    const t = await (await memoryDatabase()).table(table("t", { id: int({ bigint: true }).primaryKey() }));
    await withArrow(t, options).upsert(integers(type, values));
    expect((await t.find()).map(({ id }) => id)).toEqual(values.map(BigInt));
  });

  it("refuses an integer that no column of its kind holds", async () => {
    const db = await memoryDatabase();
    const numbers = withArrow(await db.table(table("n", { id: int().primaryKey() })), options);
    await expect(numbers.insert(integers(new newest.Int64(), [1n, 2n ** 60n]))).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 1, column: "id" },
    });
    const bigints = withArrow(
      await db.table(table("b", { id: int({ bigint: true }).primaryKey() })),
      options,
    );
    await expect(bigints.insert(integers(new newest.Uint64(), [2n ** 63n]))).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 0, column: "id" },
    });
  });
});

it("rowsFromArrow asks a table too, and without one goes by the value as before", async () => {
  const t = await (await memoryDatabase()).table(table("t", { id: int({ bigint: true }).primaryKey() }));
  const source = new newest.Table({ id: newest.vectorFromArray([1n, 2n ** 60n], new newest.Int64()) });
  const read = async (options?: Parameters<typeof rowsFromArrow>[1]) => {
    const found: unknown[] = [];
    for await (const row of rowsFromArrow(source, options)) found.push(row["id"]);
    return found;
  };
  expect(await read({ table: t.untyped })).toEqual([1n, 2n ** 60n]);
  expect(await read()).toEqual([1, 2n ** 60n]);
});

describe("an instant that no Date holds", () => {
  it.each([
    ["a timestamp", "at", new newest.TimestampMillisecond(), 8.64e15 + 1],
    ["a timestamp in seconds", "at", new newest.TimestampSecond(), 9e15],
    ["a day", "day", new newest.DateDay(), 8.64e15 + 86_400_000],
  ])("%s is refused with row and column", async (_, column, type, beyond) => {
    const t = await (await memoryDatabase()).table(
      table("t", { id: text().primaryKey(), at: timestamp().nullable(), day: date().nullable() }),
    );
    const values = newest.vectorFromArray([0, null, beyond] as never, type as never);
    const ids = newest.vectorFromArray(["a", "b", "c"], new newest.Utf8());
    const part = new newest.Table({ id: ids, [column]: values } as never);
    const failure = withArrow(t).insert([...part.batches] as never);
    await expect(failure).rejects.toMatchObject({ code: "INVALID_ROW", where: { row: 2, column } });
    expect(await t.count()).toBe(0);
  });
});

it("a derived column that was read is written with { vectors: true }", async () => {
  const docs = (name: string) =>
    table(name, { id: int({ bigint: true }).primaryKey(), body: text() }, (c) => ({
      vec: embed(hashEmbedding({ dimensions: 4 }), c.body),
    }));
  const db = await memoryDatabase();
  const t = await db.table(docs("docs"));
  await t.insert([{ id: 1n, body: "a" }]);
  const all = await withArrow(t).find({ select: ["id", "body", "vec"] });
  const copy = await db.table(docs("copy"));
  await withArrow(copy).insert(all, { vectors: true });
  expect(await copy.find({ select: ["id", "body", "vec"] })).toEqual(
    await t.find({ select: ["id", "body", "vec"] }),
  );
});
