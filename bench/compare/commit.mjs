// A durable one-row commit against SQLite's (WAL, synchronous = FULL), in turn, in one run.
import { join } from "node:path";
import Database from "better-sqlite3";
import { connect, int, table, text } from "varve";
import { inFolder, machine, median, report } from "../support.mjs";

const rounds = 20;
const perRound = 100;

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
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < perRound; i += 1) {
      const start = performance.now();
      await t.insert([{ id: `${round}-${i}`, n: i }]);
      ours.push(performance.now() - start);
    }
    for (let i = 0; i < perRound; i += 1) {
      const start = performance.now();
      insert.run(`${round}-${i}`, i);
      theirs.push(performance.now() - start);
    }
  }
  report("varve, durable one-row commit", median(ours), "ms");
  report("SQLite, WAL, synchronous = FULL", median(theirs), "ms");
  report("ratio", median(ours) / median(theirs), "x", "at most 1.5");
  await db.close();
  sqlite.close();
});
