// The true nearest rows, and the share of them that an answer holds.

import { vectorAt } from "./sets.mjs";

/** For each query the numbers of the `k` rows with the greatest dot product, by the plainest program. For checks: it reads every row. */
export function bruteForce(set, queries, k, passes = () => true) {
  const { base, dimensions } = set;
  const best = queries.map(() => []);
  for (const { from, vectors } of base.batches()) {
    for (let at = 0, row = from; at < vectors.length; at += dimensions, row += 1) {
      if (!passes(row)) continue;
      for (const [i, query] of queries.entries()) offer(best[i], k, row, dotOf(vectors, at, query));
    }
  }
  return best.map((rows) => rows.map(({ row }) => row));
}

function dotOf(vectors, at, query) {
  let dot = 0;
  for (let i = 0; i < query.length; i += 1) dot += vectors[at + i] * query[i];
  return dot;
}

function offer(best, k, row, dot) {
  if (best.length === k && dot <= best[k - 1].dot) return;
  const place = best.findIndex((other) => other.dot < dot);
  best.splice(place < 0 ? best.length : place, 0, { row, dot });
  if (best.length > k) best.pop();
}

/** What exact search finds for each query, after the first few were held against brute force. */
export async function truthOf(set, search, passes, checked = 3) {
  const count = set.queries.length / set.dimensions;
  const query = (i) => vectorAt(set.queries, set.dimensions, i);
  const truth = [];
  for (let i = 0; i < count; i += 1) truth.push(await search(query(i)));
  const first = Array.from({ length: Math.min(checked, count) }, (_, i) => query(i));
  bruteForce(set, first, truth[0]?.length ?? 0, passes).forEach((wanted, i) => {
    const missing = wanted.filter((row) => !truth[i].includes(row));
    // Two rows whose products differ in the last bit only may change places.
    if (missing.length > 1) throw new Error(`query ${i}: exact search missed the rows ${missing}`);
  });
  return truth;
}

/** The mean share of the true rows among the rows found. */
export function recall(found, truth) {
  let hits = 0;
  let wanted = 0;
  truth.forEach((rows, i) => {
    const there = new Set(found[i]);
    hits += rows.filter((row) => there.has(row)).length;
    wanted += rows.length;
  });
  return wanted === 0 ? 1 : hits / wanted;
}
