// What the benchmarks share: seeded data, medians, and the machine they ran on.

import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";

/** Numbers in [0, 1) from a seed (mulberry32), the same everywhere. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A vector of length 1. */
export function unitVector(dimensions, next) {
  const vector = new Float32Array(dimensions);
  let sum = 0;
  for (let i = 0; i < dimensions; i += 1) {
    const x = next() + next() + next() - 1.5;
    vector[i] = x;
    sum += x * x;
  }
  const scale = 1 / Math.sqrt(sum);
  for (let i = 0; i < dimensions; i += 1) vector[i] *= scale;
  return vector;
}

const words =
  "layer sediment table row version query vector commit index snapshot filter history lake season".split(" ");

/** About `length` characters of text. */
export function text(length, next) {
  let out = "";
  while (out.length < length) out += `${words[Math.floor(next() * words.length)]} `;
  return out.slice(0, length);
}

/** Rows of { id, 1 KB of text, category, time, vector }. */
export function rows(from, count, dimensions, next) {
  return Array.from({ length: count }, (_, i) => ({
    id: `doc-${String(from + i).padStart(9, "0")}`,
    body: text(1024, next),
    category: (from + i) % 100,
    at: new Date(1_700_000_000_000 + (from + i) * 1000),
    vec: unitVector(dimensions, next),
  }));
}

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Runs something many times and returns each time in milliseconds. */
export async function times(runs, run) {
  const taken = [];
  for (let i = 0; i < runs; i += 1) {
    const start = performance.now();
    await run(i);
    taken.push(performance.now() - start);
  }
  return taken;
}

/** A folder that is removed when the benchmark is done. */
export async function inFolder(use) {
  const folder = mkdtempSync(join(process.env.VARVE_BENCH_DIR ?? tmpdir(), "varve-bench-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line of a result: what, the value, and the bound it is held against. */
export function report(what, value, unit, bound) {
  const digits = [2, 0, Number.NEGATIVE_INFINITY].findIndex((power) => value >= 10 ** power);
  const shown = value.toFixed([0, 2, 4][digits]);
  const verdict = bound === undefined ? "" : `   (${bound})`;
  console.log(`  ${what.padEnd(58)} ${shown.padStart(10)} ${unit}${verdict}`);
}

export function machine() {
  const [cpu] = cpus();
  return `${cpu?.model.trim()}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
}
