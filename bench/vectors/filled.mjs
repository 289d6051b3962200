// A table of Varve that holds a set, and the ways of asking it.

import { connect, int, table, text, vector } from "varve";
import { vectorAt } from "./sets.mjs";

/** Shares of the rows that a filter leaves, in thousandths; `bucket` is below it for that share, independent of the vectors. */
export const SHARES = [500, 100, 10, 1];

export function definition(dimensions) {
  return table("rows", {
    id: int().primaryKey(),
    title: text(),
    bucket: int(),
    vec: vector(dimensions),
  });
}

export const bucketOf = (row) => (Math.imul(row, 0x9e3779b1) >>> 0) % 1000;

/** Inserts the set and waits until all upkeep is done; says what each part took, and with a `watch` how much memory at its peak. */
export async function fill(folder, set, watch) {
  const db = await connect(folder);
  const t = await db.table(definition(set.dimensions));
  const start = performance.now();
  for (const { from, vectors } of set.base.batches()) {
    const rows = Array.from({ length: vectors.length / set.dimensions }, (_, i) => ({
      id: from + i,
      title: `row ${from + i} of a set of vectors, about as long as a title`,
      bucket: bucketOf(from + i),
      vec: vectorAt(vectors, set.dimensions, i),
    }));
    await t.insert(rows);
  }
  const inserted = performance.now();
  const insertedAt = Date.now();
  const whilst = watch?.peak();
  watch?.begin();
  await t.optimize();
  return {
    db,
    t,
    insertedAt,
    insertSeconds: (inserted - start) / 1000,
    upkeepSeconds: (performance.now() - inserted) / 1000,
    memory: { insert: whilst, upkeep: watch?.peak() },
  };
}

/** A function that searches and gives the numbers of the rows found; their titles come with them. */
export function searcher(view, options) {
  const all = { column: "vec", limit: 10, select: ["id", "title"], ...options };
  return async (query) => (await view.search(query, all)).map((hit) => hit.id);
}
