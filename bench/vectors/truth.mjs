// The true nearest rows, and the share of them that an answer holds.

import { vectorAt } from "./sets.mjs";

/** The row numbers of the `k` rows with the greatest dot product, by the plainest program. For checks: it reads every row. */
export function bruteForce(set, query, k, passes = () => true) {
  const { base, dimensions, rows } = set;
  const best = [];
  for (let row = 0; row < rows; row += 1) {
    if (!passes(row)) continue;
    let dot = 0;
    for (let i = 0, at = row * dimensions; i < dimensions; i += 1, at += 1) dot += base[at] * query[i];
    if (best.length === k && dot <= best[k - 1].dot) continue;
    const place = best.findIndex((other) => other.dot < dot);
    best.splice(place < 0 ? best.length : place, 0, { row, dot });
    if (best.length > k) best.pop();
  }
  return best.map(({ row }) => row);
}

/** What exact search finds for each query, after the first few were held against brute force. */
export async function truthOf(set, search, passes, checked = 3) {
  const count = set.queries.length / set.dimensions;
  const truth = [];
  for (let i = 0; i < count; i += 1) truth.push(await search(vectorAt(set.queries, set.dimensions, i)));
  for (let i = 0; i < Math.min(checked, count); i += 1) {
    const wanted = bruteForce(set, vectorAt(set.queries, set.dimensions, i), truth[i].length, passes);
    const missing = wanted.filter((row) => !truth[i].includes(row));
    // Two rows whose products differ in the last bit only may change places.
    if (missing.length > 1) throw new Error(`query ${i}: exact search missed the rows ${missing}`);
  }
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
