import { figureOf, ndcg, recall, reciprocalRank } from "varve/evaluation";
import { describe, expect, it } from "vitest";

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

  it("weighs by grade", () => {
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

describe("the reciprocal rank", () => {
  it("is that of the first relevant row among the first k", () => {
    expect(reciprocalRank(["a", "b"], three, 10)).toBe(1);
    expect(reciprocalRank(["x", "y", "b", "a"], three, 10)).toBeCloseTo(1 / 3, 10);
    expect(reciprocalRank(["x", "y", "b"], three, 2)).toBe(0);
    expect(reciprocalRank([], three, 2)).toBe(0);
  });
});

describe("the interval of a mean", () => {
  const values = Array.from({ length: 400 }, (_, i) => i % 2);

  it("is the same each time", () => {
    expect(figureOf(values)).toEqual(figureOf(values));
  });

  it("is as wide as the standard error says", () => {
    const { mean, interval } = figureOf(values);
    const [low, high] = interval;
    expect(mean).toBe(0.5);
    // 0.5 ± 1.96 * 0.5 / sqrt(400)
    expect(low).toBeCloseTo(0.451, 1);
    expect(high - low).toBeGreaterThan(0.08);
    expect(high - low).toBeLessThan(0.115);
  });

  it("has no width where all values are the same", () => {
    expect(figureOf([1, 1, 1])).toEqual({ mean: 1, interval: [1, 1] });
  });
});
