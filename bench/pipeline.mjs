// What stands between a write and a provider: a provider that answers in 200 ms, called as often and as many at once with and without it.
import { connect, embed, table, text, vector as vectorColumn } from "varve";
import { custom } from "varve/embeddings";
import { inFolder, median, random, report, times, unitVector, text as words } from "./support.mjs";

const latencyMs = 200;
const maxBatch = 100;
const maxConcurrency = 4;
const dimensions = 1536;

/** A provider, as far away as the real ones. */
function provider() {
  const vector = unitVector(dimensions, random(5));
  return async (inputs) => {
    await new Promise((resolve) => setTimeout(resolve, latencyMs));
    return inputs.map(() => vector.slice());
  };
}

/** The provider alone: all batches, as many at once as are allowed. */
async function bare(inputs) {
  const call = provider();
  const batches = [];
  for (let from = 0; from < inputs.length; from += maxBatch)
    batches.push(inputs.slice(from, from + maxBatch));
  const work = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) await call(batch);
  };
  await Promise.all(Array.from({ length: maxConcurrency }, work));
}

async function insertAll(bodies, folder) {
  const fn = custom({ name: "far-away", dimensions, maxBatch, maxConcurrency, embed: provider() });
  const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(fn, c.body) }));
  const db = await connect(folder);
  const t = await db.table(docs);
  const rows = bodies.map((body, index) => ({ id: String(index), body }));
  const start = performance.now();
  await t.insert(rows);
  const taken = performance.now() - start;
  const again = performance.now();
  await t.upsert(rows);
  const cached = performance.now() - again;
  await db.close();
  return { taken, cached };
}

/** The same rows with the same vectors, which nothing has to embed. */
async function writeAll(bodies, folder) {
  const [vector] = await provider()([""]);
  const docs = table("docs", { id: text().primaryKey(), body: text(), vec: vectorColumn(dimensions) });
  const db = await connect(folder);
  const t = await db.table(docs);
  const rows = bodies.map((body, index) => ({ id: String(index), body, vec: vector }));
  const start = performance.now();
  await t.insert(rows);
  const taken = performance.now() - start;
  await db.close();
  return taken;
}

export async function run() {
  const next = random(11);
  const bodies = Array.from({ length: 4000 }, (_, index) => `${index} ${words(800, next)}`);
  const alone = median(await times(3, () => bare(bodies)));
  const writes = [];
  const plain = [];
  for (let i = 0; i < 3; i += 1) {
    writes.push(await inFolder((folder) => insertAll(bodies, folder)));
    plain.push(await inFolder((folder) => writeAll(bodies, folder)));
  }
  const written = median(writes.map(({ taken }) => taken));
  const share = (ms) => (ms / alone - 1) * 100;
  report("provider alone, 4,000 texts, 40 calls of 200 ms, 4 at once", alone, "ms");
  report("insert of 4,000 rows through the pipeline", written, "ms");
  report("insert of 4,000 rows with their vectors", median(plain), "ms");
  report("what pipeline and write add to the provider", share(written), "%");
  report("what the pipeline adds to provider and write", share(written - median(plain)), "%", "at most 5");
  report("the same rows again, all from the cache", median(writes.map(({ cached }) => cached)), "ms");
}
