// How well one ranked list answers its question, and how sure the mean over many questions is.

/**
 * nDCG at `k` as trec_eval computes it: the gain of a hit is its grade, shared by log2(rank + 1), over what the best order would give. From 0 to 1.
 *
 * @param ranked - the keys of the hits, the best first
 * @param grades - the keys that are relevant, each with a grade above 0
 *
 * @example
 * ```ts
 * ndcg(["x", "a"], new Map([["a", 1]]), 10); // 0.63: the right row is the second
 * ```
 */
export function ndcg(ranked: readonly string[], grades: ReadonlyMap<string, number>, k: number): number {
  const found = ranked.map((key) => grades.get(key) ?? 0);
  const best = [...grades.values()].sort((a, b) => b - a);
  return gain(found, k) / gain(best, k);
}

function gain(grades: readonly number[], k: number): number {
  return grades.slice(0, k).reduce((sum, grade, at) => sum + grade / Math.log2(at + 2), 0);
}

/** The share of the relevant keys that stand among the first `k`. */
export function recall(ranked: readonly string[], grades: ReadonlyMap<string, number>, k: number): number {
  return ranked.slice(0, k).filter((key) => grades.has(key)).length / grades.size;
}

/** 1 over the rank of the first relevant key, 0 where none is among the first `k`. Its mean is called MRR. */
export function reciprocalRank(
  ranked: readonly string[],
  grades: ReadonlyMap<string, number>,
  k: number,
): number {
  const at = ranked.slice(0, k).findIndex((key) => grades.has(key));
  return at < 0 ? 0 : 1 / (at + 1);
}

/** A mean, and how sure it is. */
export interface Figure {
  readonly mean: number;
  /**
   * The 95 % interval of the mean: that of the means of 2,000 samples of the same size, drawn with replacement. The draws are the same
   * each time.
   */
  readonly interval: readonly [low: number, high: number];
}

const SAMPLES = 2000;

/** The mean of figures of single questions, with its interval. Of differences question by question it says whether one way is better than another. */
export function figureOf(values: readonly number[]): Figure {
  const next = random(1);
  const means = Array.from({ length: SAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) sum += values[Math.floor(next() * values.length)] ?? 0;
    return sum / values.length;
  }).sort((a, b) => a - b);
  const share = (part: number): number => means[Math.floor(SAMPLES * part)] ?? Number.NaN;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, interval: [share(0.025), share(0.975)] };
}

/** Numbers in [0, 1) from a seed (mulberry32), the same everywhere. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
