// Durable one-row commits against SQLite's (WAL, synchronous = FULL), in turn, in one run: one after the other, and 64 at once, which SQLite
// does not do: there each waits for its sync.
import { join } from "node:path";
import Database from "better-sqlite3";
import { connect, int, table, text } from "varve";
import { sixtyFour } from "../commit.mjs";
import { inFolder, machine, median, quantile, report } from "../support.mjs";

const commits = 2000;
const rounds = 30;

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
  report("ratio", median(ours) / median(theirs), "x", "at most 1.25");
  report("varve, p99", quantile(ours, 0.99), "ms");
  report("SQLite, p99", quantile(theirs, 0.99), "ms");
  const taken = { "varve, 64 at once": [], "varve, 64 awaited": [], "SQLite, 64 commits": [] };
  for (let round = 0; round < rounds; round += 1) {
    const calls = [
      () => sixtyFour(t, `at-once-${round}`, true),
      () => sixtyFour(t, `awaited-${round}`, false),
      () => Array.from({ length: 64 }, (_, n) => insert.run(`64-${round}-${n}`, n)),
    ];
    for (const [i, times] of Object.values(taken).entries()) {
      const start = performance.now();
      await calls[i]();
      times.push(performance.now() - start);
    }
  }
  for (const [name, times] of Object.entries(taken)) report(name, median(times), "ms");
  await db.close();
  sqlite.close();
});
