// One product in this process: fills it with the texts, asks it, and prints what came out as a line of JSON. With vectors only hybrid search is
// measured, so that the figures of words are those of a table of words.
//
//   node measure.mjs <peer> <folder of texts.jsonl and queries.json> <folder of its own> words|hybrid <dimensions> random|clustered

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { quantile } from "../../support.mjs";
import { watchMemory } from "../../vectors/memory.mjs";
import { KINDS } from "./queries.mjs";
import { batches, rowOf } from "./texts.mjs";
import { LYING } from "./vectors.mjs";

const IN_FLIGHT = 8;
const FLOW_MS = 2000;
const WARM_UP_MS = 2000;
/** Rows that the index does not hold when they are asked for: they are added so often, and each time some queries are asked. */
const FRESH = 1000;
const ROUNDS = 5;
const ASKED_FRESH = 20;

const [peer, shared, own, part, dimensionsText, lying] = process.argv.slice(2);
const dimensions = part === "hybrid" ? Number(dimensionsText) : undefined;
const vectors = dimensions === undefined ? undefined : LYING[lying](dimensions);
const { queries, fresh } = JSON.parse(readFileSync(join(shared, "queries.json"), "utf8"));
const ofKind = (kind) => queries.filter((query) => query.kind === kind);
const { opened } = await import(`../peers/words/${peer}.mjs`);
const watch = await watchMemory();
const db = await opened(own, dimensions);
const figures = {};
const notes = [];
const faults = [];

await fill();
if (part === "hybrid") {
  const vectorOf = new Map(queries.map((query) => [query, vectors.ofQueries.next().value]));
  await measured("hybrid", () =>
    ask(
      "hybrid",
      ofKind("words"),
      (query) => db.hybrid(query, vectorOf.get(query)),
      () => true,
    ),
  );
} else await words();
figures[`${part} memory`] = watch.peak();
await db.close();
console.log(JSON.stringify({ peer, blocks: db.blocks ?? false, figures, notes, faults }));
process.exit(0);

async function fill() {
  let bytes = 0;
  let taken = 0;
  const clocked = async (run) => {
    const start = performance.now();
    await run();
    taken += performance.now() - start;
  };
  for (const rows of batches(shared, vectors?.ofRows)) {
    for (const { body } of rows) bytes += Buffer.byteLength(body);
    await clocked(() => db.add(rows));
  }
  await clocked(() => db.finish());
  if (part === "hybrid") return;
  figures.build = bytes / 1e6 / (taken / 1000);
  figures.index = (100 * (await db.indexBytes())) / bytes;
}

async function words() {
  for (const kind of KINDS) await measured(kind, () => ask(kind, ofKind(kind), (query) => db.search(query)));
  await measured("flow", () => flow(ofKind("words")));
  await measured("filtered", () => ask("filtered", ofKind("words"), (query) => db.filtered(query)));
  await db.mark?.();
  await measured("uncovered", uncovered);
  if (db.earlier !== undefined)
    await measured("earlier", () => ask("earlier", ofKind("words"), (query) => db.earlier(query)));
}

/** What cannot be done or goes wrong is noted, and the rest goes on. */
async function measured(name, run) {
  try {
    figures[name] = await run();
  } catch (error) {
    notes.push(`${name}: ${String(error?.message ?? error).split("\n")[0]}`);
  }
}

async function ask(name, asked, search, isRight = fits) {
  const warm = performance.now() + WARM_UP_MS;
  for (const query of asked) {
    if (performance.now() > warm) break;
    await search(query);
  }
  return summary(await timed(name, asked, search, isRight));
}

/** Milliseconds of each query. What is wrong with the answers is said and makes the run fail, but costs no figure. */
async function timed(name, asked, search, isRight) {
  const taken = [];
  const found = [];
  for (const query of asked) {
    const start = performance.now();
    const hits = await search(query);
    taken.push(performance.now() - start);
    found.push(
      hits.flatMap((hit) => (isRight(query, hit) ? [] : `row ${hit.id} has no word of ${query.text}`)),
    );
    if (query.row !== undefined && !hits.some(({ id }) => id === query.row))
      found.push(`${query.text} did not find row ${query.row}`);
    if (hits.length === 0 && name !== "filtered") found.push(`${query.text} found nothing`);
  }
  const wrong = found.flat();
  if (wrong.length > 0) faults.push(`${name}: ${wrong.length} times wrong: ${wrong[0]}`);
  return taken;
}

function summary(taken) {
  return { p50: quantile(taken, 0.5), p95: quantile(taken, 0.95) };
}

/** Whether the text has a word that begins as one of the query does, of a phrase as each: where words are reduced to stems, endings differ. */
function fits({ kind, words }, { body }) {
  // `busy` and `business` have the stem `busi`, and marks on letters do not count.
  const text = body.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("y", "i");
  const has = (word) => {
    const letters = Math.max(2, Math.min(5, Math.ceil(word.length * 0.4)));
    const start = (kind === "code" ? word : word.slice(0, letters)).replaceAll("y", "i");
    return new RegExp(`(?<![a-z0-9])${start}`).test(text);
  };
  return kind === "phrase" ? words.every(has) : words.some(has);
}

async function uncovered() {
  const asked = ofKind("words");
  const taken = [];
  const left = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = round * FRESH;
    await db.add(fresh.slice(from, from + FRESH).map(([row, body]) => rowOf(row, body)));
    const some = Array.from(
      { length: ASKED_FRESH },
      (_, i) => asked[(round * ASKED_FRESH + i) % asked.length],
    );
    taken.push(...(await timed("uncovered", some, (query) => db.search(query), fits)));
    if (db.uncovered !== undefined) left.push(await db.uncovered());
    await db.finish();
  }
  if (left.length > 0)
    notes.push(
      `uncovered: rows that the index did not hold after the queries of each round: ${left.join(", ")}`,
    );
  return summary(taken);
}

/** Queries a second with eight in flight. */
async function flow(asked) {
  let done = 0;
  const start = performance.now();
  const worker = async () => {
    while (performance.now() < start + FLOW_MS) {
      await db.search(asked[done % asked.length]);
      done += 1;
      // Answers that come inside the call would keep the other workers waiting for ever.
      if (done % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return done / ((performance.now() - start) / 1000);
}
