import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { openDocs, threeDocs } from "../support/docs";
import { hashVector } from "../support/hash-embedding";

test("diff tells rows that are new, gone and different", async () => {
  const t = await openDocs(threeDocs);
  await t.delete({ where: { id: "1" } });
  await t.upsert([
    { id: "2", title: "Shipping", body: "x" },
    { id: "4", title: "New" },
  ]);
  await t.insert([{ id: "5", title: "short-lived" }]);
  await t.delete({ where: { id: "5" } });
  const diff = await t.diff(1, 5, { select: ["id", "title"] });
  expect(diff).toEqual({
    added: [{ id: "4", title: "New" }],
    removed: [{ id: "1", title: "Refunds" }],
    changed: [{ before: { id: "2", title: "Versand" }, after: { id: "2", title: "Shipping" } }],
  });
});

test("diff goes backwards too, filters, and shows vectors", async () => {
  const t = await openDocs(threeDocs);
  await t.update({ where: { id: "2" }, set: { body: "x" } });
  await t.insert([{ id: "4", title: "New" }]);
  const back = await t.diff(3, 1, { select: ["id", "vec"] });
  expect(back).toEqual({
    added: [],
    removed: [{ id: "4", vec: null }],
    changed: [
      {
        before: { id: "2", vec: hashVector("x") },
        after: { id: "2", vec: hashVector("parcels leave on mondays") },
      },
    ],
  });
  expect(await t.diff(1, 3, { where: (c) => c.id.eq("9") })).toEqual({ added: [], removed: [], changed: [] });
});

test("diff of a version with itself is empty", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.diff(1, 1)).toEqual({ added: [], removed: [], changed: [] });
  await t.tag("a");
  await t.insert([{ id: "4", title: "New" }]);
  expect((await t.diff({ tag: "a" }, 2)).added).toHaveLength(1);
  expect((await t.diff(0, 1)).added).toHaveLength(3);
});

test("a row that was written again as it was is not changed", async () => {
  const db = await memoryDatabase();
  const t = await db.table(table("again", { id: text().primaryKey(), n: int() }));
  await t.insert([
    { id: "a", n: 1 },
    { id: "b", n: 2 },
  ]);
  await t.upsert([
    { id: "a", n: 1 },
    { id: "b", n: 3 },
  ]);
  expect(await t.diff(1, 2)).toEqual({
    added: [],
    removed: [],
    changed: [{ before: { id: "b", n: 2 }, after: { id: "b", n: 3 } }],
  });
});
