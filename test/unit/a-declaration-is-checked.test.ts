// A declaration that cannot work is refused where it is written, not at the first row.

import {
  boolean,
  bytes,
  embed,
  int,
  json,
  list,
  struct,
  type TextOptions,
  table,
  text,
  timestamp,
  type VarveError,
  vector,
} from "varve";
import { describe, expect, test } from "vitest";
import { checkSchema } from "../../src/sdk/schema/check-schema";
import { templateParts } from "../../src/sdk/schema/derived";
import { type AnyTable, toSchemaJson } from "../../src/sdk/schema/table-definition";
import { type FieldJson, joinSchema, type SchemaJson } from "../../src/sdk/schema/table-schema";
import { hashEmbedding } from "../support/hash-embedding";

const fn = hashEmbedding({ dimensions: 8 });

test("a definition becomes a schema for the native module", () => {
  const docs = table(
    "docs",
    {
      id: text().primaryKey(),
      lang: text({ enum: ["en", "de"] }).nullable(),
      views: int().default(0),
      at: timestamp().default(new Date(5)),
      made: timestamp().default(() => new Date()),
      thumb: vector(4, { element: "f16", metric: "l2" }),
      meta: struct({ author: text(), tags: list(text().nullable()) }).nullable(),
    },
    (c) => ({ vec: embed(fn, [c.id, c.lang], { template: "{id}: {lang}", metric: "dot" }) }),
  );
  expect(toSchemaJson(docs)).toMatchInlineSnapshot(`
    {
      "fields": [
        {
          "name": "id",
          "nullable": false,
          "type": {
            "kind": "text",
          },
        },
        {
          "name": "lang",
          "nullable": true,
          "type": {
            "kind": "enum",
            "values": [
              "en",
              "de",
            ],
          },
        },
        {
          "default": 0,
          "name": "views",
          "nullable": false,
          "type": {
            "kind": "int",
          },
        },
        {
          "default": 5,
          "name": "at",
          "nullable": false,
          "type": {
            "kind": "timestamp",
          },
        },
        {
          "name": "made",
          "nullable": false,
          "type": {
            "kind": "timestamp",
          },
        },
        {
          "name": "thumb",
          "nullable": false,
          "type": {
            "dimensions": 4,
            "element": "f16",
            "kind": "vector",
            "metric": "l2",
          },
        },
        {
          "name": "meta",
          "nullable": true,
          "type": {
            "fields": [
              {
                "name": "author",
                "nullable": false,
                "type": {
                  "kind": "text",
                },
              },
              {
                "name": "tags",
                "nullable": false,
                "type": {
                  "item": {
                    "nullable": true,
                    "type": {
                      "kind": "text",
                    },
                  },
                  "kind": "list",
                },
              },
            ],
            "kind": "struct",
          },
        },
        {
          "embed": {
            "function": {
              "config": {
                "dimensions": 8,
              },
              "name": "hash",
            },
            "sources": [
              "id",
              "lang",
            ],
            "template": "{id}: {lang}",
          },
          "name": "vec",
          "nullable": true,
          "type": {
            "dimensions": 8,
            "element": "f32",
            "kind": "vector",
            "metric": "dot",
          },
        },
      ],
      "primaryKey": "id",
    }
  `);
});

test("what is searched by its words becomes part of the schema", () => {
  const german = text({ search: { language: "de", analyzer: { ngrams: [2, 3] } } });
  const docs = table("docs", {
    plain: text(),
    not: text({ search: false }),
    title: text({ search: true }),
    body: german.nullable(),
    tags: list(german),
    notes: list(struct({ note: text({ search: true }), by: text() })),
    meta: struct({ a: text({ search: true }), inner: struct({ b: text({ search: true }), c: int() }) }),
    silent: struct({ a: text({ search: false }), b: text() }),
  });
  const said = toSchemaJson(docs).fields.map(({ name, text: search }) => [name, search]);
  const analysis = { language: "de", analyzer: { ngrams: { min: 2, max: 3 } } };
  expect(Object.fromEntries(said)).toEqual({
    plain: undefined,
    not: { search: false },
    title: { search: true },
    body: { search: true, analysis },
    tags: { search: true, analysis },
    notes: { search: true, parts: [["note"]] },
    meta: { search: true, parts: [["a"], ["inner", "b"]] },
    silent: { search: false },
  });
});

test("a definition and its parts are frozen", () => {
  const docs = table("docs", { id: text().primaryKey() });
  expect(
    Object.isFrozen(docs) && Object.isFrozen(docs.columns) && Object.isFrozen(docs.columns.id.spec),
  ).toBe(true);
  const base = text();
  expect(base.nullable()).not.toBe(base);
  expect(base.spec.nullable).toBe(false);
});

test("a template is cut at its names; two braces stand for one", () => {
  expect(templateParts("{title}: {body}!")).toEqual(["", "title", ": ", "body", "!"]);
  expect(templateParts("{{x}} {a}{{")).toEqual(["{x} ", "a", "{"]);
  expect(templateParts("plain")).toEqual(["plain"]);
});

// biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse is the point here
type Anything = any;

describe("is refused:", () => {
  const cases: readonly [string, () => unknown][] = [
    ["a table without a name", () => table("", { id: text() })],
    ["a table without columns", () => table("docs", {})],
    ["a column that starts with an underscore", () => table("docs", { _score: int() })],
    ["__proto__", () => table("docs", JSON.parse('{"__proto__": 1}'))],
    ["a column with a control character", () => table("docs", { "a\nb": int() })],
    ["a column with a long name", () => table("docs", { ["é".repeat(65)]: int() })],
    ["something that is no column", () => table("docs", { id: "text" } as Anything)],
    ["two primary keys", () => table("docs", { id: text().primaryKey(), slug: text().primaryKey() })],
    ["a nullable key", () => table("docs", { id: text().nullable().primaryKey() })],
    ["a key of JSON", () => (json() as Anything).primaryKey()],
    ["an enum without values", () => text({ enum: [] })],
    ["a vector without dimensions", () => vector(0)],
    ["a vector of a fraction", () => vector(1.5)],
    ["a vector in a list", () => list(vector(2))],
    ["a vector in a struct", () => struct({ v: vector(2) })],
    ["a default of another type", () => table("docs", { id: text().default(3 as Anything) })],
    [
      "a default outside an enum",
      () => table("docs", { id: text({ enum: ["a"] }).default("b" as Anything) }),
    ],
    [
      "a source that is not there",
      () => table("docs", { id: text() }, () => ({ v: embed(fn, { name: "body" }) })),
    ],
    ["a source of numbers", () => table("docs", { n: int() }, (c) => ({ v: embed(fn, c.n as Anything) }))],
    [
      "bytes among several sources",
      () => table("docs", { a: text(), b: bytes() }, (c: Anything) => ({ v: embed(fn, [c.a, c.b]) })),
    ],
    ["no source", () => table("docs", { id: text() }, () => ({ v: embed(fn, []) }))],
    [
      "a template with another name",
      () => table("docs", { id: text() }, (c) => ({ v: embed(fn, c.id, { template: "{x}" }) })),
    ],
    [
      "a derived column with a name that is taken",
      () => table("docs", { id: text() }, (c) => ({ id: embed(fn, c.id) })),
    ],
    [
      "something derived that is not",
      () => table("docs", { id: text() }, () => ({ v: vector(2) }) as Anything),
    ],
    ["a search that is no choice", () => text({ search: "yes" } as Anything)],
    ["a search option that there is not", () => text({ search: { stopwords: true } } as Anything)],
    ["a language that there is not", () => text({ search: { language: "tlh" } } as Anything)],
    ["a language that only objects know", () => text({ search: { language: "toString" } } as Anything)],
    ["an analyzer that there is not", () => text({ search: { analyzer: "letters" } } as Anything)],
    ["runs of no characters", () => text({ search: { analyzer: { ngrams: [0, 3] } } })],
    ["runs of one number", () => text({ search: { analyzer: { ngrams: [3] } } } as Anything)],
    ["a search option of a wrong type", () => text({ search: { stem: 1 } } as Anything)],
    ["an enum that is searched", () => text({ enum: ["a"], search: true } as Anything)],
    ["a search of numbers", () => int({ search: true } as Anything)],
    [
      "texts of a struct that are searched in two ways",
      () => struct({ a: text({ search: true }), b: text({ search: { language: "de" } }) }),
    ],
  ];

  test.each(cases)("%s", (_name, declare) => {
    expect(declare).toThrowErrorMatchingSnapshot();
  });
});

describe("the declaration and the table on disk", () => {
  const declared = table(
    "docs",
    { id: text().primaryKey(), lang: text({ enum: ["en", "de"] }), views: int() },
    (c) => ({
      vec: embed(fn, c.lang),
    }),
  );
  const same = toSchemaJson(declared);

  function change(changes: Readonly<Record<string, object | undefined>>): SchemaJson {
    const fields = same.fields.flatMap((field) => {
      if (!Object.hasOwn(changes, field.name)) return [field];
      const changed = changes[field.name];
      return changed === undefined ? [] : [{ ...field, ...changed }];
    });
    return { ...same, fields };
  }

  function mismatch(stored: SchemaJson, definition: AnyTable = declared): string {
    try {
      checkSchema(definition, stored);
    } catch (error) {
      const { code, message, hint } = error as VarveError;
      return `${code}: ${message} ${hint}`;
    }
    return "they agree";
  }

  test("agree whatever the order of columns and of an enum's values", () => {
    const stored = change({ lang: { type: { kind: "enum", values: ["de", "en"] } } });
    expect(mismatch({ ...stored, fields: stored.fields.toReversed() })).toBe("they agree");
  });

  test("agree where the table has more columns that may be null", () => {
    const more = { name: "more", type: { kind: "text" as const }, nullable: true };
    expect(mismatch({ ...same, fields: [...same.fields, more] })).toBe("they agree");
    const schema = joinSchema("docs", { ...same, fields: [...same.fields, more] }, declared);
    expect(schema.plainNames()).toEqual(["id", "lang", "views"]);
  });

  test("agree in how words are searched where the declaration says nothing, or the same in other words", () => {
    const stored = change({ lang: { type: { kind: "text" }, text: { search: true } } });
    const said = (search: TextOptions["search"]): AnyTable =>
      table("docs", { id: text().primaryKey(), lang: text({ search }), views: int() }, (c) => ({
        vec: embed(fn, c.lang),
      }));
    expect(mismatch(stored, said(undefined))).toBe("they agree");
    expect(mismatch(stored, said({ stem: true, fold: true, stopWords: false }))).toBe("they agree");
    expect(
      mismatch(stored, said({ language: "de", stem: false, fold: false, stopWords: true })),
    ).toMatchSnapshot();
    expect(mismatch(stored, said(false))).toMatchSnapshot();
    expect(mismatch(change({ lang: { type: { kind: "text" } } }), said(true))).toMatchSnapshot();
  });

  test("agree in which texts of a struct are searched, however that is said", () => {
    const definition = table("t", { m: struct({ a: text({ search: true }), b: text({ search: true }) }) });
    const one = table("t", { m: struct({ a: text({ search: true }), b: text() }) });
    const [field] = toSchemaJson(definition).fields;
    const stored = { primaryKey: null, fields: [{ ...field, text: { search: true } } as FieldJson] };
    expect(mismatch(stored, definition)).toBe("they agree");
    expect(mismatch(stored, one)).toMatchSnapshot();
  });

  test("differ, and the error names the column", () => {
    const more = { name: "more", type: { kind: "text" as const }, nullable: false };
    const embedded = same.fields.find((field) => field.name === "vec")?.embed;
    expect([
      mismatch({ ...same, fields: [...same.fields, more] }),
      mismatch(change({ views: undefined })),
      mismatch(change({ views: { type: { kind: "float", bits: 64 } } })),
      mismatch(change({ views: { nullable: true } })),
      mismatch(change({ lang: { type: { kind: "enum", values: ["en", "de", "fr"] } } })),
      mismatch(change({ vec: { embed: undefined } })),
      mismatch(change({ vec: { embed: { ...embedded, sources: ["id"] } } })),
      mismatch(
        change({ vec: { embed: { ...embedded, function: { name: "hash", config: { dimensions: 9 } } } } }),
      ),
      mismatch({ ...same, primaryKey: null }),
      mismatch(same, table("docs", { id: text(), lang: text(), views: int(), ok: boolean() })),
    ]).toMatchSnapshot();
  });
});
