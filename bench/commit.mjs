// A durable one-row commit. `bench/compare/commit.mjs` times it in turn with SQLite.
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
    await db.close();
  });
}
