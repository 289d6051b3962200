// Jest, vitest's vmThreads and Electron run a program in a realm of its own: its Dates and typed arrays are of other classes than ours.

import { createContext, runInContext } from "node:vm";
import { bytes, embed, int, json, list, struct, type Table, table, text, timestamp, vector } from "varve";
import { custom } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const realm = createContext({});
// biome-ignore lint/suspicious/noExplicitAny: values of many types, made from code.
const make = (code: string): any => runInContext(`(${code})`, realm);

const kinds = table("kinds", {
  id: int().primaryKey(),
  at: timestamp().nullable(),
  raw: bytes().nullable(),
  vec: vector(2).nullable(),
  tags: list(timestamp()).nullable(),
  meta: struct({ at: timestamp(), raw: bytes() }).nullable(),
  data: json().nullable(),
});

async function filled(): Promise<Table> {
  const t = await (await memoryDatabase()).table(kinds);
  await t.insert(
    make(`[{
      id: 1, at: new Date(5), raw: new Uint8Array([1, 2]), vec: new Float32Array([1, 2]),
      tags: [new Date(6)], meta: { at: new Date(7), raw: new Uint8Array([3]) }, data: { a: [1, { b: null }] },
    }]`),
  );
  return t.untyped;
}

test("rows of another realm come back as they went in", async () => {
  const t = await filled();
  const select = ["id", "at", "raw", "vec", "tags", "meta", "data"];
  expect(await t.get(1, { select })).toEqual({
    id: 1,
    at: new Date(5),
    raw: Uint8Array.of(1, 2),
    vec: Float32Array.of(1, 2),
    tags: [new Date(6)],
    meta: { at: new Date(7), raw: Uint8Array.of(3) },
    data: { a: [1, { b: null }] },
  });
});

describe("filters and options of another realm", () => {
  test.each([
    "{ at: new Date(5) }",
    "{ at: { $in: [new Date(5)] } }",
    "{ raw: new Uint8Array([1, 2]) }",
    "{ tags: { $contains: new Date(6) } }",
    "{ 'meta.at': new Date(7) }",
    "[{ id: 1 }, { at: { $lte: new Date(5) } }]",
    "(c) => c.at.eq(new Date(5)).and(c.id.in([1]))",
  ])("%s finds the row", async (where) => {
    expect(await (await filled()).count({ where: make(where) })).toBe(1);
  });

  test("are read as ours are", async () => {
    const t = await filled();
    expect(await t.find(make(`{ select: ["id"], orderBy: [{ column: "at" }], limit: 1 }`))).toEqual([
      { id: 1 },
    ]);
    expect(
      await t
        .asOf(make("{ tag: 'x' }"))
        .count()
        .catch((error) => error.code),
    ).toBe("TAG_NOT_FOUND");
    const later = new Date(Date.now() + 1000).getTime();
    expect(await t.asOf(make(`new Date(${later})`)).count()).toBe(1);
    await t.update(
      make(
        `{ where: { id: 1 }, set: { at: new Date(9) }, effectiveAt: new Date(1000), properties: { by: [1] } }`,
      ),
    );
    expect((await t.history({ limit: 1 }))[0]).toMatchObject({
      effectiveAt: new Date(1000),
      properties: { by: [1] },
    });
    expect(await t.get(1, { select: ["at"] })).toEqual({ at: new Date(9) });
  });
});

test.each(["new Float32Array([1, 2])", "new Float64Array([1, 2])", "[1, 2]"])(
  "%s is a query",
  async (query) => {
    const t = await filled();
    for (const asked of [make(query), runInContext(query, createContext({}))]) {
      expect(await t.search(asked, { limit: 1 })).toMatchObject([{ id: 1 }]);
      expect((await t.arrow.search(asked, { limit: 1 })).length).toBeGreaterThan(0);
      expect(await t.explain(asked)).toMatchObject({ column: "vec" });
    }
  },
);

test.each(["new Float32Array([1, 2])", "new Float64Array([1, 2])", "[1, 2]"])(
  "%s is a vector of a row, and an answer of a function",
  async (code) => {
    const fn = custom<string>({
      name: "foreign",
      dimensions: 2,
      embed: (texts) => make(`Promise.resolve([${texts.map(() => code).join()}])`),
    });
    const docs = table("docs", { id: int().primaryKey(), body: text(), own: vector(2) }, (c) => ({
      vec: embed(fn, c.body),
    }));
    const t = await (await memoryDatabase()).table(docs);
    await t.insert([{ id: 1, body: "one", own: make(code) }]);
    expect(await t.get(1, { select: ["own", "vec"] })).toEqual({
      own: Float32Array.of(1, 2),
      vec: Float32Array.of(1, 2),
    });
    expect(await t.search("two")).toMatchObject([{ id: 1 }]);
  },
);

test("an object that only looks like a Date is none", async () => {
  const t = await filled();
  const row = { id: 2, at: Object.create(Date.prototype) as Date };
  await expect(t.insert([row])).rejects.toMatchObject({
    code: "INVALID_ROW",
    where: { row: 0, column: "at" },
  });
  await expect(t.count({ where: { at: row.at } })).rejects.toMatchObject({ code: "INVALID_FILTER" });
});
