// A durable one-row commit against SQLite's (WAL, synchronous = FULL), in turn, in one run.
import { join } from "node:path";
import Database from "better-sqlite3";
import { connect, int, table, text } from "varve";
import { inFolder, machine, median, report } from "../support.mjs";

const commits = 2000;

console.log(machine());
await inFolder(async (folder) => {
  const db = await connect(join(folder, "varve"));
  const t = await db.table(table("notes", { id: text().primaryKey(), n: int() }));
  const sqlite = new Database(join(folder, "sqlite.db"));
  sqlite.pragma("journal_mode = WAL");
  sqlite.pragma("synchronous = FULL");
  sqlite.exec("create table notes (id text primary key, n integer not null)");
  const insert = sqlite.prepare("insert into notes values (?, ?)");
  const ours = [];
  const theirs = [];
  for (let i = 0; i < commits; i += 1) {
    const start = performance.now();
    await t.insert([{ id: `row-${i}`, n: i }]);
    const between = performance.now();
    insert.run(`row-${i}`, i);
    ours.push(between - start);
    theirs.push(performance.now() - between);
  }
  report("varve, durable one-row commit", median(ours), "ms");
  report("SQLite, WAL, synchronous = FULL", median(theirs), "ms");
  report("ratio", median(ours) / median(theirs), "x", "at most 1.5");
  await db.close();
  sqlite.close();
});
