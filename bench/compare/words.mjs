// Search by words and hybrid search beside rivals, on the same texts, in one run: each product in a process of its own, one after another. All reduce
// words to their stems, keep where words stand if they can, and return the number and the text of ten rows.
//
//   npm install --prefix bench/compare            once; some of them are compiled
//   node bench/compare/words.mjs                  100 k texts of 1 KB, vectors of 384 dimensions for hybrid search
//   node bench/compare/words.mjs --rows 2000 --only sqlite,orama --skip hybrid
//   node bench/compare/words.mjs --only varve --skip words --vectors clustered

import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inFolder, machine } from "../support.mjs";
import { makeQueries } from "./words/queries.mjs";
import { writeTexts } from "./words/texts.mjs";
import { LYING } from "./words/vectors.mjs";

const PEERS = ["varve", "lancedb", "zvec", "sqlite", "orama"];
const PATIENCE_MS = 15 * 60_000;
const FRESH = 5000;
/** What a process may hold in JavaScript, in MiB. */
const HEAP = 8192;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    dimensions: { type: "string", default: "384" },
    /** How vectors lie: random or clustered. */
    vectors: { type: "string", default: "random" },
    /** Queries of each kind. */
    count: { type: "string", default: "200" },
    only: { type: "string", default: PEERS.join(",") },
    /** Parts that are left out: words, hybrid. */
    skip: { type: "string", default: "" },
  },
});
if (!(Number(values.rows) >= 1000)) {
  console.error("--rows is 1000 at least: fewer texts have too few rare words to ask for.");
  process.exit(2);
}
if (!Object.hasOwn(LYING, values.vectors)) {
  console.error(`--vectors is ${Object.keys(LYING).join(" or ")}.`);
  process.exit(2);
}
const parts = ["words", "hybrid"].filter((part) => !values.skip.split(",").includes(part));

const LINES = [
  ["build", "built, MB of text/s"],
  ["index", "index, % of the text"],
  ["words", "2 or 3 words, some rare"],
  ["frequent", "2 frequent words"],
  ["code", "a code that one row has"],
  ["phrase", "a phrase"],
  ["prefix", "the beginning of a word"],
  ["filtered", "words, 1 % of the rows"],
  ["uncovered", "words, 1,000 rows new"],
  ["earlier", "words, before them"],
  ["flow", "words, 8 in flight, /s"],
  ["hybrid", `hybrid, ${values.dimensions} dimensions`],
  ["words memory", "own memory, words, MiB"],
  ["hybrid memory", "own memory, hybrid, MiB"],
];

console.log(machine());
await inFolder((folder) => {
  const rows = Number(values.rows);
  const texts = writeTexts(folder, rows);
  const queries = makeQueries(texts.text, rows, Number(values.count));
  const fresh = Array.from({ length: FRESH }, (_, i) => [rows + i, texts.text(rows + i)]);
  writeFileSync(join(folder, "queries.json"), JSON.stringify({ queries, fresh }));
  console.log(
    `${texts.name}\n${values.count} queries of each kind, ten rows with their texts; ${values.vectors} vectors\n`,
  );
  const names = ["varve", ...values.only.split(",").filter((name) => name !== "varve")];
  print(
    names.map((peer) => merged(parts.flatMap((part) => measure(peer, part, folder) ?? []))).filter(Boolean),
  );
});

/** One part of one product, in a process of its own; why it has no figures is said. */
function measure(peer, part, folder) {
  const script = fileURLToPath(new URL("words/measure.mjs", import.meta.url));
  const own = join(folder, `${peer}-${part}`);
  const flags = ["--expose-gc", `--max-old-space-size=${HEAP}`];
  const child = spawnSync(
    process.execPath,
    [...flags, script, peer, folder, own, part, values.dimensions, values.vectors],
    {
      encoding: "utf8",
      timeout: PATIENCE_MS,
      maxBuffer: 1 << 26,
    },
  );
  for (const path of [own, `${own}.db`, `${own}.db-wal`, `${own}.db-shm`])
    rmSync(path, { recursive: true, force: true });
  const line = child.stdout?.split("\n").find((one) => one.startsWith('{"peer"'));
  if (line !== undefined) return JSON.parse(line);
  console.log(`${peer}, ${part}: failed: ${child.error?.message ?? reason(child.stderr)}`);
}

/** The line that says what went wrong, or the last one. */
function reason(text) {
  const said = text.trim().split("\n");
  return said.find((line) => /^\w*Error\b/.test(line)) ?? said.at(-1);
}

function merged(results) {
  const [first] = results;
  if (first === undefined) return;
  for (const { peer, notes, faults } of results) {
    for (const note of [...notes, ...faults]) console.log(`${peer}, ${note}`);
    if (faults.length > 0) process.exitCode = 1;
  }
  return { ...first, figures: Object.assign({}, ...results.map(({ figures }) => figures)) };
}

function print(results) {
  const ours = results.find(({ peer }) => peer === "varve")?.figures ?? {};
  const widths = [26, ...results.map(() => 27)];
  const row = (cells) =>
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i]))
        .join(" ")
        .trimEnd(),
    );
  console.log(
    "\np50 / p95 in milliseconds, and in brackets how many times Varve's; -: it cannot, or it failed\n",
  );
  row(["", ...results.map(({ peer, blocks }) => (blocks ? `${peer} (its calls block)` : peer))]);
  for (const [name, title] of LINES)
    row([
      title,
      ...results.map(({ peer, figures }) => cell(figures[name], peer === "varve" ? undefined : ours[name])),
    ]);
}

function cell(figure, ours) {
  if (figure === undefined) return "-";
  const middle = (value) => value?.p50 ?? value;
  const shown = typeof figure === "number" ? digits(figure) : `${digits(figure.p50)} / ${digits(figure.p95)}`;
  return ours === undefined ? shown : `${shown} (${digits(middle(figure) / middle(ours))} x)`;
}

function digits(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
