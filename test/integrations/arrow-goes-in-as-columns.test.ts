// Arrow data is written column by column: what comes of it, and what is refused, is what objects of the same rows give.

import * as newest from "apache-arrow";
import * as oldest from "apache-arrow-14";
import { embed, float, int, list, type Table, table, tableFrom, text, timestamp, vector } from "varve";
import { withArrow } from "varve/arrow";
import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const COUNT = 11_000;
const SPLIT = 10_400;

interface Given {
  readonly id: number;
  readonly body: string | null;
  readonly ratio: number;
  readonly at: Date | null;
  readonly tags: readonly string[] | null;
  readonly near: Float32Array | null;
}

const rows: Given[] = Array.from({ length: COUNT }, (_, id) => ({
  id,
  body: id % 5 === 0 ? null : `row ${id % 50} é`,
  ratio: id / 7,
  at: id % 3 === 0 ? null : new Date(id * 1000),
  tags: id % 4 === 0 ? null : [`t${id % 9}`, ""],
  near: id % 6 === 0 ? null : Float32Array.of(id, -id, 0.5),
}));

/** A table of which some columns are filled in: by a constant, by a call for each row, by an embedding function. */
const things = (name: string) => {
  let calls = 0;
  return table(
    name,
    {
      id: int().primaryKey(),
      body: text().nullable(),
      ratio: float(),
      at: timestamp().nullable(),
      tags: list(text()).nullable(),
      near: vector(3).nullable(),
      kind: text().default("plain"),
      number: int().default(() => calls++),
    },
    (c) => ({ vec: embed(hashEmbedding({ dimensions: 4 }), c.body) }),
  );
};

function columns(arrow: typeof newest, given: readonly Given[]) {
  const of = (name: keyof Given) => given.map((row) => row[name]) as never;
  const item = (type: newest.DataType) => new arrow.Field("item", type, true);
  return {
    id: arrow.vectorFromArray(of("id"), new arrow.Int32()),
    body: arrow.vectorFromArray(of("body"), new arrow.Utf8()),
    ratio: arrow.vectorFromArray(of("ratio"), new arrow.Float64()),
    at: arrow.vectorFromArray(of("at"), new arrow.TimestampMillisecond()),
    tags: arrow.vectorFromArray(of("tags"), new arrow.List(item(new arrow.Utf8()))),
    near: arrow.vectorFromArray(of("near"), new arrow.FixedSizeList(3, item(new arrow.Float32()))),
  };
}

/** Arrow data of several batches. */
function batches(arrow: typeof newest, given: readonly Given[], change: object = {}) {
  const parts = [given.slice(0, SPLIT), given.slice(SPLIT)];
  return parts.flatMap((part) => new arrow.Table({ ...columns(arrow, part), ...change } as never).batches);
}

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => expect.unreachable("it was taken"),
    (reason: { code: string; message: string; where: object }) => reason,
  );
  return { code: error.code, message: error.message.replaceAll(/"(rows|arrows)"/g, ""), where: error.where };
}

describe.each([
  ["the newest", newest],
  ["14", oldest as unknown as typeof newest],
] as const)("apache-arrow %s", (_, arrow) => {
  it("gives what objects give: defaults, nulls, vectors, what is embedded", async () => {
    const db = await memoryDatabase();
    const plain = await db.table(things("rows"));
    const columnar = await db.table(things("arrows"));
    await plain.insert(rows as never);
    const result = await withArrow(columnar).insert(batches(arrow, rows) as never);
    expect(result.inserted).toBe(COUNT);
    const select = ["id", "body", "ratio", "at", "tags", "near", "kind", "number", "vec"] as const;
    const [left, right] = [await plain.find({ select }), await columnar.find({ select })];
    expect(right).toEqual(left);
    expect(right.at(-1)).toMatchObject({ kind: "plain", number: COUNT - 1 });
  });

  it("takes the rows of a slice", async () => {
    const t = await (await memoryDatabase()).table(things("rows"));
    const whole = new arrow.Table(columns(arrow, rows.slice(0, 40)) as never);
    await withArrow(t).insert(whole.slice(3, 11).batches as never);
    await withArrow(t).insert(whole.slice(20).slice(2, 4) as never);
    const found = await t.find({ select: ["id", "body", "ratio", "at", "tags", "near"] });
    expect(found).toEqual([...rows.slice(3, 11), ...rows.slice(22, 24)]);
  });

  it("merges as objects do: a column that it lacks is kept", async () => {
    const t = await (await memoryDatabase()).table(things("rows"));
    await t.insert(rows.slice(0, 3) as never);
    const part = new arrow.Table({
      id: arrow.vectorFromArray([1, 7], new arrow.Int32()),
      ratio: arrow.vectorFromArray([0.25, 0.5], new arrow.Float64()),
    } as never);
    const result = await withArrow(t).upsert(part as never, { merge: true });
    expect(result).toMatchObject({ inserted: 1, updated: 1 });
    expect(await t.get(1)).toMatchObject({ body: "row 1 é", ratio: 0.25 });
    expect(await t.get(7)).toMatchObject({ body: null, ratio: 0.5, kind: "plain" });
  });
});

const at = SPLIT + 300;
const withRow = (change: object): Given[] => rows.map((row, id) => (id === at ? { ...row, ...change } : row));

describe("is refused as an object is, with row and column", () => {
  it.each([
    ["a missing value", { ratio: null }, "ratio"],
    ["a number that is not finite", { ratio: Number.POSITIVE_INFINITY }, "ratio"],
    ["a vector that is not finite", { near: Float32Array.of(1, Number.NaN, 1) }, "near"],
  ])("%s", async (_name, change, column) => {
    const db = await memoryDatabase();
    const bad = withRow(change);
    const said = await failure((await db.table(things("rows"))).insert(bad as never));
    const t = await db.table(things("arrows"));
    const inColumns = await failure(withArrow(t).insert(batches(newest, bad) as never));
    expect(inColumns.where).toMatchObject({ row: at, column });
    expect({ ...inColumns, where: { ...inColumns.where, table: "" } }).toEqual({
      ...said,
      where: { ...said.where, table: "" },
    });
    expect(await t.count()).toBe(0);
  });

  it.each([
    ["a column that is not there", { stranger: 1 }],
    ["a column that is computed", { vec: [1, 2, 3, 4] }],
  ])("%s", async (_name, more) => {
    const db = await memoryDatabase();
    const first = rows.slice(0, 1).map((row) => ({ ...row, ...more }));
    const said = await failure((await db.table(things("rows"))).insert(first as never));
    const [[name, value] = ["", 0]] = Object.entries(more);
    const extra = { ...columns(newest, rows.slice(0, 1)), [name]: newest.vectorFromArray([value] as never) };
    const source = new newest.Table(extra as never);
    const t = await db.table(things("arrows"));
    const inColumns = await failure(withArrow(t).insert(source));
    expect(inColumns.message).toBe(said.message);
  });

  it("a column that every row needs", async () => {
    const t = await (await memoryDatabase()).table(things("arrows"));
    const source = new newest.Table({ id: newest.vectorFromArray([1], new newest.Int32()) });
    const said = failure(withArrow(t).insert(source));
    await expect(said).resolves.toMatchObject({ where: { row: 0, column: "ratio" } });
  });
});

test("numbers and vectors that lie one behind the other are not asked for one by one", async () => {
  const numbers = columns(newest, rows.slice(1, 6));
  const { batches: parts, schema } = new newest.Table({
    id: numbers.id,
    ratio: numbers.ratio,
    near: numbers.near,
  });
  const [part] = parts;
  const source = {
    schema,
    numRows: 5,
    getChildAt(index: number) {
      const column = part?.getChildAt(index);
      const get = (): never => expect.unreachable("a cell was asked for");
      return { data: column?.data, length: column?.length, isValid: () => true, get };
    },
  };
  const t = await (await memoryDatabase()).table(things("things"));
  await withArrow(t).insert(source as never);
  expect(await t.count()).toBe(5);
  expect((await t.find({ select: ["near", "ratio"] }))[0]).toEqual({ near: rows[1]?.near, ratio: 1 / 7 });
});

test("a table of another library's schema sees whole rows", async () => {
  const people = tableFrom("people", z.object({ id: z.number().int(), body: z.string().min(2) }), {
    primaryKey: "id",
  });
  const t: Table<typeof people> = await (await memoryDatabase()).table(people);
  const of = (bodies: string[]) =>
    new newest.Table({
      id: newest.vectorFromArray([...bodies.keys()], new newest.Int32()),
      body: newest.vectorFromArray(bodies, new newest.Utf8()),
    });
  await withArrow(t).insert(of(["ab", "abc"]));
  expect(await t.count()).toBe(2);
  await expect(withArrow(t).upsert(of(["ab", "a"]))).rejects.toMatchObject({ where: { row: 1 } });
});
