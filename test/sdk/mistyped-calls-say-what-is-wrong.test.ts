// Calls from JavaScript that no compiler has seen: each fails with a code and a sentence, and changes nothing.

import { type AnyTable, connect, embed, int, sql, type Table, table, text, VarveError, vector } from "varve";
import { builtin } from "varve/embeddings";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const docs = table("docs", { id: int().primaryKey(), body: text().nullable(), vec: vector(3).nullable() });

// biome-ignore lint/suspicious/noExplicitAny: the point is what happens where types are not looked at.
let t: any;
// biome-ignore lint/suspicious/noExplicitAny: as above.
let db: any;

beforeEach(async () => {
  db = await memoryDatabase();
  t = await db.table(docs);
  await t.insert([{ id: 1, body: "one", vec: [1, 2, 3] }]);
});

async function failure(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(VarveError);
    const { code, message } = error as VarveError;
    return `${code}: ${message}`;
  }
  return "nothing was wrong";
}

const unknown: Record<string, (name: string) => unknown> = {
  get: (name) => t.get(1, { [name]: 1 }),
  find: (name) => t.find({ [name]: { id: 1 } }),
  count: (name) => t.count({ [name]: { id: 1 } }),
  search: (name) => t.search([1, 2, 3], { [name]: "vec" }),
  explain: (name) => t.explain([1, 2, 3], { [name]: "vec" }),
  insert: (name) => t.insert([{ id: 2 }], { [name]: "x" }),
  upsert: (name) => t.upsert([{ id: 2 }], { [name]: "x" }),
  update: (name) => t.update({ where: { id: 1 }, set: { body: "two" }, [name]: 1 }),
  delete: (name) => t.delete({ where: { id: 1 }, [name]: 1 }),
  diff: (name) => t.diff(0, 1, { [name]: 1 }),
  history: (name) => t.history({ [name]: 1 }),
  restore: (name) => t.restore(0, { [name]: 1 }),
  addColumn: (name) => t.addColumn("x", text().nullable(), { [name]: 1 }),
  dropColumn: (name) => t.dropColumn("body", { [name]: 1 }),
  backfill: (name) => t.backfill({ [name]: 1 }),
  openTable: (name) => db.openTable("docs", { [name]: 1 }),
  connect: (name) => connect("memory:", { [name]: 1 } as object),
};

describe("an option that a call does not take", () => {
  test.each(Object.keys(unknown))("is refused by %s", async (call) => {
    const message = await failure(() => unknown[call]?.("wher"));
    expect(message).toMatch(/^INVALID_ARGUMENT: \w+ takes no option "wher"\.$/);
    expect(await t.version()).toBe(1);
    expect(await t.count()).toBe(1);
  });

  test("is no reason to read the prototype of the options", async () => {
    expect(await failure(() => t.find({ constructor: 1 }))).toMatch(/takes no option "constructor"/);
  });
});

const calls: Record<string, () => unknown> = {
  "null as options": () => t.history(null),
  "null as a table": () => db.table(null),
  "null as a name": () => db.openTable(null),
  "a number as a name": () => db.drop(5),
  "null as a column's name": () => t.addColumn(null, text().nullable()),
  "bigints as a query": () => t.search([1n, 2n, 3n]),
  "bigints as a vector": () => t.insert([{ id: 2, vec: [1n, 2n, 3n] }]),
  "half a character in a tag": () => t.tag("\ud800"),
  "half a character in a message": () => t.insert([{ id: 2 }], { message: "\ud800" }),
  "a retention beyond all dates": () => t.setRetention({ days: 1e300 }),
  "sql called with a text": () => t.find({ where: (sql as unknown as (text: string) => unknown)("id = 1") }),
  "a filter that throws": () => t.find({ where: () => JSON.parse("{") }),
  "a metric that there is not": () => vector(3, { metric: "euclid" as "l2" }),
  "an embedding function that is none": () =>
    table("x", { a: text() }, (c) => ({ v: embed(null as never, c.a) })),
  "a source that is none": () =>
    table("x", { a: text() }, (c) => ({ v: embed(builtin(), (c as unknown as { b: typeof c.a }).b) })),
  "a database in memory with a name": () => connect("memory:mine"),
  "a path for a shell": () => connect("~/data"),
};

describe("a call that makes no sense", () => {
  test("says what is wrong", async () => {
    const messages: Record<string, string> = {};
    for (const [what, call] of Object.entries(calls)) messages[what] = await failure(call);
    expect(messages).toMatchInlineSnapshot(`
      {
        "a database in memory with a name": "INVALID_ARGUMENT: "memory:mine": a database in memory has no name.",
        "a filter that throws": "INVALID_FILTER: The function in where threw: Expected property name or '}' in JSON at position 1",
        "a metric that there is not": "INVALID_SCHEMA: The metric of a vector is one of "cosine", "l2", "dot", not "euclid".",
        "a number as a name": "INVALID_ARGUMENT: name: expected the name of a table, found the number 5.",
        "a path for a shell": "INVALID_ARGUMENT: "~/data": only a shell reads ~ as the home folder.",
        "a retention beyond all dates": "INVALID_ARGUMENT: setRetention: expected { days } from 0 to 100,000,000, or "forever", found an object.",
        "a source that is none": "INVALID_SCHEMA: embed() needs columns as its sources, and nothing was given.",
        "an embedding function that is none": "INVALID_SCHEMA: embed() needs an embedding function, and null was given.",
        "bigints as a query": "INVALID_ARGUMENT: search in "vec": expected finite numbers, found the bigint 1n as element 0.",
        "bigints as a vector": "INVALID_ROW: Row 0, "vec": expected finite numbers, found the bigint 1n.",
        "half a character in a message": "INVALID_ARGUMENT: A text is not well-formed Unicode: it holds one half of a character of two.",
        "half a character in a tag": "INVALID_ARGUMENT: A text is not well-formed Unicode: it holds one half of a character of two.",
        "null as a column's name": "INVALID_ARGUMENT: addColumn: expected the name of a column, found null.",
        "null as a name": "INVALID_ARGUMENT: name: expected the name of a table, found null.",
        "null as a table": "INVALID_ARGUMENT: table: expected what table() returns, found null.",
        "null as options": "INVALID_ARGUMENT: history: options: expected an object, found null.",
        "sql called with a text": "INVALID_FILTER: sql is written before a template, and the text "id = 1" was found.",
      }
    `);
    expect(await t.version()).toBe(1);
  });
});

test("a limit of 0 gives no rows, in a search as in a find", async () => {
  const typed: Table<AnyTable> = t;
  expect(await typed.search(new Float32Array(3), { limit: 0 })).toEqual([]);
  expect(await typed.find({ limit: 0 })).toEqual([]);
});
