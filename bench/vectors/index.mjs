// Vector search, one table for each question:
//
//   node bench/vectors/index.mjs                                   clustered sets of 10 k and 100 k vectors of 384 dimensions
//   node bench/vectors/index.mjs --rows 1000000 --dimensions 768   one of another size
//   node bench/vectors/index.mjs --base base.f16 --queries query.f16 --dimensions 384
//
// Sets of real text are made by embed-texts.mjs. A set of a million vectors needs about five times its size on the disk for a while.
// What counts as true is found by exact search, which is held against a plain program for the first queries of each set.

import { execFileSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connect } from "varve";
import { inFolder, machine, median, report } from "../support.mjs";
import { ask, throughput } from "./ask.mjs";
import { bucketOf, definition, SHARES, searcher } from "./filled.mjs";
import { clusteredSet, fileSet, vectorAt } from "./sets.mjs";
import { truthOf } from "./truth.mjs";

const RECALLS = [0.9, 0.95, 0.99];

/** Runs all questions over the sets that the arguments name. */
export async function run(args = []) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: "string", default: "10000,100000" },
      dimensions: { type: "string", default: "384" },
      base: { type: "string" },
      queries: { type: "string" },
      count: { type: "string", default: "1000" },
    },
  });
  const dimensions = Number(values.dimensions);
  const count = Number(values.count);
  if (values.base !== undefined && values.queries !== undefined) {
    await inFolder((folder) => runSet(fileSet(values.base, values.queries, dimensions, count), folder));
    return;
  }
  for (const size of values.rows.split(",")) {
    for (const wide of values.dimensions.split(",").map(Number))
      await inFolder((folder) => runSet(clusteredSet(Number(size), wide, count, folder), folder));
  }
}

async function runSet(set, own) {
  console.log(`\n${set.name}, ${set.queries.length / set.dimensions} queries`);
  const folder = join(own, "table");
  built(set, folder);
  const db = await connect(folder);
  const t = await db.table(definition(set.dimensions));
  const truth = await exactly(set, t);
  await approximately(set, t, truth);
  fresh(set, folder, own);
  await filtered(set, t);
  await throughTime(set, t);
  await db.close();
}

/** Fills the table in a process of its own. */
function built(set, folder) {
  const script = fileURLToPath(new URL("fill.mjs", import.meta.url));
  const args = ["--expose-gc", script, folder, set.base.path, String(set.dimensions)];
  const { insertedAt, insertSeconds, upkeepSeconds, memory } = JSON.parse(
    execFileSync(process.execPath, args, { encoding: "utf8" }),
  );
  const raw = set.base.byteLength;
  const indexes = filesBelow(folder).filter((path) => path.endsWith(".index"));
  const builtAt = Math.max(insertedAt, ...indexes.map((path) => statSync(path).mtimeMs));
  const index = bytesOf(indexes);
  const shadow = set.rows * shadowBytes(set.dimensions);
  report("inserted", set.rows / insertSeconds, "rows/s");
  report("the index is built, after the last insert", (builtAt - insertedAt) / 1000, "s");
  report("  and small files are merged", upkeepSeconds, "s");
  report("memory at the peak, beyond mapped files, of the inserts", memory.insert, "MiB");
  report("  of the upkeep after them", memory.upkeep, "MiB", "at most 1024");
  report("index / vectors as 32-bit floats", (100 * index) / raw, "%");
  report("  index and shadow", (100 * (index + shadow)) / raw, "%", "at most 20");
  report("  all files, rows included", (100 * bytesOf(filesBelow(folder))) / raw, "%");
}

/** Of a row of the shadow: four bits for each of its dimensions, whole 128s of them, and three numbers. */
const shadowBytes = (dimensions) => Math.ceil(dimensions / 128) * 64 + 12;

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const bytesOf = (files) => files.reduce((sum, path) => sum + statSync(path).size, 0);

async function exactly(set, t) {
  const search = searcher(t, { exact: true });
  const truth = await truthOf(set, search);
  const { p50, p99 } = await ask(set, search, truth.slice(0, 200));
  console.log("exact");
  report("p50", p50, "ms");
  report("p99", p99, "ms");
  return truth;
}

async function approximately(set, t, truth) {
  for (const wanted of RECALLS) {
    const search = searcher(t, { recall: wanted });
    const answer = await ask(set, search, truth);
    const plan = await t.explain(vectorAt(set.queries, set.dimensions, 0), { column: "vec", recall: wanted });
    console.log(`recall ${wanted}${plan.exact ? " (answered exactly)" : ""}`);
    report("recall@10", answer.recall, "");
    report("p50", answer.p50, "ms");
    report("p99", answer.p99, "ms");
    report("queries with eight in flight", await throughput(set, search), "/s");
  }
}

async function filtered(set, t) {
  for (const share of SHARES) {
    const where = { bucket: { $lt: share } };
    const some = {
      ...set,
      queries: set.queries.subarray(0, Math.min(set.queries.length, 200 * set.dimensions)),
    };
    const truth = await truthOf(some, searcher(t, { exact: true, where }), (row) => bucketOf(row) < share, 1);
    const answer = await ask(some, searcher(t, { where }), truth);
    console.log(`filter that leaves ${share / 10} % of the rows`);
    report("recall@10", answer.recall, answer.complete ? "" : "  TOO FEW ROWS");
    report("p50", answer.p50, "ms");
  }
}

/** Ten commits that replace a tenth of the rows in all: then the past is asked, and the present, in turn. */
async function throughTime(set, t) {
  const first = await t.version();
  const step = Math.max(1, Math.floor(set.rows / 1000));
  for (let i = 0; i < 10; i += 1) {
    const ids = Array.from({ length: 10 * step }, (_, j) => (j * 100 + i * 7) % set.rows);
    await t.upsert(
      [...new Set(ids)].map((id) => ({
        id,
        title: `row ${id} made anew`,
        bucket: bucketOf(id),
        vec: set.base.at((id + 1) % set.rows),
      })),
    );
  }
  await t.optimize();
  const last = await t.version();
  const views = {
    now: searcher(t),
    before: searcher(t.asOf(first)),
    between: searcher(t.asOf(Math.floor((first + last) / 2))),
    during: searcher(t, { during: { from: first, to: last } }),
    timeline: (query) => t.timeline(query, { column: "vec", select: ["id"] }),
  };
  const taken = Object.fromEntries(Object.keys(views).map((name) => [name, []]));
  for (let i = 0; i < 300; i += 1) {
    const query = vectorAt(set.queries, set.dimensions, i % (set.queries.length / set.dimensions));
    for (const [name, search] of Object.entries(views)) {
      const start = performance.now();
      await search(query);
      taken[name].push(performance.now() - start);
    }
  }
  const now = median(taken.now);
  console.log("through time, after ten commits that replaced about a tenth of the rows");
  report("p50 of the present", now, "ms");
  report("as of before them / the present", median(taken.before) / now, "x", "at most 1.2");
  report("as of between them / the present", median(taken.between) / now, "x", "at most 1.2");
  report("during all of them / the present", median(taken.during) / now, "x", "at most 1.5");
  report("the timeline of an answer / the present", median(taken.timeline) / now, "x", "at most 2");
}

/** Opens the table in a process of its own. */
function fresh(set, folder, own) {
  const script = fileURLToPath(new URL("fresh.mjs", import.meta.url));
  const asked = join(own, "queries.f32");
  writeFileSync(asked, new Uint8Array(set.queries.buffer, set.queries.byteOffset, set.queries.byteLength));
  const args = ["--expose-gc", script, folder, asked, String(set.dimensions)];
  const { openMs, firstMs, memory, peak } = JSON.parse(
    execFileSync(process.execPath, args, { encoding: "utf8" }),
  );
  console.log("a process of its own, warm page cache");
  report("open", openMs, "ms");
  report("first query after it", firstMs, "ms", "at most 5");
  report("memory beyond Node's own, without mapped files, after all queries", memory, "MiB");
  report("  at the peak", peak, "MiB", "at most 300");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(machine());
  await run(process.argv.slice(2));
}
