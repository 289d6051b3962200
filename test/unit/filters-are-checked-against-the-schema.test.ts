// A filter that does not fit is refused before anything is read, with the column and its type. Filters may come from strangers.

import {
  bytes,
  int,
  json,
  list,
  or,
  sql,
  struct,
  table,
  text,
  timestamp,
  type VarveError,
  vector,
} from "varve";
import { describe, expect, test } from "vitest";
import { filterColumns } from "../../src/sdk/query/builder";
import { toFilterJson } from "../../src/sdk/query/where";
import { byName, schemaOf } from "../support/schema";

const docs = table("docs", {
  id: text().primaryKey(),
  lang: text({ enum: ["en", "de"] }),
  views: int(),
  big: int({ bigint: true }),
  at: timestamp(),
  raw: bytes().nullable(),
  tags: list(text()),
  meta: struct({ author: text() }),
  data: json(),
  constructor: text().nullable(),
  vec: vector(2),
});
const schema = schemaOf(docs);

function check(where: unknown): unknown {
  return byName(toFilterJson(where, schema, () => filterColumns(schema)));
}

function refusal(where: unknown): string {
  try {
    check(where);
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return `${code}: ${message}${hint === undefined ? "" : ` ${hint}`}`;
  }
  return "nothing is wrong";
}

// biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse is the point here
type Anything = any;

describe("is refused", () => {
  const cases: readonly [string, unknown][] = [
    ["an unknown column", { titel: "x" }],
    ["an unknown column in the builder", (c: Anything): unknown => c.titel.eq("x")],
    ["an unknown column in SQL", sql`titel = 'x'`],
    ["a value outside an enum", { lang: "fr" }],
    ["text for a number", sql`views > '3'`],
    ["a fraction for an int", { views: 1.5 }],
    ["an unsafe int", { views: 2 ** 53 }],
    ["a number for an instant", { at: { $gt: 1_700_000_000_000 } }],
    ["a local time", { at: { $gt: "2026-01-01T00:00:00" } }],
    ["an invalid date", { at: new Date(Number.NaN) }],
    ["an order of booleans", (c: Anything): unknown => c.raw.gt(new Uint8Array(1))],
    ["equality of a list", (c: Anything): unknown => c.tags.eq("x")],
    ["equality of a struct", { meta: { $eq: "x" } }],
    ["equality of json", { data: "x" }],
    ["a vector as a filter", { vec: { $eq: [1, 2] } }],
    ["a part that is not there", { "meta.autor": "x" }],
    ["a part of a text", sql`id.x = 'x'`],
    ["null in the builder", (c: Anything): unknown => c.lang.eq(null)],
    ["null in SQL", sql`lang = ${null}`],
    ["a text for a list of values", (c: Anything): unknown => c.lang.in("en")],
    ["an unknown operator", { lang: { $regex: "^e" } }],
    ["$size", { tags: { $size: 3 } }],
    ["an unknown joiner", { $where: "1" }],
    ["an object without an operator", { meta: { author: "me" } }],
    ["an array for $exists", { lang: { $exists: [] } }],
    ["an object for $in", { lang: { $in: {} } }],
    ["an object for $and", { $and: {} }],
    ["an object inside JSON", { "data.a": { b: 1 } }],
    ["$match on a text", { id: { $match: { a: 1 } } }],
    ["$match without an object", { data: { $match: "a" } }],
    ["an array as a value inside JSON", { "data.a": ["x"] }],
    ["an invalid date inside JSON", { "data.a": new Date(Number.NaN) }],
    ["an operator as a key of $match", { data: { $match: { $where: "1" } } }],
    ["a bigint that is too large", { big: 2n ** 64n }],
    ["half a surrogate pair", { id: "\ud800" }],
    ["a boolean instead of a condition", (): unknown => true],
    ["a number", 3],
    ["an array", []],
    ["a key like __proto__", JSON.parse('{"__proto__": {"lang": "en"}}')],
    ["a column that objects inherit", { toString: "x" }],
    ["a part that objects inherit", { "meta.constructor": "x" }],
    ["a value with a prototype", { lang: { $eq: Object.create({ $ne: 1 }) } }],
  ];

  test.each(cases)("%s", (_name, where) => {
    expect(refusal(where)).toMatchSnapshot();
  });
});

test("a column may be called like something that objects inherit", () => {
  expect(check({ constructor: "x" })).toEqual({ op: "eq", column: ["constructor"], value: "x" });
  expect(check((c: Anything) => c.constructor.isNull())).toEqual({ op: "isNull", column: ["constructor"] });
});

test("values keep their types on the way", () => {
  expect(check({ big: 2n ** 60n })).toEqual({
    op: "eq",
    column: ["big"],
    value: { $int: "1152921504606846976" },
  });
  expect(check({ big: 5n })).toEqual({ op: "eq", column: ["big"], value: 5 });
  expect(check(sql`big = 9007199254740993`)).toEqual({
    op: "eq",
    column: ["big"],
    value: { $int: "9007199254740993" },
  });
  expect(check({ raw: Uint8Array.of(1, 2, 3) })).toEqual({
    op: "eq",
    column: ["raw"],
    value: { $base64: "AQID" },
  });
  expect(check({ "data.a": { $in: ["x", 1, true] } })).toEqual({
    anyItem: true,
    op: "in",
    column: ["data", "a"],
    values: ["x", 1, true],
  });
});

test("a value can never become SQL", () => {
  const evil = "x' OR '1' = '1";
  expect(check(sql`id = ${evil}`)).toEqual({ op: "eq", column: ["id"], value: evil });
  expect(check({ id: evil })).toEqual({ op: "eq", column: ["id"], value: evil });
});

describe("size", () => {
  test("has a limit in depth, for every form", () => {
    let mongo: object = { lang: "en" };
    let written = "views = 1";
    for (let i = 0; i < 100_000; i++) mongo = { $not: mongo };
    for (let i = 0; i < 1000; i++) written = `NOT (${written})`;
    expect(refusal(mongo)).toContain("more than 64 levels");
    expect(() => sql(Object.assign([written], { raw: [written] }))).toThrow("more than 64 levels");
    let built = sql`views = 1`;
    for (let i = 0; i < 64; i++) built = built.not();
    expect(refusal(built)).toContain("more than 64 levels");
  });

  test("has a limit in nodes", () => {
    expect(refusal({ $or: Array.from({ length: 16_384 }, () => ({ views: 1 })) })).toContain(
      "more than 16384 nodes",
    );
    expect(refusal(or(...Array.from({ length: 9000 }, () => sql`views = 1`)))).toBe("nothing is wrong");
  });
});

describe("SQL that cannot be read", () => {
  const cases: readonly string[] = [
    "",
    "lang",
    "lang =",
    "= 'en'",
    "lang = 'en",
    "lang = 'en' AND",
    "lang = 'en' views = 3",
    "lang == 'en'",
    "lang = lang",
    "1 = 1",
    "lang IS 'en'",
    "lang IN 'en'",
    "lang IN ()",
    "views BETWEEN 1 OR 2",
    "lang = NULL",
    "(lang = 'en'",
    "lang = 'en'; DROP TABLE docs",
    "lang = 'en' -- comment",
    "meta. = 'x'",
    "views = - 'x'",
    "day = DATE '2026-02-30'",
    "at = TIMESTAMP '2026-01-01 00:00'",
    "select = 1 and order",
    "lang LIKE views",
    "5 LIKE 'x'",
    "AND = 1",
    "lang = \u0000",
  ];

  test.each(cases)("%j", (text) => {
    const raw = [text];
    expect(() => sql(Object.assign([...raw], { raw }))).toThrowErrorMatchingSnapshot();
  });

  test("a value inside quotation marks", () => {
    expect(() => sql`lang = '${"en"}'`).toThrowErrorMatchingSnapshot();
  });

  test("a bound value that is no array after IN", () => {
    expect(() => sql`lang IN ${"en"}`).toThrowErrorMatchingSnapshot();
  });
});
