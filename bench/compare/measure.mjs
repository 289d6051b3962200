// One variant of one rival in this process: fills it, then asks it with one setting after another, and prints what came out as a line of JSON.
// Without the name of a variant it prints the names.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ask, throughput } from "../vectors/ask.mjs";
import { watchMemory } from "../vectors/memory.mjs";
import { truthOf } from "../vectors/truth.mjs";
import { VectorFile } from "../vectors/vector-file.mjs";

const ENOUGH = 0.997;

const [peer, shared, own, dimensionsText, variant] = process.argv.slice(2);
const dimensions = Number(dimensionsText);
const { variants } = await import(`./peers/${peer}.mjs`);
if (variant === undefined) {
  console.log(JSON.stringify(Object.keys(variants)));
  process.exit(0);
}

const base = new VectorFile(join(shared, "base.f32"), dimensions);
const asked = new VectorFile(join(shared, "queries.f32"), dimensions);
const set = { dimensions, rows: base.rows, base, queries: asked.read(0, asked.rows) };
const truthFile = join(shared, "truth.json");
const before = process.memoryUsage.rss();
const watch = await watchMemory();
const start = performance.now();
const filled = await variants[variant](set, own);
const wholeSeconds = (performance.now() - start) / 1000;
const buildSeconds = filled.buildSeconds ?? wholeSeconds;
const ownMiB = watch.peak();
const peakMiB = (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20;
const truth = await known();
const points = [];
for (const setting of filled.settings) {
  const search = (query) => filled.search(query, setting);
  const point = await ask(set, search, truth);
  const perSecond = filled.blocks ? null : await throughput(set, search, 1);
  points.push({ setting: JSON.stringify(setting), perSecond, ...point });
  if (point.recall >= ENOUGH) break;
}
await filled.close?.();
const diskMiB = sizeOf(dirname(own), basename(own)) / 2 ** 20;
console.log(
  JSON.stringify({
    ...{ peer, variant, exact: filled.exact ?? false, wholeSeconds, buildSeconds },
    ...{ ownMiB, peakMiB, diskMiB, points },
  }),
);
process.exit(0);

/** What is true, as the first to run found it. */
async function known() {
  if (!existsSync(truthFile)) {
    writeFileSync(
      truthFile,
      JSON.stringify(await truthOf(set, (query) => filled.search(query, { exact: true }))),
    );
  }
  return JSON.parse(readFileSync(truthFile, "utf8"));
}

/** The bytes of what stands in a folder under names that start so. */
function sizeOf(folder, start = "") {
  const sizes = readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? sizeOf(path) : statSync(path).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
