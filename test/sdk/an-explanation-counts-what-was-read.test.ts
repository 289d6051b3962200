import { connect, type Explanation, embed, int, type Table, table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { hashEmbedding } from "../support/hash-embedding";
import { Random } from "../support/random";

const DIMENSIONS = 256;
const numbers = table("numbers", {
  id: int().primaryKey(),
  lang: text(),
  vec: vector(DIMENSIONS),
});
const random = new Random(17);
const around = (center: Float32Array | undefined, width: number): Float32Array =>
  Float32Array.from({ length: DIMENSIONS }, (_, at) => (center?.[at] ?? 0) + width * (random.next() - 0.5));
const centers = Array.from({ length: 100 }, () => around(undefined, 1));
/** Vectors in clusters, as those of texts are: an index of them is worth its while. */
const randomVector = (): Float32Array => around(random.pick(centers), 0.2);

function rows(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return { id, lang: id % 4 === 0 ? "de" : "en", vec: randomVector() };
  });
}

async function opened(count: number): Promise<Table<typeof numbers>> {
  const db = await connect("memory:");
  const t = await db.table(numbers);
  await t.insert(rows(0, count));
  return t;
}

const bytesOf = (count: number): number => count * DIMENSIONS * Float32Array.BYTES_PER_ELEMENT;
const noIndex = { indexes: 0, lists: 0, scanned: 0, refined: 0, uncovered: 0 };

describe("of a table without an index", () => {
  test("every row that the version sees and the filter lets through was compared", async () => {
    const t = await opened(100);
    await t.delete({ where: { id: { $lt: 10 } } });
    const query = randomVector();
    const way = { mode: "vector", because: "the query is no text" };
    const exact = { ...way, column: "vec", exact: true, recall: 1, segments: 1, ...noIndex };
    const all: Explanation = await t.explain(query);
    expect(all).toEqual({ ...exact, version: 2, rows: 90, candidates: 90, bytes: bytesOf(90) });
    const german = await t.count({ where: { lang: "de" } });
    expect(await t.explain(query, { where: { lang: "de" } })).toEqual({
      ...exact,
      version: 2,
      rows: 90,
      candidates: german,
      bytes: bytesOf(german),
      filter: expect.objectContaining({ way: "scan", columns: [], rows: 100 }),
    });
    expect(await t.asOf(1).explain(query, { where: { lang: "de" } })).toEqual({
      ...exact,
      version: 1,
      rows: 100,
      candidates: 25,
      bytes: bytesOf(25),
      filter: expect.objectContaining({ way: "scan", columns: [], rows: 100 }),
    });
    expect(await t.explain(query, { where: { id: -1 } })).toMatchObject({
      rows: 90,
      candidates: 0,
      bytes: 0,
    });
  });

  test("nothing was read where there is nothing to search with", async () => {
    const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
      vec: embed(hashEmbedding(), c.body),
    }));
    const t = await (await connect("memory:")).table(docs);
    await t.insert([
      { id: "1", body: "one" },
      { id: "2", body: "two" },
    ]);
    const { reason } = await t.search("???", { mode: "vector" });
    expect(reason).toContain("nothing");
    expect(await t.explain("???", { mode: "vector" })).toEqual({
      mode: "vector",
      column: "vec",
      function: "hash",
      reason,
      version: 1,
      exact: true,
      recall: 1,
      rows: 2,
      candidates: 0,
      segments: 0,
      bytes: 0,
      ...noIndex,
    });
  });
});

describe("of a table with an index", () => {
  test("codes were read instead of rows, and rows that came later in full", async () => {
    const t = await opened(20_000);
    expect((await t.optimize()).indexedRows).toBe(20_000);
    await t.insert(rows(20_000, 50));
    const query = randomVector();
    const found = await t.explain(query, { recall: 0.9 });
    expect(found).toMatchObject({ exact: false, version: 2, rows: 20_050, candidates: 20_050, indexes: 1 });
    expect(found.uncovered).toBe(50);
    expect(found.lists).toBeGreaterThan(0);
    expect(found.scanned).toBeGreaterThan(0);
    expect(found.scanned).toBeLessThanOrEqual(20_000);
    expect(found.refined).toBeGreaterThanOrEqual(10);
    expect(found.refined).toBeLessThanOrEqual(found.scanned);
    expect(found.recall).toBeGreaterThanOrEqual(0.9);
    expect(found.recall).toBeLessThanOrEqual(1);
    expect(found.bytes).toBeGreaterThanOrEqual(bytesOf(found.refined + found.uncovered));
    expect(found.bytes).toBeLessThan(bytesOf(20_050));
    const exact = await t.explain(query, { exact: true });
    expect(exact).toMatchObject({ exact: true, recall: 1, candidates: 20_050, segments: 2, ...noIndex });
    // Large segments have a shadow, which is read instead of the vectors.
    expect(exact.bytes).toBeGreaterThan(bytesOf(20_050) / 8);
    expect(exact.bytes).toBeLessThan(bytesOf(20_050) / 4);
  });
});
