// The builder, the Mongo-style object and SQL are three ways to write one tree. A filter that meant something else in one of them would
// return other rows.

import {
  type Condition,
  date,
  float,
  int,
  json,
  list,
  sql,
  struct,
  table,
  text,
  timestamp,
  vector,
} from "varve";
import { expect, test } from "vitest";
import { filterColumns } from "../../src/sdk/query/builder";
import type { FilterColumns } from "../../src/sdk/query/builder-types";
import { checkFilter, type FilterJson } from "../../src/sdk/query/check-filter";
import { toFilterNode } from "../../src/sdk/query/where";
import { byName, schemaOf } from "../support/schema";

const docs = table("docs", {
  id: text().primaryKey(),
  lang: text({ enum: ["en", "de", "fr"] }).nullable(),
  views: int(),
  rating: float().nullable(),
  at: timestamp(),
  day: date(),
  tags: list(text()),
  meta: struct({ author: text(), pages: int().nullable() }),
  data: json(),
  vec: vector(2).nullable(),
});
const schema = schemaOf(docs);
const columns = filterColumns(schema) as FilterColumns<typeof docs>;

type Build = (c: FilterColumns<typeof docs>) => Condition;

function treeOf(where: unknown): FilterJson {
  return byName(
    checkFilter(
      toFilterNode(where, schema, () => columns),
      schema,
    ),
  );
}

const monday = new Date("2026-01-05T00:00:00Z");

const cases: readonly [string, Build, object | undefined, Condition | undefined][] = [
  ["equal", (c) => c.lang.eq("en"), { lang: "en" }, sql`lang = ${"en"}`],
  ["equal, by operator", (c) => c.lang.eq("en"), { lang: { $eq: "en" } }, sql`'en' = lang`],
  ["greater", (c) => c.views.gt(3), { views: { $gt: 3 } }, sql`views > 3`],
  ["at least", (c) => c.views.gte(3), { views: { $gte: 3 } }, sql`3 <= views`],
  ["less", (c) => c.views.lt(-3), { views: { $lt: -3 } }, sql`views < -3`],
  ["at most", (c) => c.rating.lte(0.5), { rating: { $lte: 0.5 } }, sql`rating <= .5`],
  ["one of", (c) => c.lang.in(["en", "de"]), { lang: { $in: ["en", "de"] } }, sql`lang IN ${["en", "de"]}`],
  ["one of, listed", (c) => c.views.in([1, 2]), { views: { $in: [1, 2] } }, sql`views in (1, ${2})`],
  ["null", (c) => c.lang.isNull(), { lang: null }, sql`lang IS NULL`],
  ["null, by operator", (c) => c.lang.isNull(), { lang: { $exists: false } }, sql`lang is null`],
  ["not null", (c) => c.lang.isNotNull(), { lang: { $exists: true } }, sql`lang IS NOT NULL`],
  ["between", (c) => c.views.between(1, 9), undefined, sql`views BETWEEN 1 AND 9`],
  ["like", (c) => c.id.like("a%"), { id: { $like: "a%" } }, sql`id LIKE 'a%'`],
  ["ilike", (c) => c.id.ilike("a_"), { id: { $ilike: "a_" } }, sql`id ILIKE 'a_'`],
  ["a backslash in a pattern", (c) => c.id.like("a\\_b"), { id: { $like: "a\\_b" } }, sql`id LIKE 'a\_b'`],
  [
    "an instant",
    (c) => c.at.gte(monday),
    { at: { $gte: monday } },
    sql`at >= TIMESTAMP '2026-01-05T00:00:00Z'`,
  ],
  [
    "an instant as text",
    (c) => c.at.gte(monday),
    { at: { $gte: "2026-01-05T00:00:00Z" } },
    sql`at >= ${monday}`,
  ],
  ["a day", (c) => c.day.eq("2026-02-28"), { day: "2026-02-28" }, sql`day = DATE '2026-02-28'`],
  ["a list", (c) => c.tags.contains("x"), { tags: "x" }, undefined],
  ["a list, by operator", (c) => c.tags.contains("x"), { tags: { $contains: "x" } }, undefined],
  ["any of a list", (c) => c.tags.containsAny(["x", "y"]), { tags: { $in: ["x", "y"] } }, undefined],
  ["all of a list", (c) => c.tags.containsAll(["x", "y"]), { tags: { $all: ["x", "y"] } }, undefined],
  ["a struct", (c) => c.meta.author.eq("me"), { "meta.author": "me" }, sql`meta.author = 'me'`],
  [
    "a struct, by field",
    (c) => c.meta.field("pages").gt(3),
    { "meta.pages": { $gt: 3 } },
    sql`"meta"."pages" > 3`,
  ],
  [
    "a list in json",
    (c) => c.data.path("tags").contains("x"),
    { "data.tags": { $contains: "x" } },
    undefined,
  ],
  [
    "all of a list in json",
    (c) => c.data.path("tags").containsAll(["x", 1]),
    { data: { $match: { tags: { $all: ["x", 1] } } } },
    undefined,
  ],
  ["json", (c) => c.data.path("a", "b").eq(true), undefined, sql`data.a.b = TRUE`],
  ["a vector", (c) => c.vec.isNull(), { vec: null }, sql`vec IS NULL`],
  [
    "and",
    (c) => c.lang.eq("en").and(c.views.gt(3)),
    { lang: "en", views: { $gt: 3 } },
    sql`lang = 'en' AND views > 3`,
  ],
  [
    "two of one column",
    (c) => c.views.gt(3).and(c.views.lt(9)),
    { views: { $gt: 3, $lt: 9 } },
    sql`views > 3 and views < 9`,
  ],
  [
    "three with and",
    (c) => c.lang.eq("en").and(c.views.gt(3)).and(c.id.eq("1")),
    { $and: [{ lang: "en" }, { views: { $gt: 3 }, id: "1" }] },
    sql`lang = 'en' AND (views > 3 AND id = '1')`,
  ],
  [
    "or",
    (c) => c.lang.eq("en").or(c.lang.eq("de")),
    { $or: [{ lang: "en" }, { lang: "de" }] },
    sql`lang='en' OR lang='de'`,
  ],
  [
    "and before or",
    (c) => c.lang.eq("en").and(c.views.gt(3)).or(c.id.eq("1")),
    { $or: [{ lang: "en", views: { $gt: 3 } }, { id: "1" }] },
    sql`lang = 'en' AND views > 3 OR id = '1'`,
  ],
  [
    "or in parentheses",
    (c) => c.lang.eq("en").and(c.views.gt(3).or(c.id.eq("1"))),
    { lang: "en", $or: [{ views: { $gt: 3 } }, { id: "1" }] },
    sql`lang = 'en' AND (views > 3 OR id = '1')`,
  ],
];

test.each(cases)("%s", (_name, build, mongo, written) => {
  const tree = treeOf(build);
  if (mongo !== undefined) expect(treeOf(mongo)).toEqual(tree);
  if (written !== undefined) expect(treeOf(written)).toEqual(tree);
  expect(tree).toMatchSnapshot();
});

test("not and notIn leave rows without a value out, in the builder and in SQL", () => {
  expect(treeOf((c: typeof columns) => c.lang.notIn(["en"]))).toEqual(treeOf(sql`lang NOT IN ('en')`));
  expect(treeOf((c: typeof columns) => c.lang.ne("en"))).toEqual(treeOf(sql`lang <> 'en'`));
  expect(treeOf((c: typeof columns) => c.lang.ne("en"))).toEqual(treeOf(sql`lang != 'en'`));
  expect(treeOf((c: typeof columns) => c.lang.eq("en").not())).toEqual(treeOf(sql`NOT lang = 'en'`));
  expect(treeOf((c: typeof columns) => c.id.like("a%").not())).toEqual(treeOf(sql`id NOT LIKE 'a%'`));
  expect(treeOf((c: typeof columns) => c.views.between(1, 2).not())).toEqual(
    treeOf(sql`views NOT BETWEEN 1 AND 2`),
  );
  expect(treeOf(sql`NOT (lang = 'en' OR views > 3)`)).toEqual(
    treeOf((c: typeof columns) => c.lang.eq("en").or(c.views.gt(3)).not()),
  );
});

test("isNotTrue is the negation that Mongo has", () => {
  expect(treeOf((c: typeof columns) => c.lang.eq("en").isNotTrue())).toEqual(treeOf({ lang: { $ne: "en" } }));
  expect(treeOf((c: typeof columns) => c.lang.eq("en").or(c.views.eq(3)).isNotTrue())).toEqual(
    treeOf({ $nor: [{ lang: "en" }, { views: 3 }] }),
  );
});

test("Mongo's negations are true wherever what they negate is not", () => {
  const notTrue = (build: Build): FilterJson => ({ op: "isNotTrue", arg: treeOf(build) });
  expect(treeOf({ lang: { $ne: "en" } })).toEqual(notTrue((c) => c.lang.eq("en")));
  expect(treeOf({ lang: { $nin: ["en", "de"] } })).toEqual(notTrue((c) => c.lang.in(["en", "de"])));
  expect(treeOf({ lang: { $not: { $gt: "en" } } })).toEqual(notTrue((c) => c.lang.gt("en")));
  expect(treeOf({ lang: { $ne: null } })).toEqual(treeOf({ lang: { $exists: true } }));
  expect(treeOf({ $not: { lang: "en" } })).toEqual(treeOf({ lang: { $ne: "en" } }));
  expect(treeOf({ $not: { $not: { lang: "en" } } })).toEqual(treeOf({ lang: "en" }));
  expect(treeOf({ $nor: [{ lang: "en" }, { views: 3 }] })).toEqual(
    notTrue((c) => c.lang.eq("en").or(c.views.eq(3))),
  );
});

test("inside JSON an array stands for its items, and a key with dots is read both ways", () => {
  const a = { op: "eq", column: ["data", "a"], value: 1, anyItem: true };
  expect(treeOf({ "data.a": 1 })).toEqual(a);
  expect(treeOf({ data: { $match: { a: 1 } } })).toEqual(a);
  const path = { op: "gt", column: ["data", "a", "b"], value: 1, anyItem: true };
  const literal = { ...path, column: ["data", "a.b"] };
  expect(treeOf({ "data.a.b": { $gt: 1 } })).toEqual({ op: "or", args: [path, literal] });
  expect(treeOf({ data: { $match: { "a.b": { $gt: 1 } } } })).toEqual({ op: "or", args: [path, literal] });
  expect(treeOf({ data: { $match: { a: { $match: { b: { $gt: 1 } } } } } })).toEqual(path);
  expect(treeOf({ "data.a.b": null })).toEqual({
    op: "and",
    args: [
      { op: "isNull", column: ["data", "a", "b"] },
      { op: "isNull", column: ["data", "a.b"] },
    ],
  });
});

test("$match asks for parts of structs and of JSON, with everything that a filter can say", () => {
  expect(treeOf({ meta: { $match: { author: "me", $or: [{ pages: 1 }, { pages: { $gt: 9 } }] } } })).toEqual(
    treeOf({ "meta.author": "me", $or: [{ "meta.pages": 1 }, { "meta.pages": { $gt: 9 } }] }),
  );
  expect(treeOf({ data: { $match: {} } })).toEqual({ op: "and", args: [] });
});

test("a Date inside JSON is compared as the text that JSON has for it", () => {
  expect(treeOf((c: typeof columns) => c.data.path("at").gt(monday))).toEqual(
    treeOf((c: typeof columns) => c.data.path("at").gt("2026-01-05T00:00:00.000Z")),
  );
});

test("null among the values of $in means that there is none", () => {
  const expected = treeOf((c: typeof columns) => c.lang.in(["en"]).or(c.lang.isNull()));
  expect(treeOf({ lang: { $in: ["en", null] } })).toEqual(expected);
});

test("an empty object is true, and an empty $or is false", () => {
  expect(treeOf({})).toEqual({ op: "and", args: [] });
  expect(treeOf({ $or: [] })).toEqual({ op: "or", args: [] });
});

test("a filter is frozen data", () => {
  const { node } = sql`lang = 'en' AND views IN (1, 2)`;
  expect(Object.isFrozen(node)).toBe(true);
  expect(JSON.parse(JSON.stringify(sql`views = 3`))).toEqual({ op: "eq", column: ["views"], value: 3 });
});

test("a list of filters in any form means that all of them hold", () => {
  const listed = toFilterNode(
    [{ lang: "en" }, (c: typeof columns) => c.views.gt(3), sql`rating < ${2}`],
    schema,
    () => columns,
  );
  const one = toFilterNode(
    (c: typeof columns) => c.lang.eq("en").and(c.views.gt(3), c.rating.lt(2)),
    schema,
    () => columns,
  );
  expect(checkFilter(listed, schema)).toEqual(checkFilter(one, schema));
});

test("a list of filters holds one at least, and no further lists", () => {
  expect(() => toFilterNode([], schema, () => columns)).toThrow(/an array of 0 was found/);
  expect(() => toFilterNode([[{ lang: "en" }]], schema, () => columns)).toThrow(/an array of 1 was found/);
  expect(() => toFilterNode([undefined], schema, () => columns)).toThrow(/nothing was found/);
});
