// Exact searches of 10,000, 100,000 and 1,000,000 rows, beside a plain read of as many bytes in the same run: memory-mapped files, rows returned.
import { connect, int, table, vector } from "varve";
import { inFolder, median, random, report, times } from "./support.mjs";

const dimensions = 384;
const docs = table("docs", { id: int().primaryKey(), category: int(), vec: vector(dimensions) });

/** Numbers of a normal distribution, to be read from any place on. */
function noise(next) {
  const pool = new Float32Array(1 << 20);
  for (let i = 0; i < pool.length; i += 1) {
    pool[i] = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }
  return pool;
}

/**
 * Unit vectors: `clusters` centres, each vector one of them plus noise of `spread` times its length; or without centres, which is as hard as
 * it gets, because all vectors are equally far apart.
 */
function vectors(seed, clusters, spread) {
  const pool = noise(random(seed));
  const next = random(seed + 1);
  const from = () => Math.floor(next() * (pool.length - dimensions));
  const centres = Array.from({ length: clusters }, from);
  return () => {
    const row = new Float32Array(dimensions);
    const centre = clusters === 0 ? 0 : centres[Math.floor(next() * clusters)];
    const own = from();
    let sum = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const x = (clusters === 0 ? 0 : pool[centre + i]) + (clusters === 0 ? 1 : spread) * pool[own + i];
      row[i] = x;
      sum += x * x;
    }
    const scale = 1 / Math.sqrt(sum);
    for (let i = 0; i < dimensions; i += 1) row[i] *= scale;
    return row;
  };
}

async function filled(folder, count, draw) {
  const db = await connect(folder);
  const t = await db.table(docs);
  for (let first = 0; first < count; first += 10_000) {
    await t.insert(
      Array.from({ length: 10_000 }, (_, i) => ({ id: first + i, category: i % 100, vec: draw() })),
    );
  }
  await t.optimize();
  return { db, t };
}

/** The time of a search and that of a plain read of the bytes it looks at. */
async function search(t, label, draw, bound, more = {}) {
  const options = { exact: true, ...more };
  const queries = Array.from({ length: 32 }, draw);
  const { bytes } = await t.explain(queries[0], { column: "vec", ...options });
  const plain = Buffer.alloc(Math.max(bytes, 1), 1);
  let kept;
  const once = async (i) => {
    kept = await t.search(queries[i % queries.length], {
      column: "vec",
      limit: 10,
      select: ["id"],
      ...options,
    });
  };
  // What reads a part of a file first checks it, so that each query is asked once before it counts.
  await times(5 * queries.length, once);
  const searches = await times(8 * queries.length, once);
  const reads = await times(64, () => plain.indexOf(0));
  if (kept.length !== 10) throw new Error("a search returned other than ten rows");
  const [taken, read] = [median(searches), median(reads)];
  report(label, taken, "ms", bound);
  const ratio = (taken / read).toFixed(2);
  report(`  plain read of the same ${(bytes / 1e6).toFixed(1)} MB: ratio ${ratio}`, read, "ms");
}

const sizes = [
  [10_000, "at most 0.12"],
  [100_000, "at most 1.5"],
  [1_000_000, "at most 15"],
];

export async function run() {
  const largest = Number(process.env.VARVE_BENCH_ROWS ?? 1_000_000);
  for (const [count, bound] of sizes.filter(([count]) => count <= largest)) {
    await inFolder(async (folder) => {
      const draw = vectors(1, 1000, 0.7);
      const { db, t } = await filled(folder, count, draw);
      const rows = count.toLocaleString("en");
      await search(t, `${rows} x ${dimensions}, clustered`, draw, bound);
      await search(t, `${rows}, one row in a hundred matches`, draw, undefined, { where: { category: 7 } });
      await db.close();
    });
    if (count > 100_000) continue;
    await inFolder(async (folder) => {
      const draw = vectors(1, 0, 1);
      const { db, t } = await filled(folder, count, draw);
      await search(t, `${count.toLocaleString("en")}, nothing near anything`, draw);
      await db.close();
    });
  }
}
