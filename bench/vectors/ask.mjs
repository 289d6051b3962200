// How questions are asked and timed: one after another for the latency, eight in flight for the throughput.

import { median, quantile } from "../support.mjs";
import { vectorAt } from "./sets.mjs";
import { recall } from "./truth.mjs";

/** Before the clock runs all queries are asked once, but for no longer than this: what reads a page of a file first pays for it. */
const WARM_UP_MS = 2000;
const IN_FLIGHT = 8;

/** Asks every query once and reports recall, p50 and p99 in milliseconds, and the rows of each answer. `search` gives row numbers. */
export async function ask(set, search, truth) {
  const count = truth.length;
  const query = (i) => vectorAt(set.queries, set.dimensions, i % count);
  const warm = performance.now() + WARM_UP_MS;
  for (let i = 0; i < count && performance.now() < warm; i += 1) await search(query(i));
  const found = [];
  const taken = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    const rows = await search(query(i));
    taken.push(performance.now() - start);
    found.push(rows);
  }
  return {
    recall: recall(found, truth),
    p50: median(taken),
    p99: quantile(taken, 0.99),
    complete: found.every((rows, i) => rows.length === truth[i].length),
  };
}

/** Queries a second with eight in flight, for about `seconds`. */
export async function throughput(set, search, seconds = 2) {
  const count = set.queries.length / set.dimensions;
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const start = performance.now();
  const worker = async () => {
    while (performance.now() < end) {
      await search(vectorAt(set.queries, set.dimensions, done % count));
      done += 1;
      // Answers that come inside the call would keep the other workers waiting for ever.
      if (done % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return done / ((performance.now() - start) / 1000);
}
