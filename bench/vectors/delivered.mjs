// The recall that is asked for beside the one that is delivered, on four kinds of vectors: what an index was measured to find when it was built must hold
// for queries that it has not seen.
//
//   node bench/vectors/delivered.mjs                 100 k vectors of 384 dimensions of each kind
//   node bench/vectors/delivered.mjs --rows 50000

import { parseArgs } from "node:util";
import { connect, int, table, vector } from "varve";
import { inFolder, machine, median, random } from "../support.mjs";
import { add, clusteredBatches, gaussian, normal, normalize } from "./clustered.mjs";

const DIMENSIONS = 384;
const QUERIES = 300;
const BATCH = 5000;
const RECALLS = [0.8, 0.9, 0.95, 0.97, 0.99];
const LIMITS = [10, 100];

/** Each kind gives one unit vector after another. */
const kinds = {
  "as embeddings of text": (rows) => {
    const batches = clusteredBatches(rows, DIMENSIONS, 0, 1000);
    let [batch, at] = [batches.next().value, 0];
    return () => {
      if (at === batch.length) [batch, at] = [batches.next().value, 0];
      at += DIMENSIONS;
      return batch.slice(at - DIMENSIONS, at);
    };
  },
  "loose: 400 centres, 30 directions": () => {
    const next = random(11);
    const directions = Array.from({ length: 30 }, () => normalized(gaussian(DIMENSIONS, next, 1)));
    const along = (vector, weight) => {
      for (const direction of directions) add(vector, direction, normal(next) * weight);
      return vector;
    };
    const centres = Array.from({ length: 400 }, () => along(new Float32Array(DIMENSIONS), 0.4));
    return () => {
      const vector = along(centres[Math.floor(next() * centres.length)].slice(), 0.35);
      add(vector, gaussian(DIMENSIONS, next, 0.02), 1);
      return normalized(vector);
    };
  },
  "tight: 1,000 centres": () => {
    const next = random(12);
    const centres = Array.from({ length: 1000 }, () => normalized(gaussian(DIMENSIONS, next, 1)));
    return () => {
      const vector = centres[Math.floor(next() * centres.length)].slice();
      add(vector, gaussian(DIMENSIONS, next, 0.03), 1);
      return normalized(vector);
    };
  },
  "no order at all": () => {
    const next = random(13);
    return () => normalized(gaussian(DIMENSIONS, next, 1));
  },
};

function normalized(vector) {
  normalize(vector);
  return vector;
}

async function measure(make, rows, folder) {
  const next = make(rows + QUERIES);
  const db = await connect(folder);
  const t = await db.table(table("rows", { id: int().primaryKey(), vec: vector(DIMENSIONS) }));
  for (let from = 0; from < rows; from += BATCH) {
    const count = Math.min(BATCH, rows - from);
    await t.insert(Array.from({ length: count }, (_, i) => ({ id: from + i, vec: next() })));
  }
  await t.optimize();
  const queries = Array.from({ length: QUERIES }, next);
  for (const limit of LIMITS) {
    const options = { limit, select: ["id"] };
    const truth = [];
    for (const query of queries) truth.push(idsOf(await t.search(query, { ...options, exact: true })));
    for (const recall of RECALLS) console.log(`  ${await line(t, queries, truth, { ...options, recall })}`);
  }
  await db.close();
}

async function line(t, queries, truth, options) {
  const { limit, recall } = options;
  let found = 0;
  const taken = [];
  for (const [at, query] of queries.entries()) {
    const start = performance.now();
    const hits = await t.search(query, options);
    taken.push(performance.now() - start);
    found += hits.filter(({ id }) => truth[at].has(id)).length;
  }
  const delivered = found / (queries.length * limit);
  return `${limit} nearest, asked ${recall}: ${delivered.toFixed(3)}, p50 ${median(taken).toFixed(3)} ms`;
}

const idsOf = (hits) => new Set(hits.map(({ id }) => id));

const { values } = parseArgs({ options: { rows: { type: "string", default: "100000" } } });
console.log(machine());
for (const [name, make] of Object.entries(kinds)) {
  console.log(`${name}, ${values.rows} x ${DIMENSIONS}`);
  await inFolder((folder) => measure(make, Number(values.rows), folder));
}
