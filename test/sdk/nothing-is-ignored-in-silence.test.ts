// A name that a call does not know must never mean the default: JavaScript and language models write such names.

import {
  boolean,
  bytes,
  connect,
  date,
  embed,
  float,
  int,
  json,
  list,
  struct,
  table,
  tableFrom,
  text,
  timestamp,
  VarveError,
  vector,
} from "varve";
import { builtin, custom, fromAiSdk, fromLangChain, huggingface, onnx, openai } from "varve/embeddings";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { memoryDatabase } from "../support/database";

// biome-ignore lint/suspicious/noExplicitAny: the point is what happens where types are not looked at.
type Any = any;

let db: Any;
let t: Any;

beforeEach(async () => {
  db = await memoryDatabase();
  t = await db.table(
    table("t", { id: int().primaryKey(), body: text().nullable(), own: vector(2).nullable() }, (c) => ({
      vec: embed(builtin(), c.body),
    })),
  );
  await t.insert([1, 2, 3].map((id) => ({ id, body: "x", own: [id, 1] })));
});

async function refusal(call: () => unknown): Promise<VarveError> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(VarveError);
    return error as VarveError;
  }
  throw new Error("nothing was refused");
}

const makers: Record<string, () => unknown> = {
  "vector: metrik": () => vector(2, { metrik: "l2" } as Any),
  "vector: a metric that is no text": () => vector(2, { metric: 1n } as Any),
  "vector: an option that is no object": () => vector(2, "l2" as Any),
  "int: bigInt": () => int({ bigInt: true } as Any),
  "int: a text": () => int({ bigint: "yes" } as Any),
  "float: bits 16": () => float({ bits: 16 } as Any),
  "float: precision": () => float({ precision: 32 } as Any),
  "text: enums": () => text({ enums: ["a"] } as Any),
  "text: values that are no texts": () => text({ enum: [1, 2] as Any }),
  "text: a value that is no list": () => text({ enum: "ab" as Any }),
  "text: an array": () => text(["a", "b"] as Any),
  "text: a length": () => text({ length: 20 } as Any),
  "timestamp: precision": () => (timestamp as Any)({ precision: "us" }),
  "date: an option": () => (date as Any)({ utc: true }),
  "boolean: an option": () => (boolean as Any)(true),
  "bytes: an option": () => (bytes as Any)({ length: 4 }),
  "json: a schema": () => (json as Any)(z.object({})),
  "nullable: false": () => (text() as Any).nullable(false),
  "primaryKey: an option": () => (int() as Any).primaryKey({ autoIncrement: true }),
  "list: of a word": () => list("text" as Any),
  "list: of a default": () => list(text().default("x")),
  "list: of an index": () => list(text().indexed()),
  "list: an index of what has no order": () => list(json()).indexed(),
  "indexed: a text": () => (text() as Any).indexed("yes"),
  "indexed: an option": () => (text() as Any).indexed(true, { unique: true }),
  "struct: of words": () => struct({ a: "text" } as Any),
  "struct: of a default": () => struct({ a: text().default("x") }),
  "struct: of a key": () => struct({ a: text().primaryKey() }),
  "struct: a list": () => struct([text()] as Any),
  "embed: templates": () =>
    table("x", { a: text() }, (c) => ({ v: embed(builtin(), c.a, { templates: "{a}" } as Any) })),
  "embed: a metric that there is not": () =>
    table("x", { a: text() }, (c) => ({ v: embed(builtin(), c.a, { metric: "euclid" } as Any) })),
  "table: a fourth argument": () => (table as Any)("x", { a: text() }, undefined, { primaryKey: "a" }),
  "table: an object of derived columns": () => (table as Any)("x", { a: text() }, { v: 1 }),
  "table: a list of columns": () => (table as Any)("x", [text()]),
  "table: no columns": () => (table as Any)("x"),
  "tableFrom: primary": () => tableFrom("x", z.object({ a: z.string() }), { primary: "a" } as Any),
  "tableFrom: no schema": () => tableFrom("x", null as Any),
};

test.each(Object.keys(makers))("a declaration with something unknown is refused: %s", async (name) => {
  expect((await refusal(makers[name] as () => unknown)).code).toBe("INVALID_SCHEMA");
});

const client = { embeddings: { create: () => undefined } };
const model = {
  specificationVersion: "v2",
  provider: "p",
  modelId: "m",
  maxEmbeddingsPerCall: 1,
  supportsParallelCalls: false,
  doEmbed: () => undefined,
};
const providers: Record<string, () => unknown> = {
  openai: () => openai("text-embedding-3-small", { dimension: 3, client } as Any),
  "openai, nothing of the options": () => openai("text-embedding-3-small", "key" as Any),
  huggingface: () => huggingface("x/y", { quantized: true } as Any),
  onnx: () => onnx("/nowhere", { dtypes: "q8" } as Any),
  custom: () => custom({ name: "x", dimensions: 2, batchSize: 3, embed: () => Promise.resolve([]) } as Any),
  fromAiSdk: () => fromAiSdk(model as Any, { dimensions: 2, batch: 3 } as Any),
  fromLangChain: () => fromLangChain({} as Any, { name: "x", dimensions: 2, batch: 3 } as Any),
};

test.each(Object.keys(providers))(
  "an embedding function with an unknown option is refused: %s",
  async (name) => {
    expect((await refusal(providers[name] as () => unknown)).code).toBe("INVALID_ARGUMENT");
  },
);

describe("an order", () => {
  const orders = [
    { column: "id", desc: true },
    { column: "id", order: "desc" },
    { column: "id", nulls: "first" },
    { column: "id", direction: "desc" },
    { id: -1 },
    { id: "DESC" },
    { id: "desc", body: "asc" },
    {},
    [[]],
    null,
    5,
  ];

  test.each(orders)("that is not understood is refused: %j", async (orderBy) => {
    for (const read of [() => t.find({ orderBy }), () => t.arrow.find({ orderBy })]) {
      expect(await refusal(read)).toMatchObject({ code: "INVALID_ARGUMENT", hint: expect.any(String) });
    }
  });

  test.each([{ column: "id", descending: true }, { id: "desc" }, [{ id: "desc" }], ["body", { id: "desc" }]])(
    "that is understood is kept: %j",
    async (orderBy) => {
      expect((await t.find({ orderBy, select: ["id"] })).map((row: { id: number }) => row.id)).toEqual([
        3, 2, 1,
      ]);
    },
  );

  test.each(["id", { column: "id" }, { column: "id", descending: undefined }, { id: "asc" }])(
    "that says the smallest first: %j",
    async (orderBy) => {
      expect((await t.find({ orderBy, select: ["id"] })).map((row: { id: number }) => row.id)).toEqual([
        1, 2, 3,
      ]);
    },
  );
});

const calls: Record<string, () => unknown> = {
  "asOf: two ways at once": () => t.asOf({ tag: "x", effective: new Date() }),
  "asOf: a second argument": () => t.asOf(1, { exact: true }),
  "asOf: an unknown way": () => t.asOf({ date: new Date() }),
  "diff: a point with more": () => t.diff({ tag: "x", version: 1 }, 1),
  "setRetention: hours": () => t.setRetention({ days: 1, hours: 2 }),
  "setRetention: a second argument": () => t.setRetention({ days: 1 }, {}),
  "during: a step": () => t.search([1, 1], { during: { from: 1, to: 1, step: 1 } }),
  "embed: columns": () => t.embed("x", { columns: "vec" }),
  "embed: a kind that there is not": () => t.embed("x", { kind: "queries" }),
  "select: a text": () => t.find({ select: "id" }),
  "select: a number": () => t.find({ select: [1] }),
  "select: a bigint": () => t.find({ select: [1n] }),
  "exact: a text": () => t.search([1, 1], { exact: "yes" }),
  "signal: an object": () => t.search([1, 1], { signal: {} }),
  "signal: a controller": () => t.insert([{ id: 9 }], { signal: new AbortController() }),
  "onProgress: a text": () => t.insert([{ id: 9 }], { onProgress: "log" }),
  "vectors: a text": () => t.insert([{ id: 9 }], { vectors: "yes" }),
  "optimize: an option": () => t.optimize({ full: true }),
  "verify: an option": () => t.verify({ deep: true }),
  "stats: an option": () => t.stats({ column: "vec" }),
  "tags: an option": () => t.tags({ limit: 1 }),
  "tag: a third argument": () => t.tag("x", 1, { force: true }),
  "table: a second argument": () => db.table(table("y", { id: int() }), { ifNotExists: true }),
  "openTable: bigints that are none": () => db.openTable("t", { bigints: ["body"] }),
  "openTable: a name as bigints": () => db.openTable("t", { bigints: "id" }),
  "connect: embeddingCache": () => connect("memory:", { embeddingCache: { bytes: 5 } } as Any),
  "connect: a registry that is none": () => connect("memory:", { registry: {} } as Any),
  "an instance of a class as options": () =>
    t.find(
      new (class {
        limit = 1;
      })(),
    ),
};

test.each(Object.keys(calls))("a call with something unknown is refused: %s", async (name) => {
  expect((await refusal(calls[name] as () => unknown)).code).toBe("INVALID_ARGUMENT");
  expect(await t.version()).toBe(1);
});

test("an empty list is no query, and the message says so", async () => {
  for (const call of [
    () => t.search([]),
    () => t.search(new Float32Array(0)),
    () => t.arrow.search([]),
    () => t.explain([]),
  ]) {
    expect(await refusal(call)).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("empty"),
    });
  }
});

test("what tests alone can pass is not among the options that are named", async () => {
  const { hint } = await refusal(() => connect("memory:", { caches: 1 } as Any));
  expect(hint).toBe(
    "Its options are registry, embeddingCache, region, endpoint, credentials, allowHttp, forcePathStyle, requestPayer, account, cache, cacheDir, cacheBytes, token.",
  );
});
