// Chunks of text into a table with an embedding function of this machine, from end to end: `builtin()`, and MiniLM through transformers.js
// where a folder with the model is named by VARVE_BENCH_MINILM.
import { basename, dirname, resolve } from "node:path";
import { connect, embed, table, text } from "varve";
import { builtin, huggingface } from "varve/embeddings";
import { inFolder, median, random, report, text as words } from "./support.mjs";

const builtinChunks = 100_000;
const transformerChunks = 200;

/** Some 200 tokens each: the words of the generator are one token each. */
function* chunks(count) {
  const next = random(17);
  for (let index = 0; index < count; index += 1) yield { id: String(index), body: words(1450, next) };
}

/** Chunks a second, of a durable insert that is one commit. */
function ingest(fn, count) {
  return inFolder(async (folder) => {
    const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
      vec: embed(fn, c.body),
    }));
    const db = await connect(folder, { embeddingCache: false });
    const t = await db.table(docs);
    const rows = [...chunks(count)];
    // The model is loaded before.
    await t.search("lake", { mode: "vector" });
    const start = performance.now();
    await t.insert(rows);
    const taken = performance.now() - start;
    if ((await t.count()) !== count) throw new Error("rows are missing");
    await db.close();
    return (count / taken) * 1000;
  });
}

export async function run() {
  const rates = [];
  for (let i = 0; i < 3; i += 1) rates.push(await ingest(builtin(), builtinChunks));
  const fast = median(rates);
  report("insert of 100,000 chunks of 200 tokens with builtin()", fast, "chunks/s");
  const folder = process.env.VARVE_BENCH_MINILM;
  if (folder === undefined) {
    console.log("  VARVE_BENCH_MINILM names no folder with all-MiniLM-L6-v2: not compared");
    return;
  }
  const model = resolve(folder);
  for (const dtype of ["int8", "q8"]) {
    const fn = huggingface(basename(model), { localPath: dirname(model), dtype });
    const slow = await ingest(fn, transformerChunks);
    await fn.dispose();
    report(`insert of ${transformerChunks} chunks with transformers.js, MiniLM ${dtype}`, slow, "chunks/s");
    report("  the same for 100,000, by that rate", builtinChunks / slow / 60, "minutes");
    report("  builtin() is faster by", fast / slow, "times");
  }
}
