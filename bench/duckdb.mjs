// A table into DuckDB: 100,000 rows of 10 columns, of which one or all are read, and 20,000 vectors of 384 elements. `varve/duckdb`.
import { boolean, connect, float, int, table, text, timestamp, vector } from "varve";
import { duckdb } from "varve/duckdb";
import { inFolder, median, random, report, times, unitVector, text as words } from "./support.mjs";

const ROWS = 100_000;
const VECTORS = 20_000;
const DIMENSIONS = 384;
const RUNS = 9;

const wide = table("wide", {
  id: int().primaryKey(),
  a: int(),
  b: float(),
  c: float(),
  d: float().nullable(),
  at: timestamp(),
  done: boolean(),
  lang: text(),
  title: text(),
  note: text().nullable(),
});
const vectors = table("vectors", { id: int().primaryKey(), vec: vector(DIMENSIONS) });

function wideRow(id, next) {
  return {
    id,
    a: id % 1000,
    b: next(),
    c: next() * 1000,
    d: id % 5 === 0 ? null : next(),
    at: new Date(1_700_000_000_000 + id * 1000),
    done: id % 3 === 0,
    lang: ["en", "de", "fr"][id % 3],
    title: words(40, next),
    note: id % 4 === 0 ? null : words(20, next),
  };
}

async function filled(db, definition, count, row) {
  const t = await db.table(definition);
  for (let first = 0; first < count; first += 10_000)
    await t.insert(Array.from({ length: 10_000 }, (_, at) => row(first + at)));
  await t.optimize();
  return t;
}

export async function run() {
  await inFolder(measured);
}

async function measured(folder) {
  const db = await connect(folder);
  const next = random(1);
  const t = await filled(db, wide, ROWS, (id) => wideRow(id, next));
  const v = await filled(db, vectors, VECTORS, (id) => ({ id, vec: unitVector(DIMENSIONS, next) }));
  const sql = await duckdb(db);
  const take = async (what, run, bound) => report(what, median(await times(RUNS, run)), "ms", bound);
  await take(
    "100,000 rows, all 10 columns",
    () => sql`
      select count(id), sum(a), sum(b), sum(c), sum(d), max("at"), count_if(done), min(lang), max(title), max(note)
      from ${t}`,
    "60 ms",
  );
  await take("100,000 rows, one column of 10", () => sql`select sum(b) from ${t}`);
  await take("100,000 rows, a text column of 10", () => sql`select max(title) from ${t}`);
  const scan = () => v.arrow.scan({ select: ["id", "vec"], batchRows: 16_384 });
  await take("20,000 vectors of 384", () => sql`select count(id), max(vec[1]) from ${scan()}`, "60 ms");
  await take("the scan of these alone", async () => {
    for await (const _part of scan());
  });
  await take("a statement without a table", () => sql`select 1`);
  await sql.close();
  await db.close();
}
