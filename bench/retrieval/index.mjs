// Retrieval quality of ways of searching and of embedding functions, over a collection in the usual form, searched exactly.
//   node bench/retrieval/index.mjs bench/retrieval/collection --function builtin
//   node bench/retrieval/index.mjs FOLDER --function 'onnx:{"folder":"models/all-MiniLM-L6-v2-onnx","dtype":"int8"}'
//   node bench/retrieval/index.mjs FOLDER --import ./my-function.mjs --function 'my-model:{"size":3}'
// `--function` may be given several times; each has a row for each way, and is compared with the first way of the first function. `onnx` takes a
// "folder", `huggingface` and `openai` a "model", beside their options; any other name is looked up in the registry, which `--import` may
// have added to. Queries are embedded one by one, as a user's are.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { connect, embed, table, text } from "varve";
import { builtin, huggingface, onnx, openai, registry } from "varve/embeddings";
import { evaluate, figureOf } from "varve/evaluation";
import { inFolder, machine } from "../support.mjs";
import { readCollection } from "./collection.mjs";

/** Each way of searching. By words no function counts, so that it is measured with the first one. */
const ways = {
  text: { mode: "text" },
  vector: { mode: "vector", exact: true },
  hybrid: { mode: "hybrid", exact: true },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    function: { type: "string", multiple: true, default: ["builtin"] },
    import: { type: "string", multiple: true, default: [] },
  },
});
if (positionals.length !== 1) {
  console.error(
    "usage: node bench/retrieval/index.mjs <folder> [--function name[:json]]... [--import file]...",
  );
  process.exit(2);
}

const own = {
  builtin: () => builtin(),
  huggingface: ({ model, ...options }) => huggingface(model, options),
  onnx: ({ folder, ...options }) => onnx(folder, options),
  openai: ({ model, ...options }) => openai(model, options),
};

/** The function that `name` or `name:{…}` names. */
function functionOf(written) {
  const at = written.indexOf(":");
  const name = at < 0 ? written : written.slice(0, at);
  const config = at < 0 ? {} : JSON.parse(written.slice(at + 1));
  return Object.hasOwn(own, name) ? own[name](config) : registry.resolve({ name, config });
}

/** Fills a table with the collection and asks it every query in several ways. */
async function measure(fn, searches, { rows, questions }, folder) {
  const definition = table("documents", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(fn, c.body),
  }));
  const db = await connect(folder);
  try {
    const t = await db.table(definition);
    const start = performance.now();
    await t.insert(rows);
    const seconds = (performance.now() - start) / 1000;
    const measured = (await evaluate(t, questions, { ways: searches })).ways;
    return measured.map((way) => ({ ...way, fn: way.name === "text" ? "" : fn.name, seconds }));
  } finally {
    await db.close();
  }
}

/** A mean with its interval, as in `0.391 (0.367 to 0.415)`. */
function shown({ mean, interval: [low, high] }) {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function line(cells) {
  return cells
    .map((cell, at) => cell.padEnd(at < 2 ? 14 : 27))
    .join("")
    .trimEnd();
}

for (const file of values.import) await import(pathToFileURL(resolve(file)).href);
const collection = readCollection(positionals[0]);
const { rows, questions } = collection;
if (questions.length === 0) throw new Error(`${positionals[0]} has no query with a relevant row`);

console.log(machine());
console.log(
  `${rows.length.toLocaleString("en-US")} rows, ${questions.length.toLocaleString("en-US")} queries`,
);
console.log(line(["way", "function", "nDCG@10", "recall@10", "MRR@10", "time"]));
const { text: words, ...others } = ways;
const measured = [];
for (const [at, written] of values.function.entries()) {
  const fn = functionOf(written);
  const searches = at === 0 ? { text: words, ...others } : others;
  const found = await inFolder((folder) => measure(fn, searches, collection, folder));
  for (const { name, fn, ndcg, recall, mrr, ms, seconds } of found) {
    const time = `${seconds.toFixed(1)} s to fill, ${ms.toFixed(1)} ms to ask`;
    console.log(line([name, fn, shown(ndcg), shown(recall), shown(mrr), time]));
  }
  measured.push(...found);
}

// The queries are the same, so the difference query by query is surer than the two intervals say.
const [first, ...later] = measured;
console.log(`\nless ${first.name}, query by query`);
for (const { name, fn, answers } of later) {
  const difference = (metric) =>
    shown(figureOf(answers.map((answer, at) => answer[metric] - first.answers[at][metric])));
  console.log(line([name, fn, ...["ndcg", "recall", "reciprocalRank"].map(difference)]));
}
