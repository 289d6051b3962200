import { int, table } from "varve";
import { duckdb } from "varve/duckdb";
import { expect, onTestFinished, test } from "vitest";
import { memoryDatabase } from "../support/database";

test("however often the table stands in it, and whoever writes meanwhile", async () => {
  const db = await memoryDatabase();
  const t = await db.table(table("counts", { id: int().primaryKey(), n: int() }));
  await t.insert({ id: 1, n: 0 });
  const sql = await duckdb(db, { bigints: false });
  onTestFinished(() => sql.close());
  for (let n = 1; n <= 40; n += 1) {
    const writing = t.upsert({ id: 1, n });
    const [pair] = await sql`select a.n as a, b.n as b, c.n as c from ${t} a, ${t} b, ${t} c`;
    await writing;
    expect([pair?.["b"], pair?.["c"]]).toEqual([pair?.["a"], pair?.["a"]]);
  }
});

test("and a table of another database at its own", async () => {
  const [one, other] = [await memoryDatabase(), await memoryDatabase()];
  const counts = table("counts", { id: int().primaryKey(), n: int() });
  const [mine, theirs] = [await one.table(counts), await other.table(counts)];
  for (const n of [1, 2, 3]) await mine.upsert({ id: 1, n });
  await theirs.upsert({ id: 1, n: 10 });
  await theirs.upsert({ id: 1, n: 20 });
  const sql = await duckdb(one, { bigints: false });
  onTestFinished(() => sql.close());
  const again = await one.table(counts);
  const rows = await sql`select a.n as a, b.n as b, c.n as c from ${mine} a, ${theirs} b, ${again} c`;
  expect(rows).toEqual([{ a: 3, b: 20, c: 3 }]);
  expect(rows.versions).toEqual({ counts: 3, "counts (2)": 2 });
});
