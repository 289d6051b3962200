// What the writers of an endurance run do, and what each operation makes of the rows.
import { int, table, text, vector } from "varve";

export const notes = table("notes", {
  id: text().primaryKey(),
  writer: text(),
  n: int().indexed(),
  body: text({ search: true }),
  near: vector(8),
});

/** The columns that a run compares. */
export const COMPARED = ["id", "writer", "n", "body"];

const WORDS = ["river", "sand", "layer", "winter", "melt", "clay", "pollen", "lake", "core", "year"];

/** A generator of numbers below one, the same for the same seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function rowOf(id, writer, n) {
  const body = Array.from({ length: 12 }, (_, i) => WORDS[(n * 7 + i * i) % WORDS.length]).join(" ");
  return { id, writer, n, body };
}

/** The next operation of a writer who has these rows. `serial` is a number that no other operation of this writer had. */
export function nextOperation(random, writer, serial, own) {
  const pick = () => own[Math.floor(random() * own.length)];
  const op = `${writer}-${serial}`;
  const n = serial;
  const kind = random();
  if (kind < 0.02) return { op, kind: "column", column: `c_${writer}_${serial}`.toLowerCase() };
  if (kind < 0.05) {
    const rows = Array.from({ length: 200 }, (_, i) => rowOf(`${op}-${i}`, writer, n * 1000 + i));
    return { op, kind: "insert", rows };
  }
  if (kind < 0.25) {
    const row = rowOf(`shared-${Math.floor(random() * 3)}`, "shared", n);
    // A row that equals the one that is there makes no version.
    return { op, kind: "upsert", rows: [{ ...row, body: `${row.body} ${op}` }] };
  }
  if (kind < 0.5 || own.length === 0) return { op, kind: "insert", rows: [rowOf(op, writer, n)] };
  if (kind < 0.7)
    return { op, kind: "upsert", rows: [rowOf(pick(), writer, n), rowOf(`${op}-new`, writer, n)] };
  if (kind < 0.85) return { op, kind: "update", id: pick(), n: -n };
  return { op, kind: "delete", ids: [...new Set(Array.from({ length: own.length > 400 ? 150 : 1 }, pick))] };
}

/** Does it to a table; resolves to its version. */
export async function perform(t, operation) {
  const ending = { properties: { op: operation.op } };
  const near = Array.from({ length: 8 }, (_, i) => Math.sin(operation.op.length + i * 3.7));
  const withVectors = (rows) => rows.map((row) => ({ ...row, near }));
  switch (operation.kind) {
    case "insert":
      return (await t.insert(withVectors(operation.rows), ending)).version;
    case "upsert":
      return (await t.upsert(withVectors(operation.rows), ending)).version;
    case "update":
      return (await t.update({ where: { id: operation.id }, set: { n: operation.n }, ...ending })).version;
    case "delete":
      return (await t.delete({ where: { id: { $in: operation.ids } }, ...ending })).version;
    default:
      await t.addColumn(operation.column, int().nullable(), ending);
      return undefined;
  }
}

/** What it makes of the rows, which are held by their keys; returns the keys that it touched. */
export function apply(rows, operation) {
  switch (operation.kind) {
    case "insert":
    case "upsert":
      for (const row of operation.rows) rows.set(row.id, row);
      return operation.rows.map((row) => row.id);
    case "update":
      rows.set(operation.id, { ...rows.get(operation.id), n: operation.n });
      return [operation.id];
    case "delete":
      for (const id of operation.ids) rows.delete(id);
      return operation.ids;
    default:
      return [];
  }
}
