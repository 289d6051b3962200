import { embed, int, list, type SearchOptions, table, text, vector } from "varve";
import { builtin, custom } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";
import { Random } from "../support/random";

const docs = table(
  "docs",
  {
    id: int().primaryKey(),
    title: text({ search: true }),
    body: text().nullable(),
    note: text(),
    lang: text(),
  },
  (c) => ({ vec: embed(builtin(), c.body) }),
);

const ROWS = [
  { id: 1, title: "Refunds", body: "You get your money back within 30 days.", note: "", lang: "en" },
  { id: 2, title: "Shoes", body: "No refunds for worn running shoes.", note: "", lang: "en" },
  { id: 3, title: "Code", body: "The reference code is AB-1234-K.", note: "", lang: "en" },
  { id: 4, title: "Zzyzx", body: "zzyzx qwfpgj", note: "", lang: "de" },
  { id: 5, title: "Nothing", body: null, note: "", lang: "en" },
];

async function filled() {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  await t.insert(ROWS);
  return t;
}

const ids = (hits: readonly { id: number }[]) => hits.map(({ id }) => id);

describe("a search by words and vectors", () => {
  test("says of each hit what words and what vectors found", async () => {
    const t = await filled();
    const hits = await t.search("refunds", { mode: "hybrid" });
    expect(Object.keys(hits[0] ?? {})).toEqual([
      ...["id", "title", "body", "note", "lang"],
      ...["_score", "_distance", "_textScore", "_textRank", "_vectorRank"],
    ]);
    const [best, second] = hits;
    expect(best).toMatchObject({ id: 2, _textRank: 1, _vectorRank: expect.any(Number) });
    expect(second).toMatchObject({ _textRank: null, _textScore: 0, _vectorRank: expect.any(Number) });
    expect(hits.every(({ _score }, at) => at === 0 || _score <= (hits[at - 1]?._score ?? 0))).toBe(true);
  });

  test("adds up the share of the best text there could be, and the cosine", async () => {
    const t = await filled();
    const weights = { text: 3, vector: 1 };
    const hits = await t.search("running shoes", { mode: "hybrid", fuse: { weights } });
    const { fusion } = await t.explain("running shoes", { mode: "hybrid", fuse: { weights } });
    expect(fusion?.weights).toEqual({ text: 0.75, vector: 0.25 });
    expect(fusion?.terms.map(({ terms, rowsWithTerm }) => [terms, rowsWithTerm])).toEqual([
      [["run"], [1]],
      [["shoe"], [1]],
    ]);
    for (const [at, hit] of hits.entries()) {
      const told = fusion?.hits[at];
      const cosine = told?.cosine ?? 0;
      expect(hit._textScore).toBe(told?.textScore);
      expect(hit._distance ?? 1).toBeCloseTo(1 - cosine, 5);
      expect(hit._score).toBeCloseTo((0.75 * hit._textScore) / (fusion?.ceiling ?? 0) + 0.25 * cosine, 9);
    }
  });

  test("finds rows that have no vector, and such that have none of the words", async () => {
    const t = await filled();
    const row = { id: 6, title: "", body: "money zzyzx", note: "", lang: "en", vec: null };
    await t.insert([row], { vectors: true });
    const hits = await t.search("money zzyzx", { mode: "hybrid" });
    const without = hits.find(({ id }) => id === 6);
    expect(without).toMatchObject({ _distance: null, _vectorRank: null, _textRank: 1 });
    expect(hits.some((hit) => hit._textScore === 0 && hit._vectorRank !== null)).toBe(true);
    expect(ids(hits)).not.toContain(5);
  });

  test("looks for words alone where the function knows nothing of the query", async () => {
    const own = custom<string>({
      name: "one-word",
      dimensions: 2,
      embed: async (inputs) => inputs.map((input) => (input.includes("shoes") ? [1, 0] : null)),
    });
    const db = await memoryDatabase();
    const t = await db.table(
      table("t", { id: int().primaryKey(), body: text() }, (c) => ({ vec: embed(own, c.body) })),
    );
    await t.insert([
      { id: 1, body: "shoes" },
      { id: 4, body: "zzyzx and shoes" },
    ]);
    const hits = await t.search("zzyzx", { select: ["id", "_distance", "_textRank"] });
    expect(hits).toEqual([{ id: 4, _distance: null, _textRank: 1 }]);
    const none = await t.search("wqxz");
    expect(none).toEqual([]);
    expect(none.reason).toBe(
      "The embedding function found nothing in the query that it knows, and no row has words of the query.",
    );
  });

  test("leaves vectors out where the query is in a script that the function does not read", async () => {
    const t = await filled();
    await t.insert([{ id: 6, title: "返金", body: "返金ポリシーは三十日です。", note: "", lang: "ja" }]);
    const hits = await t.search("返金ポリシー");
    expect(ids(hits)).toEqual([6]);
    const { fusion } = await t.explain("返金ポリシー");
    expect(fusion).toMatchObject({ isOtherScript: true, weights: { text: 1, vector: 0 } });
  });

  test("lets vectors count for what the embedding function says", async () => {
    const db = await memoryDatabase();
    const weights = async (fn: ReturnType<typeof hashEmbedding>) => {
      const of = table(`t${Math.random()}`, { id: int().primaryKey(), body: text() }, (c) => ({
        vec: embed(fn, c.body),
      }));
      const t = await db.table(of);
      await t.insert([{ id: 1, body: "some words" }]);
      return (await t.explain("words")).fusion?.weights;
    };
    expect(await weights(hashEmbedding())).toEqual({ text: 0.5, vector: 0.5 });
    expect(await weights({ ...hashEmbedding({ name: "weak" }), strength: 0.2 })).toEqual({
      text: 0.9,
      vector: 0.1,
    });
  });

  test("keeps to the filter, to bounds, to groups and to what is required", async () => {
    const t = await filled();
    expect(ids(await t.search("refunds", { mode: "hybrid", where: { lang: "de" } }))).toEqual([4]);
    const [best] = await t.search("refunds", { mode: "hybrid", limit: 1 });
    const least = best?._score ?? 0;
    expect(ids(await t.search("refunds", { mode: "hybrid", minScore: least }))).toEqual([2]);
    const grouped = await t.search("refunds", { mode: "hybrid", groupBy: "lang", facets: ["lang"] });
    expect(grouped.map(({ lang, _count }) => [lang, _count])).toEqual([
      ["en", 3],
      ["de", 1],
    ]);
    expect(grouped.facets).toEqual({
      lang: [
        { value: "en", count: 4 },
        { value: "de", count: 1 },
      ],
    });
    expect(ids(await t.search("+refunds money", { mode: "hybrid" }))).toEqual([2]);
    expect(ids(await t.search("refunds -shoes", { mode: "hybrid" }))).not.toContain(2);
    const varied = await t.search("refunds", { mode: "hybrid", diversity: 0.5 });
    expect(ids(varied).toSorted()).toEqual([1, 2, 3, 4]);
  });

  test("is read as of any version, in many at once, in Arrow and in an order of somebody else", async () => {
    const t = await filled();
    const before = await t.version();
    const then = await t.search("running shoes", { mode: "hybrid" });
    await t.delete({ where: { id: 2 } });
    await t.insert([{ id: 9, title: "", body: "running running shoes shoes", note: "", lang: "en" }]);
    expect(await t.asOf(before).search("running shoes", { mode: "hybrid" })).toEqual(then);
    const [many] = await t.searchMany(["running shoes"], { mode: "hybrid" });
    expect(many).toEqual(await t.search("running shoes", { mode: "hybrid" }));
    const turned = await t.search("running shoes", {
      mode: "hybrid",
      rerank: (_, hits) => hits.toReversed(),
    });
    expect(ids(turned)).toEqual(ids(await t.search("running shoes", { mode: "hybrid" })).toReversed());
    expect((await t.arrow.search("running shoes", { mode: "hybrid" })).byteLength).toBeGreaterThan(0);
  });

  test("turns pages beyond its candidates, each row once", async () => {
    const t = await filled();
    const more = Array.from({ length: 300 }, (_, at) => ({
      id: 100 + at,
      title: "",
      body: `page ${at} ${at % 3 === 0 ? "about refunds" : "about the weather"}`,
      note: "",
      lang: "en",
    }));
    await t.insert(more);
    const seen: number[] = [];
    let after: string | undefined;
    do {
      const page = await t.search("refunds page", { mode: "hybrid", limit: 40, candidates: 50, after });
      seen.push(...ids(page));
      after = page.cursor;
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(304);
  });

  test("refuses what only vectors or only texts can do", async () => {
    const t = await filled();
    const said = async (query: unknown, options: object) => {
      const found = t.search(query as string, options as SearchOptions<typeof docs, "id", "vec">);
      return await found.then(
        () => "found",
        (error: Error) => error.message,
      );
    };
    const cases: [unknown, object][] = [
      ["x", { mode: "hybrid", maxDistance: 1 }],
      ["x", { mode: "hybrid", during: { from: 0, to: 1 } }],
      ["x", { mode: "hybrid", everyVersion: true }],
      [new Float32Array(256), { mode: "hybrid" }],
      [{ match: "x" }, { mode: "hybrid" }],
      ["x", { mode: "vector", fuse: "rrf" }],
      ["x", { mode: "text", fuse: "rrf" }],
      ["x", { mode: "vector", fields: ["title"] }],
      ["x", { mode: "both" }],
      ["x", { fuse: "sum" }],
      ["x", { fuse: { method: "sum" } }],
      ["x", { fuse: { weight: 1 } }],
      ["x", { fuse: { weights: { text: 1 } } }],
      ["x", { fuse: { weights: { text: 1, vector: -1 } } }],
      ["x", { fuse: { weights: { text: 0, vector: 0 } } }],
      ["x", { fuse: { weights: { text: 1, vector: 1, image: 1 } } }],
      ["x", { fuse: { k: -1 } }],
      ["x", { mode: "hybrid", fields: ["note"] }],
      ["x", { mode: "hybrid", fields: [] }],
    ];
    const all: string[] = [];
    for (const [query, options] of cases) all.push(await said(query, options));
    expect(all).toMatchInlineSnapshot(`
      [
        "maxDistance: expected mode: "vector" beside it, found mode: "hybrid".",
        "during: expected mode: "vector" beside it, found mode: "hybrid".",
        "everyVersion: expected mode: "vector" beside it, found mode: "hybrid".",
        "query: expected a text, or { text, vector }, for mode: "hybrid", found a Float32Array of 256.",
        "query: expected a text, or { text, vector }, for mode: "hybrid", found an object.",
        "fuse: expected mode: "hybrid" beside it, found mode: "vector".",
        "fuse: expected no mode: "text" beside it, found one.",
        "fields: expected mode: "text" or "hybrid" beside it, found none.",
        "mode: expected "auto", "hybrid", "vector" or "text", found the text "both".",
        "fuse: expected "convex", "rrf" or { method, weights, k }, found the text "sum".",
        "fuse.method: expected "convex" or "rrf", found the text "sum".",
        "fuse: expected "convex", "rrf" or { method, weights, k }, found "weight".",
        "fuse.weights: expected { text, vector }, two numbers from 0 on of which one is above 0, found nothing.",
        "fuse.weights: expected { text, vector }, two numbers from 0 on of which one is above 0, found the number -1.",
        "fuse.weights: expected { text, vector }, two numbers from 0 on of which one is above 0, found two zeros.",
        "fuse.weights: expected { text, vector }, two numbers from 0 on of which one is above 0, found "image".",
        "fuse.k: expected a number from 0 on, found the number -1.",
        "The column "note" is not searched by its words.",
        "fields: expected names of columns, or a weight for each, found an array of 0.",
      ]
    `);
  });
});

describe("a search that does not say how", () => {
  test("says which way it took, and why", async () => {
    const db = await memoryDatabase();
    const t = await db.table(
      table(
        "ways",
        {
          id: int().primaryKey(),
          body: text(),
          quiet: text({ search: false }),
          tags: list(text()),
          own: vector(2),
        },
        (c) => ({
          vec: embed(hashEmbedding({ name: "a" }), c.body),
          silent: embed(hashEmbedding({ name: "b", dimensions: 8 }), c.quiet),
        }),
      ),
    );
    await t.insert([{ id: 1, body: "some words", quiet: "other words", tags: [], own: [1, 0] }]);
    const way = async (query: string | number[], options: object = {}) => {
      const { mode, because } = await t.explain(query as string, options);
      return `${mode}: ${because}`;
    };
    expect([
      await way("words"),
      await way("words", { column: "silent" }),
      await way("words", { column: "silent", fields: ["body"] }),
      await way("words", { maxDistance: 1 }),
      await way("words", { during: { from: 1, to: 1 } }),
      await way([1, 0]),
      await way("words", { mode: "vector" }),
      await way("words", { mode: "hybrid" }),
      await way("words", { mode: "text" }),
    ]).toMatchInlineSnapshot(`
      [
        "hybrid: the query is a text, and "body" is searched by its words",
        "vector: no column that "silent" is embedded from is searched by its words",
        "hybrid: the query is a text, and fields says where words are",
        "vector: maxDistance says something of vectors alone",
        "vector: during says something of vectors alone",
        "vector: the query is no text",
        "vector: undefined",
        "hybrid: undefined",
        "text: undefined",
      ]
    `);
    expect((await t.search("words", { column: "silent", select: ["id", "_textScore"] }))[0]).toEqual({
      id: 1,
    });
  });

  test("takes whatever is typed", async () => {
    const t = await filled();
    const random = new Random(7);
    const pieces = ['"', "+", "-", "~", "*", ":", "title:", "AND", "(", ")", "\\", "%", "'", "\u0000", "\n"];
    const more = [
      "refund",
      "AB-1234-K",
      "返金",
      "é",
      "👋",
      "\ud800",
      " ",
      "  ",
      "~2",
      "0",
      "1e9",
      "NaN",
      "\u202e",
    ];
    for (let round = 0; round < 300; round++) {
      const query = Array.from({ length: random.below(9) }, () => random.pick([...pieces, ...more])).join("");
      const hits = await t.search(query);
      expect(Array.isArray(hits), JSON.stringify(query)).toBe(true);
      await t.explain(query);
    }
    expect(await t.search("x ".repeat(40_000))).toBeInstanceOf(Array);
  });
});

test("what the newest version says of a column holds for searches of all versions", async () => {
  const db = await memoryDatabase();
  const of = (search: boolean) =>
    table("t", { id: int().primaryKey(), body: search ? text() : text({ search: false }) }, (c) => ({
      vec: embed(builtin(), c.body),
    }));
  const t = await db.table(of(true));
  await t.insert([{ id: 1, body: "some words" }]);
  const before = await t.version();
  expect((await t.explain("words")).mode).toBe("hybrid");
  await db.migrate(of(false));
  const quiet = await db.table(of(false));
  expect((await quiet.explain("words")).mode).toBe("vector");
  expect((await quiet.asOf(before).explain("words")).mode).toBe("vector");
  expect(await quiet.asOf(before).search("words", { select: ["id", "_distance"] })).toHaveLength(1);
  const byName = await db.openTable("t");
  expect((await byName.explain("words")).mode).toBe("vector");
});
