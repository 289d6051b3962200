// What the encoder writes is read back by a reader that was written from the description of the format: a wrong offset would be a wrong row.

import {
  boolean,
  bytes,
  date,
  float,
  int,
  json,
  list,
  struct,
  table,
  text,
  timestamp,
  type VarveError,
  vector,
} from "varve";
import { describe, expect, test } from "vitest";
import { BatchBuffer, BufferPool } from "../../src/sdk/native/batch-buffer";
import { type Cells, RowEncoder } from "../../src/sdk/native/encode";
import type { AnyTable } from "../../src/sdk/schema/table-definition";
import { Random } from "../support/random";
import { readBatch } from "../support/reference-batch";
import { schemaOf } from "../support/schema";

function encode(
  definition: AnyTable,
  rows: readonly unknown[],
  buffer = new BatchBuffer(),
  base = 0,
): Uint8Array {
  const encoder = new RowEncoder(schemaOf(definition));
  const cells: Cells = encoder.gather(rows, base, { ownVectors: true });
  const batch = encoder.begin(buffer, cells);
  for (const [field, values] of cells.columns) batch.column(field, values);
  return batch.finish();
}

function roundTrip(definition: AnyTable, rows: readonly unknown[]): Record<string, unknown[]> {
  return readBatch(encode(definition, rows), schemaOf(definition)).columns;
}

const everything = table("everything", {
  id: text().primaryKey(),
  word: text().nullable(),
  kind: text({ enum: ["a", "b"] }).nullable(),
  any: json().nullable(),
  whole: int().nullable(),
  large: int({ bigint: true }).nullable(),
  real: float().nullable(),
  short: float({ bits: 32 }).nullable(),
  yes: boolean().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  raw: bytes().nullable(),
  vec: vector(3).nullable(),
  tags: list(text()).nullable(),
  holes: list(int().nullable()).nullable(),
  meta: struct({ author: text(), pages: int().nullable(), seen: list(date()) }).nullable(),
  deep: list(struct({ at: timestamp(), ok: boolean().nullable() })).nullable(),
});

const full = {
  id: "1",
  word: "Straße 👋",
  kind: "b",
  any: { a: [1, "x", null], "": true },
  whole: -3,
  large: 2n ** 62n,
  real: -0.1,
  short: 0.5,
  yes: true,
  at: new Date(1_700_000_000_123),
  day: "1969-12-31",
  raw: Uint8Array.of(0, 255),
  vec: [1, -2, 0.5],
  tags: ["x", "", "é"],
  holes: [1, null, 3],
  meta: { author: "me", pages: null, seen: ["2026-01-01", "2026-02-28"] },
  deep: [
    { at: new Date(0), ok: null },
    { at: new Date(1), ok: false },
  ],
};

const stored = {
  ...full,
  any: JSON.stringify(full.any),
  at: 1_700_000_000_123,
  day: -1,
  raw: [0, 255],
  meta: { author: "me", pages: null, seen: [20_454, 20_512] },
  deep: [
    { at: 0, ok: null },
    { at: 1, ok: false },
  ],
};

describe("every type", () => {
  test("comes out as it went in", () => {
    const columns = roundTrip(everything, [full, full]);
    for (const [name, value] of Object.entries(stored)) expect(columns[name], name).toEqual([value, value]);
  });

  test("may be null, between rows that are not", () => {
    const columns = roundTrip(everything, [full, { id: "2" }, { ...full, id: "3" }, { id: "4", word: null }]);
    for (const [name, value] of Object.entries(stored)) {
      if (name !== "id") expect(columns[name], name).toEqual([value, null, value, null]);
    }
  });

  test("takes only its head where no row has a value", () => {
    const { id, ...others } = roundTrip(everything, [{ id: "1" }]);
    expect(id).toEqual(["1"]);
    expect(Object.values(others)).toEqual(
      Object.keys(stored)
        .slice(1)
        .map(() => [null]),
    );
    const one = encode(table("one", { id: text().primaryKey() }), [{ id: "1" }]);
    const heads = (Object.keys(stored).length - 1) * 16;
    expect(encode(everything, [{ id: "1" }]).length).toBe(one.length + heads);
  });

  test("comes out of a buffer that was used before", () => {
    const buffer = new BatchBuffer(8);
    const first = encode(everything, [full, { id: "2" }], buffer).slice();
    buffer.bytes.fill(0xff);
    buffer.reset();
    expect(encode(everything, [full, { id: "2" }], buffer)).toEqual(first);
  });
});

test("random texts and vectors come out as they went in", () => {
  const random = new Random(7);
  const alphabet = ["a", "ß", "漢", "👋", "\n", "\u0000", "é"];
  const docs = table("docs", { id: int().primaryKey(), body: text().nullable(), vec: vector(5).nullable() });
  for (let round = 0; round < 50; round++) {
    const rows = Array.from({ length: random.below(40) }, (_, id) => ({
      id,
      body:
        random.below(4) === 0
          ? null
          : Array.from({ length: random.below(30) }, () => random.pick(alphabet)).join(""),
      vec: random.below(4) === 0 ? null : Float32Array.from({ length: 5 }, () => random.next() - 0.5),
    }));
    const columns = roundTrip(docs, rows);
    expect(columns["id"]).toEqual(rows.map((row) => row.id));
    const none = rows.map(() => null);
    expect(columns["body"] ?? none).toEqual(rows.map((row) => row.body));
    expect(columns["vec"] ?? none).toEqual(rows.map((row) => (row.vec === null ? null : [...row.vec])));
  }
});

test("a missing value is filled by the default, once for each row", () => {
  let calls = 0;
  const docs = table("docs", {
    id: int().primaryKey(),
    views: int().default(7),
    n: int().default(() => calls++),
    lang: text().nullable().default("en"),
  });
  const columns = roundTrip(docs, [
    { id: 1 },
    { id: 2, views: 1, n: 9, lang: null },
    { id: 3, views: undefined },
  ]);
  expect(columns).toEqual({ id: [1, 2, 3], views: [7, 1, 7], n: [0, 9, 1], lang: ["en", null, "en"] });
});

test("rows may be instances of classes, and have columns with odd names", () => {
  class Doc {
    readonly id = "1";
    get shout(): string {
      return "hey";
    }
    unrelated(): void {}
  }
  const docs = table("docs", { id: text().primaryKey(), shout: text(), constructor: text().nullable() });
  expect(roundTrip(docs, [new Doc()])).toEqual({ id: ["1"], shout: ["hey"], constructor: [null] });
});

describe("is refused, with row, column, what was expected and what came:", () => {
  const docs = table("docs", {
    id: text().primaryKey(),
    kind: text({ enum: ["a", "b"] }).nullable(),
    any: json().nullable(),
    whole: int().nullable(),
    large: int({ bigint: true }).nullable(),
    real: float().nullable(),
    short: float({ bits: 32 }).nullable(),
    yes: boolean().nullable(),
    at: timestamp().nullable(),
    day: date().nullable(),
    raw: bytes().nullable(),
    vec: vector(3).nullable(),
    half: vector(2, { element: "f16" }).nullable(),
    tags: list(text()).nullable(),
    meta: struct({ author: text(), pages: int().nullable() }).nullable(),
    deep: list(struct({ n: int() })).nullable(),
  });
  const circle: Record<string, unknown> = {};
  circle["circle"] = circle;

  const cases: readonly [string, unknown][] = [
    ["no object", "x"],
    ["an array", ["1"]],
    ["an unknown key", { id: "1", titel: "x" }],
    ["an unknown key without a value", { id: "1", titel: undefined }],
    ["a key like __proto__", JSON.parse('{"id": "1", "__proto__": {"kind": "a"}}')],
    ["no key", {}],
    ["a null key", { id: null }],
    ["a number as text", { id: 1 }],
    ["half a surrogate pair", { id: "a\ud800" }],
    ["a value outside an enum", { id: "1", kind: "c" }],
    ["a Date in JSON", { id: "1", any: { at: new Date(0) } }],
    ["NaN in JSON", { id: "1", any: [Number.NaN] }],
    ["undefined in a JSON array", { id: "1", any: [undefined] }],
    ["a function in JSON", { id: "1", any: { f: (): void => undefined } }],
    ["a Map in JSON", { id: "1", any: new Map() }],
    ["an object that changes itself for JSON", { id: "1", any: { toJSON: () => 1 } }],
    ["a circle in JSON", { id: "1", any: circle }],
    ["a fraction", { id: "1", whole: 1.5 }],
    ["an unsafe int", { id: "1", whole: 2 ** 53 }],
    ["a bigint for a number", { id: "1", whole: 1n }],
    ["a number for a bigint", { id: "1", large: 1 }],
    ["a bigint of 65 bits", { id: "1", large: 2n ** 63n }],
    ["NaN", { id: "1", real: Number.NaN }],
    ["infinity", { id: "1", real: Number.POSITIVE_INFINITY }],
    ["a number as text in a float", { id: "1", real: "1" }],
    ["a float that 32 bits cannot hold", { id: "1", short: 1e300 }],
    ["1 for true", { id: "1", yes: 1 }],
    ["an invalid Date", { id: "1", at: new Date(Number.NaN) }],
    ["milliseconds for a Date", { id: "1", at: 0 }],
    ["a day that does not exist", { id: "1", day: "2026-02-30" }],
    ["a Date for a day", { id: "1", day: new Date(0) }],
    ["an array for bytes", { id: "1", raw: [1, 2] }],
    ["a short vector", { id: "1", vec: [1, 2] }],
    ["a long vector", { id: "1", vec: new Float32Array(4) }],
    ["whole numbers for a vector", { id: "1", vec: new Int32Array(3) }],
    ["NaN in a vector", { id: "1", vec: Float32Array.of(1, Number.NaN, 3) }],
    ["infinity in a vector", { id: "1", vec: [1, 2, Number.NEGATIVE_INFINITY] }],
    ["text in a vector", { id: "1", vec: [1, "2", 3] }],
    ["a hole in a vector", { id: "1", vec: [1, undefined, 3] }],
    ["a number that 32 bits cannot hold, in a vector", { id: "1", vec: [1e39, 0, 0] }],
    ["a number that 16 bits cannot hold, in a vector", { id: "1", half: Float32Array.of(0, 70_000) }],
    ["text for a list", { id: "1", tags: "x" }],
    ["null in a list", { id: "1", tags: ["x", null] }],
    ["a number in a list of texts", { id: "1", tags: ["x", 3] }],
    ["an unknown part", { id: "1", meta: { author: "me", autor: "me" } }],
    ["a missing part", { id: "1", meta: { pages: 3 } }],
    ["a part of another type", { id: "1", meta: { author: "me", pages: "3" } }],
    ["an array for a struct", { id: "1", meta: [] }],
    ["something wrong deep inside", { id: "1", deep: [{ n: 1 }, { n: "2" }] }],
    ["a forgotten await", { id: "1", any: Promise.resolve(1) }],
  ];

  test.each(cases)("%s", (_name, row) => {
    const before = [{ id: "0", tags: ["a"], deep: [{ n: 0 }] }];
    let refusal: unknown;
    try {
      encode(docs, [...before, row], undefined, 100);
    } catch (error) {
      refusal = error;
    }
    const { code, message, hint, where } = refusal as VarveError;
    expect(code).toBe("INVALID_ROW");
    expect(where).toMatchObject({ table: "docs", row: 101 });
    expect(`${message}${hint === undefined ? "" : ` ${hint}`}`).toMatchSnapshot();
  });
});

test("buffers are used again, but not two at a time, and large ones are let go", () => {
  const pool = new BufferPool();
  const one = pool.take();
  const two = pool.take();
  expect(one).not.toBe(two);
  pool.give(one);
  expect(pool.take()).toBe(one);
  two.reserve(64 << 20);
  pool.give(two);
  expect(pool.take()).not.toBe(two);
});
