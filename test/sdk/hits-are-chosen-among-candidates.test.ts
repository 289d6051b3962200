import { boolean, float, int, json, list, table, text, timestamp, vector } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const passages = table("passages", {
  id: int().primaryKey(),
  docId: text().nullable(),
  tags: list(text()).nullable(),
  price: float(),
  paid: boolean(),
  at: timestamp(),
  extra: json().nullable(),
  near: vector(2),
});

/** The angle of a row to the query grows with its id. */
const angle = (id: number): number[] => [Math.cos(id / 100), Math.sin(id / 100)];
const query = angle(0);
const docs = ["x", "x", "y", "x", null, "y", "z", null];

async function open() {
  const t = await (await memoryDatabase()).table(passages);
  await t.insert(
    docs.map((docId, id) => ({
      id,
      docId,
      tags: id % 2 === 0 ? ["a", "b", "a"] : null,
      price: id / 4,
      paid: id < 3,
      at: new Date(id % 2),
      near: angle(id),
    })),
  );
  return t;
}

describe("groupBy", () => {
  test("shows the best row of each group, and how many of the candidates are in it", async () => {
    const t = await open();
    const hits = await t.search(query, { groupBy: "docId", select: ["id", "docId", "_score"] });
    expect(hits.map(({ _score, ...hit }) => hit)).toEqual([
      { id: 0, docId: "x", _count: 3 },
      { id: 2, docId: "y", _count: 2 },
      { id: 4, docId: null, _count: 2 },
      { id: 6, docId: "z", _count: 1 },
    ]);
  });

  test("counts groups with limit and offset, and goes on behind one", async () => {
    const t = await open();
    const asked = { groupBy: "docId", select: ["id"] } as const;
    const page = await t.search(query, { ...asked, limit: 2 });
    expect(page.map((hit) => hit.id)).toEqual([0, 2]);
    const next = await t.search(query, { ...asked, limit: 9, after: page.cursor });
    expect(next.map((hit) => hit.id)).toEqual([4, 6]);
    const left = await t.search(query, { ...asked, offset: 3 });
    expect(left.map((hit) => hit.id)).toEqual([6]);
  });

  test("looks at as many candidates as it is told, and at more where there are too few groups", async () => {
    const t = await open();
    const few = await t.search(query, { groupBy: "docId", limit: 1, candidates: 2 });
    expect(few).toMatchObject([{ id: 0, _count: 2 }]);
    const more = await t.search(query, { groupBy: "docId", limit: 2, candidates: 2 });
    expect(more).toMatchObject([
      { id: 0, _count: 3 },
      { id: 2, _count: 1 },
    ]);
  });

  test("takes a column of values that can be told apart", async () => {
    const t = (await open()).untyped;
    await expect(t.search(query, { groupBy: "near" })).rejects.toThrow(
      'groupBy: expected a column of texts, numbers, dates or truth values, found "near", which is vector(2, f32, cosine).',
    );
    await expect(t.search(query, { groupBy: 3 as never })).rejects.toThrow(/the name of a column/);
    await expect(t.search(query, { groupBy: "nothing" })).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
    const during = { from: 0, to: 1 } as const;
    await expect(t.search(query, { groupBy: "docId", during } as never)).rejects.toThrow(
      "groupBy: expected no during beside it, found one.",
    );
  });
});

describe("facets", () => {
  test("count the values of all rows that the filter leaves, whatever the query is", async () => {
    const t = await open();
    const hits = await t.search(query, { limit: 1, facets: ["docId", "tags", "paid", "price", "at"] });
    expect(hits).toHaveLength(1);
    expect(hits.facets?.["docId"]).toEqual([
      { value: "x", count: 3 },
      { value: null, count: 2 },
      { value: "y", count: 2 },
      { value: "z", count: 1 },
    ]);
    expect(hits.facets?.["tags"]).toEqual([
      { value: null, count: 4 },
      { value: "a", count: 4 },
      { value: "b", count: 4 },
    ]);
    expect(hits.facets?.["paid"]).toEqual([
      { value: false, count: 5 },
      { value: true, count: 3 },
    ]);
    expect(hits.facets?.["price"]).toHaveLength(8);
    expect(hits.facets?.["at"]).toEqual([
      { value: new Date(0), count: 4 },
      { value: new Date(1), count: 4 },
    ]);
    const some = await t.search(query, { where: { paid: true }, facets: ["docId"] });
    expect(some.facets?.["docId"]).toEqual([
      { value: "x", count: 2 },
      { value: "y", count: 1 },
    ]);
  });

  test("need columns of values that can be counted", async () => {
    const t = (await open()).untyped;
    await expect(t.search(query, { facets: ["extra"] })).rejects.toThrow(
      'facets: expected columns of texts, numbers, dates or truth values, or of lists of these, found "extra", which is json.',
    );
    await expect(t.search(query, { facets: "docId" as never })).rejects.toThrow(/an array of column names/);
    await expect(t.arrow.search(query, { facets: ["docId"] })).rejects.toThrow(
      "facets: expected an answer in rows, found one in Arrow.",
    );
  });
});

describe("diversity", () => {
  test("prefers rows that differ from those before them", async () => {
    const t = await (await memoryDatabase()).table(passages);
    const far = { docId: null, price: 0, paid: true, at: new Date(0) };
    await t.insert([
      { id: 1, ...far, near: angle(1) },
      { id: 2, ...far, near: angle(2) },
      { id: 3, ...far, near: angle(-60) },
    ]);
    const found = async (diversity: number) =>
      (await t.search(query, { diversity, limit: 2 })).map((hit) => hit.id);
    expect(await found(0)).toEqual([1, 2]);
    expect(await found(0.7)).toEqual([1, 3]);
    const hits = await t.search(query, { diversity: 0.7, limit: 2 });
    expect(hits.cursor).toBeUndefined();
    await expect(t.search(query, { diversity: 2 })).rejects.toThrow(
      "diversity: expected a number from 0 to 1, found the number 2.",
    );
  });
});

describe("rerank", () => {
  test("orders the candidates by the scores that it gives them", async () => {
    const t = await open();
    const seen: unknown[] = [];
    const hits = await t.search(query, {
      limit: 2,
      candidates: 5,
      select: ["id", "_score"],
      facets: ["paid"],
      rerank: (asked, all) => {
        seen.push(asked, all.length);
        return all.map((hit) => hit.id);
      },
    });
    expect(seen).toEqual([query, 5]);
    expect(hits).toEqual([
      { id: 4, _score: 4 },
      { id: 3, _score: 3 },
    ]);
    expect(hits.facets?.["paid"]).toHaveLength(2);
    const next = await t.search(query, {
      limit: 2,
      offset: 2,
      candidates: 5,
      rerank: async (_, all) => [...all].reverse().slice(0, 3),
    });
    expect(next.map((hit) => hit.id)).toEqual([2]);
  });

  test("is not asked where nothing was found, and what it throws is passed on", async () => {
    const t = await open();
    const fails = (): never => {
      throw new TypeError("no model");
    };
    expect(await t.search(query, { where: { id: -1 }, rerank: fails })).toEqual([]);
    await expect(t.search(query, { rerank: fails })).rejects.toThrow(new TypeError("no model"));
    await expect(t.search(query, { rerank: () => Promise.reject(new TypeError("late")) })).rejects.toThrow(
      new TypeError("late"),
    );
  });

  test("has to answer for every hit, with nothing else", async () => {
    const t = await open();
    const answers: readonly (readonly [unknown, string])[] = [
      [undefined, "nothing"],
      [[1, 2], "2 of them"],
      [[1, 2, Number.NaN, 4, 5, 6, 7, 8], "one that is the number NaN"],
      [[{ id: 1 }], "a row that is none of these, or twice"],
    ];
    for (const [answer, found] of answers) {
      await expect(t.search(query, { rerank: () => answer as never })).rejects.toThrow(
        `rerank: expected a score for each of 8 hits, or these hits in another order, found ${found}.`,
      );
    }
    await expect(t.search(query, { rerank: (_, hits) => [...hits, ...hits] })).rejects.toThrow(/or twice/);
  });

  test("goes with no cursor, no diversity and no Arrow", async () => {
    const t = await open();
    const rerank = (_: unknown, hits: readonly object[]): number[] => hits.map(() => 0);
    const { cursor } = await t.search(query, { limit: 1 });
    await expect(t.search(query, { rerank, after: cursor })).rejects.toThrow(/after: expected no rerank/);
    await expect(t.search(query, { rerank, diversity: 1 })).rejects.toThrow(/diversity: expected no rerank/);
    await expect(t.arrow.search(query, { rerank })).rejects.toThrow(/rerank: expected an answer in rows/);
    await expect(t.search(query, { rerank: 3 as never })).rejects.toThrow(
      "rerank: expected a function, found the number 3.",
    );
    const ended = new AbortController();
    const ends = (asked: unknown, hits: readonly object[]): number[] => {
      ended.abort();
      return rerank(asked, hits);
    };
    await expect(t.search(query, { rerank: ends, signal: ended.signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });
});

test("Arrow shows how many rows are in a group", async () => {
  const { tableFromIPC } = await import("apache-arrow");
  const t = await open();
  const found = tableFromIPC(await t.arrow.search(query, { groupBy: "docId", select: ["id"] }));
  expect(found.schema.fields.map((one) => one.name)).toEqual(["id", "_distance", "_score", "_count"]);
  expect([...(found.getChild("_count") ?? [])]).toEqual([3n, 2n, 2n, 1n]);
});
