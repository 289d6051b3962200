// A small commit that nobody waits beside is made on JavaScript's thread where the disk was quick lately: a thread would cost more than it
// saves. Whoever commits in a loop must not keep timers and sockets waiting.

import { int, type Table, table, text } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const notes = table("notes", { id: text().primaryKey(), n: int() });

/** Whether a write is done before the event loop goes on. */
async function isDoneAtOnce(write: () => Promise<unknown>): Promise<boolean> {
  // Begins a stretch of the event loop, so that what came before does not count.
  await new Promise((resolve) => setImmediate(resolve));
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await write();
  return !turned;
}

/** How many of some writes are done before the event loop goes on; other processes may slow all of them down. */
async function doneAtOnce(t: Table<typeof notes>, writes: number): Promise<number> {
  let done = 0;
  for (let n = 0; n < writes; n++) {
    if (await isDoneAtOnce(() => t.insert({ id: `${n}`, n }))) done++;
  }
  return done;
}

test("in memory most are", async () => {
  const t = await (await memoryDatabase()).table(notes);
  expect(await doneAtOnce(t, 300)).toBeGreaterThan(50);
  expect(await t.count()).toBe(300);
  expect((await t.history({ limit: 500 })).length).toBe(300);
});

test("on a disk all are durable, wherever they are made", async () => {
  const folder = temporaryFolder();
  const t = await (await diskDatabase(folder)).table(notes);
  await doneAtOnce(t, 150);
  await t.delete({ where: { n: { $lt: 50 } } });
  const other = await (await diskDatabase(folder)).table(notes);
  expect(await other.count()).toBe(100);
  expect((await other.verify()).ok).toBe(true);
});

test("an error comes back as from a thread", async () => {
  const t = await (await memoryDatabase()).table(notes);
  await doneAtOnce(t, 20);
  for (let i = 0; i < 10; i++)
    await expect(t.insert({ id: "7", n: 0 })).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
});

test("commits in a loop let a timer of a millisecond go on", async () => {
  const t = await (await memoryDatabase()).table(notes);
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const end = performance.now() + 10_000;
  for (let n = 0; turns < 3 && performance.now() < end; n++) await t.insert({ id: `${n}`, n });
  clearInterval(timer);
  expect(turns).toBeGreaterThanOrEqual(3);
});

test("a handle that is closed right behind a write ends as it does otherwise", async () => {
  const db = await memoryDatabase();
  const t = await db.table(notes);
  await doneAtOnce(t, 20);
  const settled = await Promise.allSettled([t.insert({ id: "last", n: 1 }), t.close()]);
  const [write] = settled;
  if (write.status === "rejected") expect(write.reason).toMatchObject({ code: "CLOSED" });
  else expect(await (await db.table(notes)).get("last")).toEqual({ id: "last", n: 1 });
});
