// History is kept for ever unless somebody says otherwise; and what a tag names is kept even then.

import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";

const notes = table("notes", { id: text().primaryKey(), n: int() });

test("rows that died longer ago than the retention go with optimize(), except those that a tag sees", async () => {
  const db = await diskDatabase(temporaryFolder());
  const t = await db.table(notes);
  const rows = (n: number) => Array.from({ length: 100 }, (_, i) => ({ id: `n${i}`, n }));
  await t.insert(rows(1));
  await t.upsert(rows(2));
  await t.tag("second");
  await t.upsert(rows(3));
  await t.upsert(rows(4));
  expect((await t.stats()).deadRows).toBe(300);

  await t.optimize();
  expect((await t.stats()).deadRows).toBe(300);
  expect(await t.asOf(1).count()).toBe(100);

  await t.setRetention({ days: 0 });
  const { droppedRows } = await t.optimize();
  expect(droppedRows).toBe(200);
  expect((await t.stats()).deadRows).toBe(100);
  expect(await t.get("n7")).toEqual({ id: "n7", n: 4 });
  expect(await t.asOf({ tag: "second" }).get("n7")).toEqual({ id: "n7", n: 2 });
  await expect(t.asOf(1).count()).rejects.toMatchObject({ code: "VERSION_EXPIRED" });
  await expect(t.asOf(3).count()).rejects.toMatchObject({ code: "VERSION_EXPIRED" });
  expect((await t.verify()).ok).toBe(true);
  expect((await t.history()).map(({ version }) => version)).toEqual([4, 3, 2, 1]);
});

test("a retention that is not over keeps everything", async () => {
  const db = await diskDatabase(temporaryFolder());
  const t = await db.table(notes);
  await t.insert([{ id: "a", n: 1 }]);
  await t.update({ where: { id: "a" }, set: { n: 2 } });
  await t.setRetention({ days: 30 });
  expect((await t.optimize()).droppedRows).toBe(0);
  expect(await t.asOf(1).get("a")).toEqual({ id: "a", n: 1 });
});
