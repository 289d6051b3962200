import { int, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { openDocs, threeDocs } from "../support/docs";

describe("get with a list of keys", () => {
  test("returns the rows in the order of the keys, and undefined where there is none", async () => {
    const t = await openDocs(threeDocs);
    const rows = await t.get(["3", "9", "1", "3"], { select: ["id", "title"] });
    expect(rows).toEqual([
      { id: "3", title: "Empty" },
      undefined,
      { id: "1", title: "Refunds" },
      { id: "3", title: "Empty" },
    ]);
    expect(await t.get([])).toEqual([]);
    expect(await t.get(["9"])).toEqual([undefined]);
  });

  test("returns vectors, and rows of earlier versions", async () => {
    const t = await openDocs(threeDocs);
    await t.update({ where: { id: "1" }, set: { title: "new" } });
    expect((await t.asOf(1).get(["1", "2"])).map((row) => row?.title)).toEqual(["Refunds", "Versand"]);
    const [one, three] = await t.get(["1", "3"], { select: ["vec"] });
    expect(one?.vec).toHaveLength(16);
    expect(three?.vec).toBeNull();
  });

  test("finds thousands in one call, all of one version", async () => {
    const t = await (await memoryDatabase()).table(table("n", { id: int().primaryKey(), word: text() }));
    await t.insert(Array.from({ length: 20_000 }, (_, id) => ({ id, word: `w${id}` })));
    const keys = Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 40_000);
    const rows = await t.get(keys);
    for (const [at, key] of keys.entries())
      expect(rows[at]).toEqual(key < 20_000 ? { id: key, word: `w${key}` } : undefined);
  });

  test("reads the keys when it is called", async () => {
    const t = await openDocs(threeDocs);
    const keys = ["1", "2"];
    const asked = t.get(keys);
    keys.length = 0;
    expect(await asked).toHaveLength(2);
  });

  test("refuses keys of another type, and says so of a table without a key", async () => {
    const t = await openDocs(threeDocs);
    await expect(t.untyped.get([1])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const free = await (await memoryDatabase()).table(table("free", { n: int() }));
    await expect(free.untyped.get([1])).rejects.toMatchObject({ code: "NO_PRIMARY_KEY" });
  });
});

test("findFirst is the first row of find", async () => {
  const t = await openDocs(threeDocs);
  expect((await t.findFirst({ orderBy: { column: "views", descending: true } }))?.id).toBe("2");
  expect(await t.findFirst({ where: { id: "9" } })).toBeUndefined();
  expect(await t.findFirst({ where: { lang: "de" }, select: ["title"] })).toEqual({ title: "Versand" });
  expect((await t.findFirst())?.id).toBe("1");
  await expect(t.findFirst({ limit: 2 } as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("insert and upsert take one row", async () => {
  const t = await openDocs();
  expect(await t.insert({ id: "1", title: "one" })).toMatchObject({ inserted: 1 });
  expect(await t.upsert({ id: "1", title: "two" })).toMatchObject({ updated: 1 });
  expect(await t.get("1")).toMatchObject({ title: "two" });
  for (const none of [null, undefined, 7, "x", Promise.resolve([])]) {
    await expect(t.insert(none as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
});
