// Retrieval quality of embedding functions, over a collection in the usual form: nDCG@10 and recall@10 of an exact search.
//   node bench/retrieval/index.mjs bench/retrieval/collection --function builtin
//   node bench/retrieval/index.mjs FOLDER --function 'onnx:{"folder":"models/all-MiniLM-L6-v2-onnx","dtype":"int8"}'
//   node bench/retrieval/index.mjs FOLDER --import ./my-function.mjs --function 'my-model:{"size":3}'
// `--function` may be given several times; the later ones are then compared with the first. `onnx` takes a "folder",
// `huggingface` and `openai` a "model", beside their options; any other name is looked up in the registry, which `--import` may
// have added to. Queries are embedded one by one, as a user's are.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { connect, embed, table, text } from "varve";
import { builtin, huggingface, onnx, openai, registry } from "varve/embeddings";
import { inFolder, machine } from "../support.mjs";
import { readCollection } from "./collection.mjs";
import { bootstrap, mean, ndcg, recall } from "./metrics.mjs";

const LIMIT = 10;

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

/** Fills a table with the collection and asks it every query. */
async function measure(fn, { rows, queries }, folder) {
  const definition = table("documents", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(fn, c.body),
  }));
  const db = await connect(folder);
  try {
    const t = await db.table(definition);
    const start = performance.now();
    await t.insert(rows);
    const filled = performance.now();
    const ranked = [];
    for (const query of queries) {
      const hits = await t.search(query.text, { limit: LIMIT, exact: true, select: ["id"] });
      ranked.push(hits.map(({ id }) => id));
    }
    const end = performance.now();
    return { ranked, fill: (filled - start) / 1000, search: (end - filled) / 1000 };
  } finally {
    await db.close();
  }
}

/** A mean with its interval, as in `0.391 (0.367 to 0.415)`. */
function shown(of) {
  const [low, high] = bootstrap(of);
  return `${mean(of).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function line(cells) {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(18) : cell.padStart(at < 3 ? 8 : 24))).join("");
}

for (const file of values.import) await import(pathToFileURL(resolve(file)).href);
const collection = readCollection(positionals[0]);
const { rows, queries } = collection;
if (queries.length === 0) throw new Error(`${positionals[0]} has no query with a relevant row`);

console.log(machine());
console.log(line(["function", "rows", "queries", "nDCG@10", "recall@10", "seconds"]));
const measured = [];
for (const written of values.function) {
  const fn = functionOf(written);
  const { ranked, fill, search } = await inFolder((folder) => measure(fn, collection, folder));
  const each = (metric) => ranked.map((ids, at) => metric(ids, queries[at].scores, LIMIT));
  const result = { name: fn.name, ndcg: each(ndcg), recall: each(recall) };
  const seconds = `${fill.toFixed(1)} fill, ${search.toFixed(1)} ask`;
  const counts = [rows.length, queries.length].map((count) => count.toLocaleString("en-US"));
  console.log(line([fn.name, ...counts, shown(result.ndcg), shown(result.recall), seconds]));
  measured.push(result);
}

// The queries are the same, so the difference query by query is surer than the two intervals say.
const [first, ...others] = measured;
for (const other of others) {
  const difference = (metric) => shown(other[metric].map((value, at) => value - first[metric][at]));
  console.log(line([`${other.name} - ${first.name}`, "", "", difference("ndcg"), difference("recall"), ""]));
}
