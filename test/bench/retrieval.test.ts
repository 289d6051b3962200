// The figures of bench/retrieval, against cases that were computed by hand.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bootstrap, mean, ndcg, recall } from "../../bench/retrieval/metrics.mjs";

const one = new Map([["a", 1]]);
const three = new Map([
  ["a", 3],
  ["b", 2],
  ["c", 1],
]);

describe("nDCG", () => {
  it("is 1 for the best order, whatever follows", () => {
    expect(ndcg(["a", "b", "c", "x"], three, 10)).toBe(1);
    expect(ndcg(["a", "x", "y"], one, 10)).toBe(1);
  });

  it("is 0 where nothing relevant is found", () => {
    expect(ndcg(["x", "y"], one, 10)).toBe(0);
    expect(ndcg([], one, 10)).toBe(0);
  });

  it("discounts a hit by the logarithm of its rank", () => {
    expect(ndcg(["x", "a"], one, 10)).toBeCloseTo(0.63093, 5);
    expect(ndcg(["x", "y", "a"], one, 10)).toBeCloseTo(0.5, 10);
  });

  it("weighs by score", () => {
    // (1 + 2 / log2(3) + 3 / 2) / (3 + 2 / log2(3) + 1 / 2)
    expect(ndcg(["c", "b", "a"], three, 10)).toBeCloseTo(0.79, 4);
  });

  it("sees the first k, of the hits and of the best order", () => {
    expect(ndcg(["x", "a"], one, 1)).toBe(0);
    expect(ndcg(["a"], three, 1)).toBe(1);
  });
});

describe("recall", () => {
  it("is the share of the relevant rows among the first k", () => {
    expect(recall(["a", "x", "c"], three, 10)).toBeCloseTo(2 / 3, 10);
    expect(recall(["x", "a"], one, 1)).toBe(0);
    expect(recall(["x", "a"], one, 2)).toBe(1);
  });
});

describe("the interval of a mean", () => {
  const values = Array.from({ length: 400 }, (_, i) => i % 2);

  it("is the same for the same seed", () => {
    expect(bootstrap(values, { seed: 7 })).toEqual(bootstrap(values, { seed: 7 }));
  });

  it("is as wide as the standard error says", () => {
    const [low, high] = bootstrap(values);
    expect(mean(values)).toBe(0.5);
    // 0.5 ± 1.96 * 0.5 / sqrt(400)
    expect(low).toBeCloseTo(0.451, 1);
    expect(high - low).toBeGreaterThan(0.08);
    expect(high - low).toBeLessThan(0.115);
  });

  it("has no width where all values are the same", () => {
    expect(bootstrap([1, 1, 1])).toEqual([1, 1]);
  });
});

describe("the collection that comes along", () => {
  const lines = (file: string): string[] =>
    readFileSync(new URL(`../../bench/retrieval/collection/${file}`, import.meta.url), "utf8")
      .trim()
      .split("\n");
  const ids = (file: string): string[] =>
    lines(file).map((line) => (JSON.parse(line) as { _id: string })._id);

  it("names one passage for each query, and only what it has", () => {
    const corpus = new Set(ids("corpus.jsonl"));
    const pairs = lines("qrels.tsv")
      .slice(1)
      .map((line) => line.split("\t"));
    expect(corpus.size).toBe(lines("corpus.jsonl").length);
    expect(pairs.map(([query]) => query)).toEqual(ids("queries.jsonl"));
    expect(pairs.filter(([, id = ""]) => !corpus.has(id))).toEqual([]);
  });

  it("names the licence of every package", () => {
    const free = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];
    const packages = lines("PACKAGES.tsv")
      .slice(1)
      .map((line) => line.split("\t"));
    const licences = lines("LICENSES.txt").filter((line) => line.startsWith("==== "));
    const covered = licences.flatMap((line) => line.slice(5).split(", "));
    expect(packages.filter(([, , licence = ""]) => !free.includes(licence))).toEqual([]);
    expect(packages.filter(([name = ""]) => !covered.includes(name))).toEqual([]);
  });
});
