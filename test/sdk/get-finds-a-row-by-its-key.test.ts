import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { openDocs, threeDocs } from "../support/docs";
import { hashVector } from "../support/hash-embedding";

test("get returns the row, or undefined", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.get("1")).toMatchObject({ id: "1", title: "Refunds" });
  expect(await t.get("9")).toBeUndefined();
  expect(await t.get("")).toBeUndefined();
});

test("get returns the columns that are selected, in their order", async () => {
  const t = await openDocs(threeDocs);
  const row = await t.get("1", { select: ["views", "vec", "id"] });
  expect(row).toEqual({ id: "1", views: 10, vec: hashVector(threeDocs[0]?.body ?? "") });
  expect(Object.keys(row ?? {})).toEqual(["views", "vec", "id"]);
  expect(await t.get("1", { select: ["id", "id"] })).toEqual({ id: "1" });
  await expect(t.get("1", { select: ["titel"] } as never)).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
  });
  await expect(t.get("1", { select: "id" } as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("a key of another type is an error", async () => {
  const t = await openDocs(threeDocs);
  for (const key of [1, null, undefined, {}, [1]]) {
    await expect(t.get(key as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
});

test("keys may be numbers and bigints", async () => {
  const db = await memoryDatabase();
  const numbers = await db.table(table("numbers", { n: int().primaryKey(), word: text() }));
  await numbers.insert([
    { n: -5, word: "minus" },
    { n: Number.MAX_SAFE_INTEGER, word: "large" },
  ]);
  expect(await numbers.get(-5)).toEqual({ n: -5, word: "minus" });
  expect(await numbers.get(Number.MAX_SAFE_INTEGER)).toMatchObject({ word: "large" });
  const bigs = await db.table(table("bigs", { n: int({ bigint: true }).primaryKey() }));
  await bigs.insert([{ n: 2n ** 60n }, { n: 5n }]);
  expect(await bigs.get(2n ** 60n)).toEqual({ n: 2n ** 60n });
  expect(await bigs.get(5n)).toEqual({ n: 5n });
  expect(await bigs.get(2n ** 60n + 1n)).toBeUndefined();
});

test("a table without a key has no get", async () => {
  const t = await (await memoryDatabase()).table(table("numbers", { n: int() }));
  await expect(t.get(1 as never)).rejects.toMatchObject({ code: "NO_PRIMARY_KEY" });
});
