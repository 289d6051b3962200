// How well ranked lists answer their queries, and how sure the mean of that is.
import { quantile, random } from "../support.mjs";

/**
 * nDCG at `k` as trec_eval computes it: the gain of a hit is its score, shared by log2(rank + 1), over what the best order
 * would give. `ranked` are document ids, the best first; `scores` maps the relevant ones to a score above 0.
 */
export function ndcg(ranked, scores, k) {
  const best = [...scores.values()].sort((a, b) => b - a);
  return (
    gain(
      ranked.map((id) => scores.get(id) ?? 0),
      k,
    ) / gain(best, k)
  );
}

function gain(values, k) {
  return values.slice(0, k).reduce((sum, value, at) => sum + value / Math.log2(at + 2), 0);
}

/** The share of the relevant documents that stand among the first `k`. */
export function recall(ranked, scores, k) {
  return ranked.slice(0, k).filter((id) => scores.has(id)).length / scores.size;
}

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The 95 % interval of the mean: that of the means of samples of the same size, drawn with replacement. */
export function bootstrap(values, { samples = 2000, seed = 1 } = {}) {
  const next = random(seed);
  const means = Array.from({ length: samples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) sum += values[Math.floor(next() * values.length)];
    return sum / values.length;
  });
  return [quantile(means, 0.025), quantile(means, 0.975)];
}
