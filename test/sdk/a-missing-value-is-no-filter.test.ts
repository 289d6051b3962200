// `{ id: undefined }` is what a forgotten parameter looks like. It must not mean "all rows".

import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

test("a filter on undefined is refused by reads and writes, and nothing is lost", async () => {
  const db = await memoryDatabase();
  const t = await db.table(table("s", { id: text().primaryKey(), n: int() }));
  await t.insert([
    { id: "a", n: 1 },
    { id: "b", n: 2 },
  ]);
  const id = undefined as unknown as string;
  const refused = { code: "INVALID_FILTER" };
  await expect(t.delete({ where: { id } })).rejects.toMatchObject(refused);
  await expect(t.delete({ where: { id: { $eq: id } } })).rejects.toMatchObject(refused);
  await expect(t.update({ where: { id }, set: { n: 3 } })).rejects.toMatchObject(refused);
  await expect(t.find({ where: { id } })).rejects.toMatchObject(refused);
  expect(await t.count()).toBe(2);
});
