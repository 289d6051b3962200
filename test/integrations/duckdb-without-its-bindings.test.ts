// Some package managers hide the package that DuckDB's stands on. Then values go in one by one, and come out the same.

import { int, json, list, table, text, timestamp, vector } from "varve";
import { duckdb } from "varve/duckdb";
import { expect, it, vi } from "vitest";
import { memoryDatabase } from "../support/database";

vi.mock("@duckdb/node-bindings", () => {
  throw new Error("It is hidden.");
});

it("gives the values of a table without the bindings", async () => {
  const db = await memoryDatabase();
  const columns = { id: text(), n: int().nullable(), j: json(), l: list(int()), at: timestamp() };
  const t = await db.table(table("some", { ...columns, v: vector(2), h: vector(2, { element: "f16" }) }));
  const row = { j: { a: 1 }, at: new Date(-1), v: new Float32Array([1, 2]), h: new Float32Array([0.5, -2]) };
  await t.insert([
    { ...row, id: "a text that is long enough", n: 1, l: [1, 2] },
    { ...row, id: "ü", n: null, l: [] },
  ]);
  await using sql = await duckdb(db);
  const select = ["id", "n", "j", "l", "at", "v", "h"] as const;
  expect(await sql`select * from ${t.arrow.scan({ select })}`).toEqual([
    { ...row, id: "a text that is long enough", n: 1n, l: [1n, 2n] },
    { ...row, id: "ü", n: null, l: [] },
  ]);
});
