// Pages are written by hand here, as the contract describes them.

import { boolean, bytes, date, float, int, json, list, struct, table, text, timestamp, vector } from "varve";
import { describe, expect, test } from "vitest";
import { type HitShape, Projection } from "../../src/sdk/native/decode";
import { plainMaker, rowMaker } from "../../src/sdk/native/row-maker";
import { schemaOf } from "../support/schema";

const everything = table("everything", {
  id: text().primaryKey(),
  kind: text({ enum: ["a", "b"] }).nullable(),
  whole: int(),
  large: int({ bigint: true }).nullable(),
  real: float(),
  yes: boolean().nullable(),
  at: timestamp().nullable(),
  day: date(),
  any: json().nullable(),
  raw: bytes().nullable(),
  vec: vector(2).nullable(),
  tags: list(timestamp()),
  meta: struct({ raw: bytes(), n: int({ bigint: true }), day: date().nullable() }),
});
const schema = schemaOf(everything);

const two = Object.freeze({
  id: { numbers: [0, 3, 4], text: "é👋x" },
  kind: { numbers: [1, 0, 1, 5, 5], text: "a" },
  whole: { numbers: [0, 7, -7] },
  large: { numbers: [1, 1, 0, 5, 24], text: "-9223372036854775808".slice(1) },
  real: { numbers: [0, 0.5, -1.5] },
  yes: { numbers: [1, 0, 1, 1, 0] },
  at: { numbers: [1, 1, 0, 0, 1000] },
});

function page(parts: readonly { numbers: readonly number[]; text?: string }[]): [Float64Array, string] {
  const numbers = parts.flatMap((part) => part.numbers);
  return [Float64Array.from([2, ...numbers]), parts.map((part) => part.text ?? "").join("")];
}

test("columns are read one after another, nulls and all", () => {
  const names = ["id", "kind", "whole", "large", "real", "yes", "at"] as const;
  const projection = new Projection(names.map((name) => schema.field(name)));
  expect(projection.json).toBe(
    `"select":${JSON.stringify(names)},"fields":[1,2,3,4,5,6,7],"bigints":["large"]`,
  );
  expect(projection.rows(...page(names.map((name) => two[name])))).toEqual([
    { id: "é👋", kind: "a", whole: 7, large: null, real: 0.5, yes: true, at: null },
    {
      id: "x",
      kind: null,
      whole: -7,
      large: 9223372036854775808n,
      real: -1.5,
      yes: null,
      at: new Date(1000),
    },
  ]);
});

describe("hits", () => {
  const projection = new Projection([schema.field("id")]);
  const scored = [two.id, { numbers: [0.25, 0.5] }, { numbers: [0.875, 0.75] }];
  const shape: HitShape = {
    scores: ["_score", "_distance"],
    fused: false,
    counted: false,
    span: false,
    facets: [],
    confidence: false,
  };

  test("say what words and vectors found, and null where they did not", () => {
    const parts = [...scored, { numbers: [1.5, 0] }, { numbers: [1, 0] }, { numbers: [0, 2] }];
    const [numbers, written] = page([...parts, { numbers: [0], text: "" }]);
    numbers[numbers.indexOf(0.5)] = Number.NaN;
    const all: HitShape = {
      ...shape,
      fused: true,
      scores: ["_distance", "_textScore", "_textRank", "_vectorRank"],
    };
    expect(projection.hits(all, numbers, written)).toEqual([
      { id: "é👋", _distance: 0.25, _textScore: 1.5, _textRank: 1, _vectorRank: null },
      { id: "x", _distance: null, _textScore: 0, _textRank: null, _vectorRank: 2 },
    ]);
  });

  test("have a score and a distance, and a cursor behind them", () => {
    const [numbers, written] = page([...scored, { numbers: [9], text: "1.2.3" }]);
    const hits = projection.hits(shape, numbers, written);
    expect(hits).toEqual([
      { id: "é👋", _score: 0.875, _distance: 0.25 },
      { id: "x", _score: 0.75, _distance: 0.5 },
    ]);
    expect(Reflect.get(hits, "cursor")).toBe("1.2.3");
  });

  test("have no cursor where the page says none", () => {
    const [numbers, written] = page([...scored, { numbers: [4] }]);
    const hits = projection.hits({ ...shape, scores: ["_score"] }, numbers, written);
    expect(hits).toEqual([
      { id: "é👋", _score: 0.875 },
      { id: "x", _score: 0.75 },
    ]);
    expect("cursor" in hits).toBe(false);
  });

  test("have counts of their groups, and counts of values beside them", () => {
    const json = '[[["AQ",2],[null,1]],[[{"$int":"9007199254740993"},1]]]';
    const [numbers, written] = page([...scored, { numbers: [3, 1, 4, 4 + json.length], text: json }]);
    const facets = [schema.field("id"), schema.field("large")];
    const hits = projection.hits({ ...shape, scores: [], counted: true, facets }, numbers, written);
    expect(hits).toEqual([
      { id: "é👋", _count: 3 },
      { id: "x", _count: 1 },
    ]);
    expect({ ...(Reflect.get(hits, "facets") as object) }).toEqual({
      id: [
        { value: "AQ", count: 2 },
        { value: null, count: 1 },
      ],
      large: [{ value: 9007199254740993n, count: 1 }],
    });
  });
});

test("bytes and vectors are copies of their parts of the blob", () => {
  const blob = new Uint8Array(4 + 16);
  blob.set([1, 2, 3]);
  new Float32Array(blob.buffer, 4).set([1, 2, 0, 0]);
  const projection = new Projection([schema.field("raw"), schema.field("vec"), schema.field("whole")]);
  const [numbers, written] = page([{ numbers: [1, 1, 0, 0, 3] }, { numbers: [1, 0, 1, 4] }, two.whole]);
  const rows = projection.rows(numbers, written, blob);
  expect(rows).toEqual([
    { raw: null, vec: Float32Array.of(1, 2), whole: 7 },
    { raw: Uint8Array.of(1, 2, 3), vec: null, whole: -7 },
  ]);
  blob.fill(0);
  expect(rows[0]?.["vec"]).toEqual(Float32Array.of(1, 2));
});

test("nested values are revived", () => {
  const tags = ["[0,1000]", "[]"];
  const meta = ['{"raw":"AQI=","n":{"$int":"9007199254740993"},"day":1}', '{"raw":"","n":5,"day":null}'];
  const any = ['{"a":[1,null]}', ""];
  const texts = [...tags, ...meta, ...any];
  let end = 0;
  const ends = texts.map((one) => (end += one.length));
  const projection = new Projection([schema.field("tags"), schema.field("meta"), schema.field("any")]);
  const numbers = [2, 0, ...ends.slice(0, 2), 0, ...ends.slice(2, 4), 1, 0, 1, ...ends.slice(4)];
  expect(projection.rows(Float64Array.from(numbers), texts.join(""))).toEqual([
    {
      tags: [new Date(0), new Date(1000)],
      meta: { raw: Uint8Array.of(1, 2), n: 9007199254740993n, day: "1970-01-02" },
      any: { a: [1, null] },
    },
    { tags: [], meta: { raw: Uint8Array.of(), n: 5n, day: null }, any: null },
  ]);
});

test("an integer inside a list that is too large for a number is an error", () => {
  const numbers = table("numbers", { ids: list(int()) });
  const projection = new Projection(schemaOf(numbers).fields);
  const written = '[{"$int":"9007199254740993"}]';
  expect(() => projection.rows(Float64Array.of(1, 0, written.length), written)).toThrow(
    /"ids\[\]" holds 9007199254740993/,
  );
});

test("a scratch array that is longer than the page is read only as far as the page goes", () => {
  const scratch = new Float64Array(100).fill(9);
  scratch.set([1, 0, 2]);
  expect(new Projection([schema.field("id")]).rows(scratch, "ab")).toEqual([{ id: "ab" }]);
});

test("texts of large pages are copies, and whole", () => {
  const words = Array.from({ length: 2000 }, (_, i) => `a text of some length ${i} 👋`);
  let end = 0;
  const ends = words.map((word) => (end += word.length));
  const rows = new Projection([schema.field("id")]).rows(
    Float64Array.from([2000, 0, ...ends]),
    words.join(""),
  );
  expect(rows.map((row) => row["id"])).toEqual(words);
});

test("rows are plain objects whose keys may be called anything", () => {
  const keys = ['"]}); throw new Error("code"); ({["', "constructor", "a\u2028b", "`${1}`", "\\"];
  const columns = keys.map((key) => [key, key]);
  for (const maker of [rowMaker(keys), plainMaker(keys)]) {
    const rows = maker(columns, 2);
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(Object.entries(row)).toEqual(keys.map((key) => [key, key]));
    expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
  }
});
