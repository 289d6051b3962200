// Vector search beside its rivals, on the same vectors, in one run: each rival in a process of its own, one after another, at matched recall.
//
//   npm install --prefix bench/compare            once; some of them are compiled
//   node bench/compare/vectors.mjs                100 k clustered vectors of 384 dimensions
//   node bench/compare/vectors.mjs --rows 1000000 --only zvec,lancedb --skip exact,IVF_PQ
//   node bench/compare/vectors.mjs --base base.f16 --queries query.f16

import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inFolder, machine } from "../support.mjs";
import { clusteredSet, fileSet, writeFloats } from "../vectors/sets.mjs";

const PEERS = ["varve", "lancedb", "zvec", "usearch", "hnswlib", "sqlite-vec", "libsql"];
const TARGETS = [0.95, 0.99];
const PATIENCE_MS = 15 * 60_000;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    dimensions: { type: "string", default: "384" },
    base: { type: "string" },
    queries: { type: "string" },
    count: { type: "string", default: "500" },
    only: { type: "string", default: PEERS.join(",") },
    /** Variants that are left out, by name. */
    skip: { type: "string", default: "" },
  },
});
const [rows, dimensions, count] = [Number(values.rows), Number(values.dimensions), Number(values.count)];
const skipped = values.skip.split(",");

console.log(machine());
await inFolder((folder) => {
  const set = given(folder);
  console.log(`${set.name}, ${set.queries.length / dimensions} queries, 10 rows with a title each\n`);
  writeFileSync(
    join(folder, "queries.f32"),
    new Uint8Array(set.queries.buffer, set.queries.byteOffset, set.queries.byteLength),
  );
  const results = [];
  // The first one, which is ours, writes down what is true; it was held against a plain program.
  for (const peer of ["varve", ...values.only.split(",").filter((name) => name !== "varve")]) {
    results.push(...measure(peer, folder));
  }
  print(results);
});

/** The set, its base in the folder as 32-bit floats. */
function given(folder) {
  if (values.base === undefined || values.queries === undefined)
    return clusteredSet(rows, dimensions, count, folder);
  const set = fileSet(values.base, values.queries, dimensions, count);
  writeFloats(set.base, join(folder, "base.f32"));
  return set;
}

/** Runs every variant of one rival in a process of its own; what it cannot do is said and left out. */
function measure(peer, folder) {
  const script = fileURLToPath(new URL("measure.mjs", import.meta.url));
  const start = (...args) =>
    spawnSync(process.execPath, [script, peer, folder, ...args], {
      encoding: "utf8",
      timeout: PATIENCE_MS,
      maxBuffer: 1 << 26,
    });
  const listed = start();
  if (listed.status !== 0) {
    console.log(`${peer}: cannot be loaded: ${lastLines(listed.stderr)}`);
    return [];
  }
  const results = [];
  const variants = JSON.parse(listed.stdout.trim().split("\n").at(-1));
  variants.forEach((variant, i) => {
    if (skipped.includes(variant)) return;
    const own = join(folder, `${peer}-${i}`);
    const child = start(own, String(dimensions), variant);
    const line = child.stdout.split("\n").find((one) => one.startsWith('{"peer"'));
    if (line !== undefined) results.push(JSON.parse(line));
    else console.log(`${peer} ${variant}: failed: ${child.error?.message ?? lastLines(child.stderr)}`);
    rmSync(own, { recursive: true, force: true });
  });
  return results;
}

const lastLines = (text) => text.trim().split("\n").slice(-6).join(" ");

function print(results) {
  const exact = results.filter((result) => result.exact);
  const ours = exact.find((result) => result.peer === "varve");
  console.log("exact top 10");
  for (const result of exact) line(result, result.points[0], ours?.points[0]);
  for (const target of TARGETS) {
    console.log(`\nfirst setting with recall@10 of ${target} or more`);
    const best = (result) => result.points.find((point) => point.recall >= target);
    const mine = results.find((result) => result.peer === "varve" && !result.exact);
    for (const result of results.filter((one) => !one.exact)) line(result, best(result), mine && best(mine));
  }
  console.log("\nbuilt");
  for (const { peer, variant, wholeSeconds, buildSeconds, ownMiB, peakMiB, diskMiB } of results) {
    const parts = [
      `${buildSeconds.toFixed(2)} s (${wholeSeconds.toFixed(2)} s with the inserts)`,
      `${ownMiB.toFixed(0)} MiB beyond mapped files at the peak (${peakMiB.toFixed(0)} MiB with them)`,
      `${diskMiB.toFixed(0)} MiB on disk`,
    ];
    console.log(`  ${`${peer} ${variant}`.padEnd(28)} ${parts.join(", ")}`);
  }
}

function line({ peer, variant }, point, ours) {
  const name = `${peer} ${variant}`.padEnd(28);
  if (point === undefined) {
    console.log(`  ${name} not reached`);
    return;
  }
  const { setting, recall, p50, p99, perSecond } = point;
  const flow = perSecond === null ? "     (calls block)" : `${perSecond.toFixed(0).padStart(8)} /s`;
  const ratio = ours === undefined ? "" : `   ${(p50 / ours.p50).toFixed(2)} x ours`;
  const figures = `recall ${recall.toFixed(3)}   p50 ${p50.toFixed(3)} ms   p99 ${p99.toFixed(3)} ms   ${flow}${ratio}`;
  console.log(`  ${name} ${figures}   ${setting}`);
}
