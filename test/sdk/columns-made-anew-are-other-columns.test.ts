// A column that is dropped and made anew under its old name, with another type, must never be read as the one it replaced.

import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

test("older versions show the old column, and handles that mean it are told", async () => {
  const db = await memoryDatabase();
  const a = await db.table(table("s", { id: text().primaryKey(), price: int().nullable() }));
  await a.insert([{ id: "1", price: 100 }]);
  const b = await (await a.dropColumn("price")).addColumn("price", text().nullable());
  await b.insert([{ id: "2", price: "12.50 EUR" }]);

  expect(await b.find()).toEqual([
    { id: "1", price: null },
    { id: "2", price: "12.50 EUR" },
  ]);
  expect(await b.asOf(1).find()).toEqual([{ id: "1", price: 100 }]);
  await expect(a.find()).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(a.get("2")).rejects.toMatchObject({ code: "CONFLICT" });
});
