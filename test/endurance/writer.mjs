// One of the processes of an endurance run: says what it is about to do, does it, and says that it is done, until it is killed or has done
// as much as it was asked for.
//   node writer.mjs <folder> <name> <generation> <commits> <seed>
import { writeSync } from "node:fs";
import { connect } from "varve";
import { nextOperation, notes, perform, randomOf } from "./workload.mjs";

const [folder, name, generation, commits, seed] = process.argv.slice(2);

/** Whole lines, at once: what was said before the process is killed has been said. */
function say(line) {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

const random = randomOf(Number(seed));
const db = await connect(folder);
const t = await db.table(notes);
// What an earlier generation was doing when it was killed has happened or not; the table knows.
const found = await t.find({ where: { writer: name }, select: ["id"], limit: 1_000_000 });
const own = new Set(found.map((row) => row.id));
for (let i = 0; i < Number(commits); i += 1) {
  const operation = nextOperation(random, name, Number(generation) * 100_000 + i, [...own]);
  say({ begin: operation });
  const version = await perform(t, operation);
  say({ done: operation.op, version });
  if (operation.kind === "delete") for (const id of operation.ids) own.delete(id);
  else for (const row of operation.rows ?? []) if (row.writer === name) own.add(row.id);
}
await db.close();
