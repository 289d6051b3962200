import { embed, float, int, json, list, type Table, table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { notes, openNotes, paidEmbedding, paidVector, refusal, texts } from "../support/paid-embedding";

const docs = table("docs", {
  id: int().primaryKey(),
  title: text(),
  score: float().nullable(),
  tags: list(text()).nullable(),
  data: json().nullable(),
  vec: vector(2).nullable(),
});

function row(id: number) {
  return { id, title: `t${id}`, score: id / 3, tags: ["a", `${id}`], data: { id, deep: [1] }, vec: [id, 1] };
}

async function open(count: number): Promise<Table<typeof docs>> {
  const t = await (await memoryDatabase()).table(docs);
  await t.insert(Array.from({ length: count }, (_, id) => row(id)));
  return t;
}

const nothing = { version: 1, inserted: 0, updated: 0, deleted: 0 };

describe("an upsert", () => {
  test("of rows that are there already makes no version", async () => {
    const t = await open(3);
    expect(await t.upsert([row(0), row(2)])).toMatchObject({ ...nothing, unchanged: 2 });
    expect(await t.version()).toBe(1);
  });

  test("counts what is new, changed and equal", async () => {
    const t = await open(4);
    const result = await t.upsert([row(0), { ...row(1), tags: ["a"] }, row(2), row(9)]);
    expect(result).toMatchObject({ version: 2, inserted: 1, updated: 1, unchanged: 2, deferred: 0 });
    const [commit] = await t.history({ limit: 1 });
    expect(commit).toMatchObject({ inserted: 1, updated: 1, deleted: 0 });
    expect((await t.diff(1, 2)).changed.map(({ after }) => after.id)).toEqual([1]);
  });

  test.each([
    ["a text", { title: "T1" }],
    ["a number", { score: 0.25 }],
    ["null for a value", { score: null }],
    ["an item of a list", { tags: ["a", "2"] }],
    ["no list for a list", { tags: null }],
    ["a part of JSON", { data: { id: 1, deep: [2] } }],
    ["an element of a vector", { vec: [1, 1.5] }],
    ["no vector", { vec: null }],
  ])("sees that %s is another one", async (_what, change) => {
    const t = await open(0);
    const before = { ...row(1), score: 0 };
    await t.insert([before]);
    expect(await t.upsert([{ ...before, ...change }])).toMatchObject({ updated: 1, unchanged: 0 });
    expect(await t.upsert([{ ...before, ...change }])).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test("of many rows from a stream skips the equal ones", async () => {
    const t = await open(30_000);
    function* rows() {
      for (let id = 0; id < 30_000; id++) yield id % 1000 === 7 ? { ...row(id), title: "new" } : row(id);
    }
    expect(await t.upsert(rows())).toMatchObject({ version: 2, updated: 30, unchanged: 29_970, inserted: 0 });
    expect(await t.count({ where: { title: "new" } })).toBe(30);
    expect(await t.upsert(rows())).toMatchObject({ version: 2, updated: 0, unchanged: 30_000 });
    expect(await t.count()).toBe(30_000);
  });

  test("does not end equal rows by its filter", async () => {
    const t = await open(4);
    const result = await t.upsert([row(0), { ...row(1), title: "new" }], { delete: { all: true } });
    expect(result).toMatchObject({ version: 2, updated: 1, deleted: 2, unchanged: 1 });
    expect((await t.find({ orderBy: "id" })).map(({ id }) => id)).toEqual([0, 1]);
    expect(await t.upsert([row(0)], { delete: { id: 1 } })).toMatchObject({ deleted: 1, unchanged: 1 });
  });

  test("writes a row that somebody else changed since", async () => {
    const t = await open(1);
    await t.update({ where: { id: 0 }, set: { title: "theirs" } });
    expect(await t.upsert([row(0)])).toMatchObject({ version: 3, updated: 1 });
  });
});

describe("embedding", () => {
  test("is not paid for where a row is equal, even with an empty cache", async () => {
    const fn = paidEmbedding();
    const { t } = await openNotes(fn, { embeddingCache: false });
    await t.insert(notes(texts(20)));
    const before = fn.calls.length;
    expect(await t.upsert(notes(texts(20)))).toMatchObject({ version: 1, unchanged: 20 });
    expect(fn.calls.length).toBe(before);
    const some = notes(texts(20)).map((one, at) => (at === 3 ? { ...one, body: "other" } : one));
    expect(await t.upsert(some)).toMatchObject({ version: 2, updated: 1, unchanged: 19 });
    expect(fn.calls.slice(before).flatMap((call) => call.inputs)).toEqual(["other"]);
  });

  test("is not paid for where a column changed that is no source", async () => {
    const fn = paidEmbedding();
    const both = table("both", { id: int().primaryKey(), body: text(), n: int() }, (c) => ({
      vec: embed(fn, c.body),
    }));
    const t = await (await memoryDatabase({ embeddingCache: false })).table(both);
    await t.insert({ id: 1, body: "x", n: 1 });
    await t.upsert({ id: 1, body: "x", n: 2 });
    expect(fn.calls).toHaveLength(1);
    expect(await t.get(1, { select: ["n", "vec"] })).toEqual({ n: 2, vec: paidVector("x") });
  });

  test("is done for a row that has no vector yet", async () => {
    let fails = true;
    const fn = paidEmbedding({
      before: () => {
        if (fails) throw refusal(400);
      },
    });
    const { t } = await openNotes(fn, { embeddingCache: false });
    expect(await t.upsert(notes(["one"]), { onEmbedError: "defer" })).toMatchObject({
      inserted: 1,
      deferred: 1,
    });
    expect(await t.upsert(notes(["one"]), { onEmbedError: "defer" })).toMatchObject({
      version: 1,
      unchanged: 1,
      deferred: 1,
    });
    fails = false;
    expect(await t.upsert(notes(["one"]))).toMatchObject({ version: 2, updated: 1, deferred: 0 });
    expect((await t.find({ select: ["vec"] }))[0]?.vec).toEqual(paidVector("one"));
  });

  test("compares vectors that rows bring", async () => {
    const fn = paidEmbedding();
    const { t } = await openNotes(fn);
    const own = [{ id: "1", body: "x", vec: [1, 2] }];
    await t.insert(own, { vectors: true });
    expect(await t.upsert(own, { vectors: true })).toMatchObject({ version: 1, unchanged: 1 });
    expect(await t.upsert([{ id: "1", body: "x", vec: [1, 3] }], { vectors: true })).toMatchObject({
      updated: 1,
    });
    expect(fn.calls).toHaveLength(0);
  });
});
