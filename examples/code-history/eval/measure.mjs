// Measures a repository: commits a second, what was embedded again, bytes, and how long a question takes at the first, the middle and the
// last version.
//   npm run measure -- <repository>
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { answersAt } from "../src/answers.mjs";
import { ChangeFinder } from "../src/change-finder.mjs";
import { openCode } from "../src/code-table.mjs";
import { Indexer } from "../src/indexer.mjs";
import { Repository } from "../src/repository.mjs";

const QUESTIONS = [
  "how is an error reported to the caller?",
  "which header is set on the response?",
  "what happens when the path does not exist?",
  "how are options parsed?",
  "is the value escaped before it is printed?",
];
const ROUNDS = 40;

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("Say which repository: npm run measure -- <a clone>");
  process.exit(2);
}
const place = mkdtempSync(join(tmpdir(), "varve-code-history-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true }));
const { db, t } = await openCode(place);
const start = performance.now();
const done = await new Indexer(t, await Repository.open(resolve(path))).run();
const seconds = (performance.now() - start) / 1000;
const texts = done.cut + done.commits;
console.log(
  `${done.commits} commits in ${seconds.toFixed(1)} s: ${Math.round(done.commits / seconds)} commits/s`,
);
console.log(
  `${texts} texts of changed files and messages: ${done.embedded} embedded, ${share(texts - done.embedded, texts)} reused`,
);
console.log(`  ${done.kept} stood in rows that stayed, ${done.cached} were known by their content`);
const stats = await t.stats();
console.log(
  `${stats.bytes} bytes of the table (${stats.rows} rows now, ${stats.deadRows} of the past), ${bytesBelow(place)} with the cache of vectors`,
);
const newest = await t.version();
for (const [name, version] of [
  ["first", 1],
  ["middle", newest >> 1],
  ["last", newest],
]) {
  const ms = await timed((question) => answersAt(t, version, question, 3));
  console.log(`ask at the ${name} version (${version}, ${await t.asOf(version).count()} rows): ${ms}`);
}
console.log(
  `search alone at the last version: ${await timed((question) => t.search(question, { mode: "vector", limit: 3 }))}`,
);
const between = [];
let asked = 0;
for (const question of QUESTIONS) {
  const finder = new ChangeFinder(t, question);
  const from = performance.now();
  await finder.between(1, newest);
  between.push(performance.now() - from);
  asked += finder.asked;
}
console.log(
  `--between the first and the last: median ${median(between).toFixed(0)} ms, ${Math.round(asked / QUESTIONS.length)} reads`,
);
await db.close();

async function timed(ask) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const question of QUESTIONS) {
      const from = performance.now();
      await ask(question);
      times.push(performance.now() - from);
    }
  }
  return `median ${median(times).toFixed(2)} ms, p95 ${times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)].toFixed(2)} ms`;
}

function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

function share(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function bytesBelow(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce(
    (sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size,
    0,
  );
}
