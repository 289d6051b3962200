// Whatever a row holds is found by asking for it, in every way to ask: as it went in, and as it came out.

import {
  boolean,
  bytes,
  type Condition,
  date,
  float,
  int,
  json,
  list,
  sql,
  struct,
  type Table,
  table,
  text,
  timestamp,
} from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { Random } from "../support/random";

const random = new Random(7);
const LAST_DATE = 8_640_000_000_000_000;

const doubles = [
  0,
  -0,
  500.2,
  0.1,
  0.1 + 0.2,
  1e21,
  1e-7,
  5e-324,
  Number.MAX_VALUE,
  Number.EPSILON,
  123456789.12345679,
  -1.5,
];
const singles = [
  0,
  -0,
  500.2,
  0.1,
  16_777_217,
  3.4028234663852886e38,
  1e-45,
  1.17549435e-38,
  -1 / 3,
  0.30000001192092896,
];
for (let i = 0; i < 40; i++) {
  doubles.push((random.next() - 0.5) * 10 ** (random.next() * 40 - 20));
  singles.push((random.next() - 0.5) * 10 ** (random.next() * 40 - 20));
}
const dates = [
  0,
  -1,
  1,
  999,
  -62_135_596_800_000,
  253_402_300_799_999,
  253_402_300_800_000,
  LAST_DATE,
  -LAST_DATE,
  -62_167_219_200_001,
  1_790_000_000_123,
].map((ms) => new Date(ms));
const texts = [
  "",
  " ",
  "a",
  "'",
  '"',
  "%",
  "_",
  "\\",
  "a\0b",
  "😀",
  "é",
  "e\u0301",
  "\u2028",
  "null",
  "x".repeat(5000),
];

const kinds = {
  text: { column: text(), values: texts },
  enum: { column: text({ enum: ["a", "B", "'", "é"] }), values: ["a", "B", "'", "é"] },
  int: { column: int(), values: [0, -0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER] },
  bigint: {
    column: int({ bigint: true }),
    values: [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 9_007_199_254_740_993n],
  },
  float: { column: float(), values: doubles },
  float32: { column: float({ bits: 32 }), values: singles },
  boolean: { column: boolean(), values: [true, false] },
  timestamp: { column: timestamp(), values: dates },
  date: {
    column: date(),
    values: ["0000-01-01", "0001-12-31", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"],
  },
  bytes: {
    column: bytes(),
    values: [Uint8Array.of(), Uint8Array.of(0), Uint8Array.of(255, 0, 1), Buffer.from("abc")],
  },
} as const;

type Kind = keyof typeof kinds;
const names = Object.keys(kinds) as Kind[];

async function filled(kind: Kind): Promise<Table> {
  const { column, values } = kinds[kind];
  const t = await (await memoryDatabase()).table(
    table("t", { id: int().primaryKey(), v: column, parts: struct({ v: column }), items: list(column) }),
  );
  const rows = values.map((v, id) => ({ id, v, parts: { v }, items: [v] }));
  await t.untyped.insert(rows);
  return t.untyped;
}

const asks: Record<string, (value: unknown) => unknown> = {
  "{ v }": (v) => ({ v }),
  "{ v: { $eq } }": (v) => ({ v: { $eq: v } }),
  "{ v: { $in } }": (v) => ({ v: { $in: [v] } }),
  "not { v: { $ne } }": (v) => ({ $nor: [{ v: { $ne: v } }] }),
  "c.v.eq": (v) => (c: { v: { eq(v: unknown): Condition } }) => c.v.eq(v),
  "c.v.in": (v) => (c: { v: { in(v: unknown[]): Condition } }) => c.v.in([v]),
  "sql =": (v) => sql`v = ${v}`,
  "sql IN": (v) => sql`v IN ${[v]}`,
  "{ parts.v }": (v) => ({ "parts.v": v }),
  "c.parts.v.eq": (v) => (c: { parts: { v: { eq(v: unknown): Condition } } }) => c.parts.v.eq(v),
  "{ items: { $contains } }": (v) => ({ items: { $contains: v } }),
  "{ items }": (v) => ({ items: v }),
  "{ items: { $all } }": (v) => ({ items: { $all: [v] } }),
};

const ranges: Record<string, (value: unknown) => unknown> = {
  "$gte and $lte": (v) => ({ v: { $gte: v, $lte: v } }),
  "c.v.between": (v) => (c: { v: { between(a: unknown, b: unknown): Condition } }) => c.v.between(v, v),
  "sql BETWEEN": (v) => sql`v BETWEEN ${v} AND ${v}`,
};

describe.each(names)("a value of %s", (kind) => {
  test("is found by itself, as it went in and as it came out", async () => {
    const t = await filled(kind);
    const ordered = kind !== "boolean" && kind !== "bytes";
    const rows = await t.find({ orderBy: "id" });
    for (const [id, given] of kinds[kind].values.entries()) {
      for (const value of [given, rows[id]?.["v"]]) {
        for (const [name, ask] of Object.entries(ordered ? { ...asks, ...ranges } : asks)) {
          const found = await t.find({ where: ask(value) as never, select: ["id"] });
          expect([name, value, found.map((row) => row["id"])]).toEqual([
            name,
            value,
            expect.arrayContaining([id]),
          ]);
        }
        const beyond = ordered
          ? await t.find({
              where: { $or: [{ v: { $gt: value } }, { v: { $lt: value } }] } as never,
              select: ["id"],
            })
          : [];
        expect(beyond).not.toContainEqual({ id });
      }
    }
  });

  // Rows cannot be ordered by bytes.
  test.skipIf(kind === "bytes")("is where a page ends and the next begins, in both directions", async () => {
    const t = await filled(kind);
    for (const direction of ["asc", "desc"] as const) {
      const orderBy = [{ v: direction }];
      const all = await t.find({ orderBy, select: ["id", "v"] });
      expect(all).toHaveLength(kinds[kind].values.length);
      const paged: unknown[] = [];
      for (let page = await t.find({ orderBy, limit: 3, select: ["id", "v"] }); page.length > 0; ) {
        paged.push(...page);
        page = await t.find({ orderBy, limit: 3, select: ["id", "v"], after: page.at(-1) as never });
      }
      expect(paged).toEqual(all);
    }
  });
});

test("a value inside JSON is found by itself", async () => {
  const t = await (await memoryDatabase()).table(
    table("t", { id: int().primaryKey(), data: json<unknown>() }),
  );
  const values = [...doubles, ...texts, true, false, "2026-01-01T00:00:00.000Z"];
  await t.insert(values.map((v, id) => ({ id, data: { v, list: [v], "a.b": v } })));
  for (const [id, v] of values.entries()) {
    for (const where of [
      { "data.v": v },
      { "data.list": v },
      { "data.a.b": v },
      { data: { $match: { v } } },
      { "data.v": { $in: [v] } },
      { "data.list": { $all: [v] } },
    ]) {
      const found = await t.find({ where: where as never, select: ["id"] });
      expect([where, found]).toEqual([where, expect.arrayContaining([{ id }])]);
    }
  }
});

test("an ISO text means in a row what it means in a filter, in every year", async () => {
  const t = (
    await (
      await memoryDatabase()
    ).table(table("t", { id: int().primaryKey(), at: timestamp(), all: list(timestamp()) }))
  ).untyped;
  const isos = [
    ...dates.map((day) => day.toISOString()),
    "2026-01-01",
    "2026-01-01T12:00Z",
    "2026-01-01T12:00:00.123456+02:00",
    "+012026-02-28T00:00:00Z",
    "-000001-12-31",
  ];
  await t.insert(isos.map((at, id) => ({ id, at, all: [at] })));
  for (const [id, iso] of isos.entries()) {
    expect(await t.get(id, { select: ["at"] })).toEqual({ at: new Date(iso) });
    for (const where of [{ at: iso }, { at: new Date(iso) }, { all: { $contains: iso } }, sql`at = ${iso}`]) {
      expect(await t.find({ where: where as never, select: ["id"] })).toContainEqual({ id });
    }
  }
  for (const odd of [
    "2026-02-30",
    "+002026-02-30",
    "-000000-01-01",
    "+275760-09-14",
    "2026-01-01T12:00",
    "yesterday",
    "+2026-01-01",
  ]) {
    await expect(t.insert([{ id: 99, at: odd, all: [] }])).rejects.toMatchObject({ code: "INVALID_ROW" });
    await expect(t.count({ where: { at: odd } })).rejects.toMatchObject({ code: "INVALID_FILTER" });
  }
});

test("a number beyond 32 bits is larger than all that a column of 32 bits holds", async () => {
  const t = await (await memoryDatabase()).table(
    table("t", { id: int().primaryKey(), v: float({ bits: 32 }) }),
  );
  await t.insert([
    { id: 1, v: 3.4e38 },
    { id: 2, v: -3.4e38 },
  ]);
  expect(await t.count({ where: { v: { $lt: 1e39 } } })).toBe(2);
  expect(await t.count({ where: { v: { $gt: -1e39 } } })).toBe(2);
  expect(await t.count({ where: { v: 1e39 } })).toBe(0);
});
