import { embed, table, text, vector } from "varve";
import { builtin } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hash, openDocs, threeDocs } from "../support/docs";
import { hashEmbedding, hashVector } from "../support/hash-embedding";
import { Random } from "../support/random";

describe("a text", () => {
  test("is embedded as a query, and finds the rows with the same words first", async () => {
    const t = await openDocs(threeDocs);
    const hits = await t.search("parcels on mondays", { mode: "vector", select: ["id", "title"] });
    expect(hash.calls).toEqual([{ inputs: ["parcels on mondays"], kind: "query" }]);
    expect(hits[0]).toMatchObject({ id: "2", title: "Versand" });
    expect(Object.keys(hits[0] ?? {})).toEqual(["id", "title", "_score", "_distance"]);
    expect(hits).toHaveLength(2);
    expect(hits[0]?._score).toBeGreaterThan(hits[1]?._score ?? 1);
    for (const hit of hits) {
      expect(hit._score).toBeGreaterThanOrEqual(0);
      expect(hit._score).toBeLessThanOrEqual(1);
    }
    expect(hits[0]?._score).toBeCloseTo(1 - (hits[0]?._distance ?? 0) / 2, 5);
  });

  test("of its own words is at distance 0", async () => {
    const t = await openDocs(threeDocs);
    const [hit] = await t.search("parcels leave on mondays", { mode: "vector" });
    expect(hit?._distance).toBeCloseTo(0, 5);
    expect(hit?._score).toBeCloseTo(1, 5);
  });

  test("in which the function knows nothing finds nothing, and says why", async () => {
    const t = await openDocs(threeDocs);
    const hits = await t.search("???");
    expect(hits).toEqual([]);
    expect(hits.reason).toMatch(/found nothing in the query/);
    expect(JSON.stringify(hits)).toBe("[]");
    expect(await t.explain("???")).toMatchObject({ column: "vec", function: "hash", reason: hits.reason });
    expect((await t.search("parcels")).reason).toBeUndefined();
  });

  test("is explained", async () => {
    const t = await openDocs(threeDocs);
    expect(await t.explain("parcels", { limit: 3 })).toMatchObject({
      column: "vec",
      function: "hash",
      version: 1,
    });
  });

  test("cannot be searched for where nothing is embedded", async () => {
    const plain = table("plain", { id: text().primaryKey(), v: vector(2) });
    const t = await (await memoryDatabase()).table(plain);
    await expect(t.search("x" as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(t.search("x" as never, { column: "v" })).rejects.toMatchObject({ where: { column: "v" } });
  });
});

test("the built-in function finds by meaning", async () => {
  const articles = table("articles", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(builtin(), c.body),
  }));
  const t = await (await memoryDatabase()).table(articles);
  await t.insert([
    { id: "refund", body: "You get your money back within fourteen days of returning the product." },
    { id: "ship", body: "Parcels leave our warehouse every morning." },
    { id: "cat", body: "The cat sleeps on the sofa." },
  ]);
  const hits = await t.search("refund policy", { limit: 1, select: ["id"] });
  expect(hits).toMatchObject([{ id: "refund" }]);
});

describe("a filter", () => {
  test("says which rows may be found, and never costs hits", async () => {
    const t = await openDocs();
    const words = ["red", "green", "blue", "small", "large"];
    const random = new Random(3);
    const rows = Array.from({ length: 600 }, (_, i) => ({
      id: String(i),
      title: "x",
      body: `${random.pick(words)} ${random.pick(words)} ${i}`,
      lang: random.pick(["en", "de", "fr"] as const),
      views: i,
    }));
    await t.insert(rows);
    for (const limit of [1, 5, 50]) {
      const hits = await t.search("small red", {
        limit,
        where: (c) => c.lang.eq("de").and(c.views.lt(30)),
        select: ["id", "lang", "views"],
      });
      const matching = rows.filter((row) => row.lang === "de" && row.views < 30);
      expect(hits).toHaveLength(Math.min(limit, matching.length));
      expect(new Set(hits.map((hit) => hit.id)).size).toBe(hits.length);
      for (const hit of hits) expect(hit.lang === "de" && hit.views < 30).toBe(true);
    }
  });
});

describe("a vector", () => {
  const points = table("points", {
    id: text().primaryKey(),
    cosine: vector(2),
    l2: vector(3, { metric: "l2" }).nullable(),
    dot: vector(4, { metric: "dot", element: "f16" }).nullable(),
    same: vector(4).nullable(),
  });

  test("is searched in the only column with its dimensions", async () => {
    const t = await (await memoryDatabase()).table(points);
    await t.insert([
      { id: "a", cosine: [1, 0], l2: [0, 0, 0], dot: [1, 1, 1, 1] },
      { id: "b", cosine: [0, 2], l2: [3, 4, 0], dot: [2, 2, 2, 2] },
    ]);
    expect(await t.search([2, 0], { select: ["id"] })).toEqual([
      { id: "a", _score: 1, _distance: 0 },
      { id: "b", _score: 0.5, _distance: 1 },
    ]);
    const far = await t.search(Float32Array.of(0, 0, 0), { select: ["id"] });
    expect(far.map((hit) => [hit.id, hit._distance])).toEqual([
      ["a", 0],
      ["b", 5],
    ]);
    const dots = await t.search([1, 0, 0, 0], { column: "dot", select: ["id"] });
    expect(dots.map((hit) => [hit.id, hit._distance])).toEqual([
      ["b", -2],
      ["a", -1],
    ]);
    expect(await t.search([1, 0, 0, 0], { column: "same" })).toEqual([]);
    await expect(t.search([1, 0, 0, 0])).rejects.toThrow("2 vector columns of 4 dimensions");
    await expect(t.search([1])).rejects.toThrow("no vector column of 1 dimensions");
  });

  test("that does not fit is refused", async () => {
    const t = await openDocs(threeDocs);
    const search = (query: unknown, options: object = { column: "vec" }): Promise<unknown> =>
      t.search(query as never, options as never);
    await expect(search([1, 2])).rejects.toThrow("expected a vector of 16 numbers, found an array of 2");
    await expect(search(new Float32Array(16).fill(Number.NaN))).rejects.toThrow("expected finite numbers");
    await expect(search(new Array(16).fill("1"))).rejects.toThrow("expected finite numbers");
    await expect(search(3, {})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(search("x", { column: "title" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(search("x", { column: "titel" })).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
    for (const option of [{ limit: 1.5 }, { recall: 0 }, { recall: 1.1 }, { exact: 1 }, { mode: "vektor" }]) {
      await expect(search("x", option)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });

  test("finds what brute force finds", async () => {
    const t = await openDocs();
    const random = new Random(11);
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      id: String(i),
      title: "x",
      vec: Float32Array.from({ length: 16 }, () => random.next() - 0.5),
    }));
    await t.insert(rows, { vectors: true });
    const query = Float32Array.from({ length: 16 }, () => random.next() - 0.5);
    const cosine = (a: Float32Array, b: Float32Array): number => {
      const dot = a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
      return dot / Math.hypot(...a) / Math.hypot(...b);
    };
    const expected = rows.toSorted((a, b) => cosine(b.vec, query) - cosine(a.vec, query)).slice(0, 20);
    for (const options of [{ exact: true }, { recall: 1 }, {}]) {
      const hits = await t.search(query, { limit: 20, select: ["id"], ...options });
      expect(hits.map((hit) => hit.id)).toEqual(expected.map((row) => row.id));
    }
  });
});

describe("functions", () => {
  test("that fail make the call fail, with their error as the cause", async () => {
    const failing = {
      ...hashEmbedding({ name: "failing" }),
      embed: (): Promise<never> => Promise.reject(new Error("no network")),
    };
    const t = await (await memoryDatabase()).table(
      table("t", { id: text().primaryKey() }, (c) => ({ v: embed(failing, c.id) })),
    );
    await expect(t.insert([{ id: "1" }])).rejects.toMatchObject({
      code: "EMBEDDING_FAILED",
      where: { table: "t", column: "v" },
      cause: { message: "no network" },
    });
    expect(await t.count()).toBe(0);
    await expect(t.search("x")).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
  });

  test.each([
    ["too few vectors", []],
    ["no array", null],
    ["short vectors", [new Float32Array(2)]],
    ["arrays of texts", [new Array(16).fill("0")]],
    ["NaN", [new Float32Array(16).fill(Number.NaN)]],
    ["undefined", [undefined]],
  ])("that return %s are caught", async (_name, answer) => {
    const odd = {
      ...hashEmbedding({ name: "odd" }),
      embed: (): Promise<never> => Promise.resolve(answer as never),
    };
    const t = await (await memoryDatabase()).table(
      table("t", { id: text().primaryKey() }, (c) => ({ v: embed(odd, c.id) })),
    );
    await expect(t.insert([{ id: "1" }])).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
  });

  test("are told about the signal", async () => {
    const controller = new AbortController();
    const slow = {
      ...hashEmbedding({ name: "slow" }),
      embed: (_inputs: unknown, { signal }: { signal?: AbortSignal | undefined }): Promise<never> => {
        setTimeout(() => controller.abort(), 5);
        return new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => reject(new Error("stopped"))),
        );
      },
    };
    const t = await (await memoryDatabase()).table(
      table("t", { id: text().primaryKey() }, (c) => ({ v: embed(slow, c.id) })),
    );
    await expect(t.insert([{ id: "1" }], { signal: controller.signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
    expect(await t.count()).toBe(0);
  });
});

test("the vectors of hits can be selected", async () => {
  const t = await openDocs(threeDocs);
  const [hit] = await t.search("parcels", { limit: 1, select: ["vec"] });
  expect(hit?.vec).toEqual(hashVector("parcels leave on mondays"));
});
