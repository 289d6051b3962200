// One of several processes that change one row: it adds 1 to a number, ten calls at a time, and merges a column of its own.
import { connect, int, table, text } from "varve";

const [folder, own, updates] = process.argv.slice(2);
const counters = table("counters", { id: text().primaryKey(), n: int(), [own]: int().nullable() });
const db = await connect(folder);
const t = await db.table(counters);
let added = 0;

for (let n = 0; n < Number(updates); n += 10) {
  const add = () => t.update({ where: { id: "a" }, set: (c) => ({ n: c.n.plus(1) }) });
  const results = await Promise.all(Array.from({ length: 10 }, add));
  added += results.reduce((sum, { updated }) => sum + updated, 0);
  for (let m = n; m < n + 10; m += 1) await t.upsert({ id: "a", [own]: m }, { merge: true });
}

await db.close();
process.stdout.write(String(added));
