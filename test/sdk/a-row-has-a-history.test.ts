import { int, type RowVersion, table, text } from "varve";
import { beforeEach, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const prices = table("prices", { id: text().primaryKey(), price: int(), note: text().nullable() });

async function openPrices() {
  return await (await memoryDatabase()).table(prices);
}

let t: Awaited<ReturnType<typeof openPrices>>;

beforeEach(async () => {
  t = await openPrices();
  await t.insert([
    { id: "tea", price: 3 },
    { id: "milk", price: 1 },
  ]);
  await t.upsert({ id: "tea", price: 4, note: "new harvest" });
  await t.delete({ where: { id: "tea" } });
  await t.update({ where: { id: "milk" }, set: { price: 2 } });
  await t.insert({ id: "tea", price: 5 });
});

/** Versions of lives, and what stood there. */
const told = (lives: readonly RowVersion<{ price: number }>[]) =>
  lives.map(({ from, to, row }) => [from.version, to?.version ?? null, row.price]);

test("every version of a row comes with its moments, the oldest first", async () => {
  const lives = await t.historyOf("tea");
  expect(told(lives)).toEqual([
    [1, 2, 3],
    [2, 3, 4],
    [5, null, 5],
  ]);
  const commits = new Map((await t.history()).map(({ version, committedAt }) => [version, committedAt]));
  for (const { from, to } of lives) {
    expect(from.date).toEqual(commits.get(from.version));
    if (to !== null) expect(to.date).toEqual(commits.get(to.version));
  }
  expect(lives[1]?.row).toEqual({ id: "tea", price: 4, note: "new harvest" });
  expect(await t.historyOf("coffee")).toEqual([]);
});

test("only what is selected is read", async () => {
  const [first] = await t.historyOf("milk", { select: ["price"] });
  expect(first?.row).toEqual({ price: 1 });
  await expect(t.historyOf("milk", { select: ["prise"] } as never)).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
  });
});

test("on a snapshot it ends with the snapshot", async () => {
  const now = [2, null, 4];
  expect(told(await t.asOf(2).historyOf("tea"))).toEqual([[1, 2, 3], now]);
  expect(told(await t.asOf(3).historyOf("tea"))).toEqual([
    [1, 2, 3],
    [2, 3, 4],
  ]);
  expect(await t.asOf(0).historyOf("tea")).toEqual([]);
});

test("old rows are shown in the columns of now", async () => {
  const renamed = await t.renameColumn("price", "cents");
  expect((await renamed.historyOf("milk")).map(({ row }) => row.cents)).toEqual([1, 2]);
});

test("what the retention lets go is missing, and what a tag keeps is not", async () => {
  await t.tag("first", 1);
  await t.setRetention({ days: 0 });
  await t.optimize();
  expect(told(await t.historyOf("tea"))).toEqual([
    [1, 2, 3],
    [5, null, 5],
  ]);
});

test("it needs a key, and one of the right type", async () => {
  await expect(t.historyOf(7 as never)).rejects.toMatchInlineSnapshot(
    `[VarveError: key: expected text, found the number 7.]`,
  );
  await expect(t.historyOf("tea", { limit: 1 } as never)).rejects.toMatchInlineSnapshot(
    `[VarveError: historyOf takes no option "limit".]`,
  );
  const keyless = await (await memoryDatabase()).table(table("numbers", { n: int() }));
  await expect(keyless.historyOf(1 as never)).rejects.toMatchInlineSnapshot(
    `[VarveError: The table "numbers" has no primary key.]`,
  );
});
