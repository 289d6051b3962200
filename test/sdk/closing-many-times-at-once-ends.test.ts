// Whoever closes a table waits for the writes that are under way, and however many do, they do not keep them from ending.

import { connect, type Database, int, table, text } from "varve";
import { expect, test } from "vitest";

/** More than there are threads. */
const MANY = 16;

/** Calls that keep every thread busy while others are called. */
function busy(db: Database, round: number) {
  const body = "long ".repeat(200_000);
  return Array.from({ length: MANY }, async (_, i) => {
    const t = await db.openTable("busy");
    return await t.insert([{ id: round * MANY + i, body }]);
  });
}

test("many calls of close() and a write behind them end", async () => {
  const db = await connect("memory:");
  await db.table(table("busy", { id: int().primaryKey(), body: text() }));
  await db.table(table("docs", { id: int().primaryKey() }));
  const checked = await db.openTable("docs");
  let written = 0;
  for (let round = 0; round < 10; round += 1) {
    const handle = await db.openTable("docs");
    const before = busy(db, round);
    await new Promise(setImmediate);
    const closes = Array.from({ length: MANY }, () => handle.close());
    const after = Promise.allSettled([handle.insert([{ id: round }])]);
    await Promise.all(closes);
    // It came before the first of them began, or was refused.
    const [outcome] = await after;
    if (outcome.status === "fulfilled") written += 1;
    else expect(outcome.reason).toMatchObject({ code: "CLOSED" });
    await Promise.all(before);
  }
  expect(await checked.count()).toBe(written);
  await db.close();
});
