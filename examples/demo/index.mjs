// Varve on real documents: the Markdown that the dependencies of this project ship. It is read and searched, changed as a second
// crawl would find it, and searched again: now, and as of then. Run it with `npm run demo`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { changeDocuments, copyDocuments, differences, readPassages } from "./crawl.mjs";
import { bytes, count, Screen } from "./screen.mjs";

const passages = table(
  "passages",
  {
    id: text().primaryKey(),
    path: text(),
    heading: text(),
    body: text(),
    start: int(),
    end: int(),
  },
  (c) => ({ vec: embed(builtin(), [c.heading, c.body]) }),
);

const questions = [
  "how do I compare two version numbers?",
  "what happens when the cache is full?",
  "which characters may I use in a glob pattern?",
  "ask for a password without showing what is typed",
  "compress data in the browser",
];

const screen = new Screen(process.stdout, process.env);
const place = mkdtempSync(join(tmpdir(), "varve-demo-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true }));
const documents = join(place, "documents");
await copyDocuments(fileURLToPath(new URL("../../node_modules", import.meta.url)), documents);

const db = await connect(join(place, "demo.db"));
const t = await db.table(passages);

screen.title(
  "Varve: the Markdown of this project's dependencies, searched by meaning, now and as of any day",
);

screen.step("Read the files and split them by heading");
const first = await screen.time(() => readPassages(documents));
screen.result(
  `${count(first.files, "file")}, ${count(first.rows.length, "passage")}, ${bytes(first.bytes)} of text`,
);

screen.step("Embed every passage and commit all of them at once");
const written = await screen.time(() =>
  t.insert(first.rows, { message: "first crawl", effectiveAt: "2025-01-15" }),
);
screen.result(`version ${written.version}: ${await sizeOf(t)}`);

screen.step("Ask five questions");
const answers = [];
for (const question of questions) {
  const [answer] = await screen.time(() => t.search(question, { limit: 1 }));
  answers.push(answer);
  screen.question(question);
  screen.answer(answer);
}

screen.step("Half a year later: change documents, crawl again");
for (const change of changeDocuments(documents, answers[0], answers[1])) screen.line(change);
const { fresh, gone } = await screen.time(async () => {
  const different = await differences(t, (await readPassages(documents)).rows);
  const commit = { message: "second crawl", effectiveAt: "2025-07-15" };
  await t.upsert(different.fresh, { delete: (c) => c.id.in(different.gone), ...commit });
  return different;
});
screen.result(`${count(fresh.length, "row")} written, ${gone.length} removed`);
screen.result(`version ${await t.version()}: ${await sizeOf(t)}`);

screen.step("Ask again: now, and as of 1 March");
const then = t.asOf({ effective: "2025-03-01" });
for (const question of questions.slice(0, 2)) {
  screen.question(question);
  for (const [view, when] of [
    [t, "now"],
    [then, "1 March"],
  ]) {
    const [answer] = await screen.time(() => view.search(question, { limit: 1 }));
    screen.answer(answer, when);
  }
}

screen.step("What changed between the two crawls");
const diff = await screen.time(async () => t.diff(await then.version(), await t.version()));
screen.diff(diff);

screen.step("The history");
for (const { version, effectiveAt, inserted, updated, deleted, message } of await t.history()) {
  const day = effectiveAt?.toISOString().slice(0, 10);
  screen.line(`version ${version}  ${day}  +${inserted} ~${updated} -${deleted}  ${message}`);
}

await db.close();
screen.end('npx varve ingest <folder> && npx varve search "a question"');

async function sizeOf(of) {
  const stats = await of.stats();
  return `${count(stats.rows, "row")} now, ${stats.deadRows.toLocaleString("en-US")} of the past, ${bytes(stats.bytes)} on disk`;
}
