// Reads from memory-mapped files: a point read out of 100,000 rows, and exact searches.
import { connect, int, table, text, timestamp, vector } from "varve";
import { inFolder, median, quantile, random, report, rows, times, unitVector } from "./support.mjs";

const dimensions = 384;
const docs = table("docs", {
  id: text().primaryKey(),
  body: text(),
  category: int(),
  at: timestamp(),
  vec: vector(dimensions),
});

async function filled(folder, count) {
  const db = await connect(folder);
  const t = await db.table(docs);
  const next = random(count);
  for (let from = 0; from < count; from += 1000) {
    await t.insert(rows(from, Math.min(1000, count - from), dimensions, next));
  }
  return { db, t };
}

async function search(t, label, bound) {
  const next = random(7);
  const queries = Array.from({ length: 64 }, () => unitVector(dimensions, next));
  const select = ["id", "body"];
  let kept;
  const once = async (i) => {
    kept = await t.search(queries[i % queries.length], { column: "vec", limit: 10, select });
  };
  await times(20, once);
  const taken = await times(300, once);
  if (kept.length !== 10) throw new Error("a search returned other than ten rows");
  report(label, median(taken) * 1000, "µs", bound);
  report(`${label}, p99`, quantile(taken, 0.99) * 1000, "µs");
}

export async function run() {
  await inFolder(async (folder) => {
    const { db, t } = await filled(folder, 1000);
    await search(t, "search, 1,000 rows x 384, ten rows returned", "at most 80");
    await db.close();
  });
  await inFolder(async (folder) => {
    const { db, t } = await filled(folder, 100_000);
    await search(t, "search, 100,000 rows x 384, ten rows returned");
    const next = random(3);
    const keys = Array.from(
      { length: 5000 },
      () => `doc-${String(Math.floor(next() * 100_000)).padStart(9, "0")}`,
    );
    let kept;
    const once = async (i) => {
      kept = await t.get(keys[i % keys.length]);
    };
    await times(2000, once);
    const taken = await times(20_000, once);
    if (kept === undefined || kept.body.length !== 1024) throw new Error("a point read returned no row");
    report("get, one of 100,000 rows, all scalar columns", median(taken) * 1000, "µs", "at most 15");
    report("get, p99", quantile(taken, 0.99) * 1000, "µs");
    await t.optimize();
    await search(t, "search, 100,000 rows, after optimize()");
    await times(2000, once);
    report("get, after optimize()", median(await times(20_000, once)) * 1000, "µs");
    await db.close();
  });
}
