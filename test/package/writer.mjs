// One of several processes that write the same table: mixed commits, each acknowledged on standard output.
import { connect, int, table, text } from "varve";

const [folder, name, commits] = process.argv.slice(2);
const notes = table("notes", { id: text().primaryKey(), writer: text(), n: int() });
const db = await connect(folder);
const t = await db.table(notes);
const mine = new Map();
const acknowledged = [];

for (let n = 0; n < Number(commits); n += 1) {
  const own = [...mine.keys()];
  const id = own[(n * 7) % Math.max(1, own.length)];
  const kind = ["insert", "upsert", "shared", "update", "delete"][n % 5];
  let result;
  if (kind === "shared") {
    const row = { id: `shared-${n % 3}`, writer: name, n };
    result = await t.upsert([row]);
    acknowledged.push({ version: result.version, shared: row });
    continue;
  }
  if (kind === "insert" || id === undefined) {
    const row = { id: `${name}-${n}`, writer: name, n };
    result = await t.insert([row]);
    mine.set(row.id, row);
  } else if (kind === "upsert") {
    const row = { id, writer: name, n };
    result = await t.upsert([row, { id: `${name}-${n}`, writer: name, n }]);
    mine.set(id, row);
    mine.set(`${name}-${n}`, { id: `${name}-${n}`, writer: name, n });
  } else if (kind === "update") {
    result = await t.update({ where: { id }, set: { n } });
    mine.set(id, { ...mine.get(id), n });
  } else {
    result = await t.delete({ where: { id } });
    mine.delete(id);
  }
  acknowledged.push({ version: result.version });
}

await db.close();
process.stdout.write(JSON.stringify({ acknowledged, mine: [...mine.values()] }));
