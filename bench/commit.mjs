// Durable one-row commits, one after the other and 64 at once. `bench/compare/commit.mjs` times them in turn with SQLite.
import { connect, int, table, text } from "varve";
import { inFolder, median, quantile, report, times } from "./support.mjs";

export async function run() {
  await inFolder(async (folder) => {
    const db = await connect(folder);
    const t = await db.table(table("notes", { id: text().primaryKey(), n: int() }));
    await times(50, (i) => t.insert([{ id: `warm-${i}`, n: i }]));
    const taken = await times(1000, (i) => t.insert([{ id: `row-${i}`, n: i }]));
    report("insert of one small row, durable", median(taken), "ms");
    report("the same, p99", quantile(taken, 0.99), "ms");
    const awaited = await times(20, (i) => sixtyFour(t, `awaited-${i}`, false));
    const atOnce = await times(20, (i) => sixtyFour(t, `at-once-${i}`, true));
    report("64 inserts of one row, each awaited", median(awaited), "ms");
    report("64 inserts of one row at once", median(atOnce), "ms");
    report("at once / awaited", median(atOnce) / median(awaited), "x", "at most 0.2");
    await db.close();
  });
}

/** 64 commits of one row each: one after the other, or all at once. */
export async function sixtyFour(t, name, atOnce) {
  const insert = (n) => t.insert([{ id: `${name}-${n}`, n }]);
  const numbers = Array.from({ length: 64 }, (_, n) => n);
  if (atOnce) return await Promise.all(numbers.map(insert));
  for (const n of numbers) await insert(n);
}
