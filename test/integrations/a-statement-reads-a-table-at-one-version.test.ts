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
