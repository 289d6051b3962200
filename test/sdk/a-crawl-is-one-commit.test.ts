// A crawl finds documents that are new, changed and gone. Readers never see a half of it.

import { int, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const pages = table("pages", { path: text().primaryKey(), n: int() });

async function crawled() {
  const db = await memoryDatabase();
  const t = await db.table(pages);
  await t.insert([
    { path: "a", n: 1 },
    { path: "b", n: 1 },
    { path: "c", n: 1 },
  ]);
  return t;
}

describe("upsert with delete", () => {
  test("adds, replaces and ends rows in one version", async () => {
    const t = await crawled();
    const written = await t.upsert(
      [
        { path: "b", n: 2 },
        { path: "d", n: 2 },
      ],
      { delete: { path: { $in: ["a"] } }, message: "crawl 2" },
    );
    expect(written).toMatchObject({ version: 2, inserted: 1, updated: 1, deleted: 1 });
    expect(await t.find({ orderBy: "path" })).toEqual([
      { path: "b", n: 2 },
      { path: "c", n: 1 },
      { path: "d", n: 2 },
    ]);
    expect(await t.asOf(1).count()).toBe(3);
  });

  test("keeps a new row that the filter would let through", async () => {
    const t = await crawled();
    const written = await t.upsert([{ path: "b", n: 2 }], { delete: (c) => c.path.in(["a", "b", "c"]) });
    expect(written).toMatchObject({ inserted: 0, updated: 1, deleted: 2 });
    expect(await t.find()).toEqual([{ path: "b", n: 2 }]);
  });

  test("ends rows without any new one", async () => {
    const t = await crawled();
    expect(await t.upsert([], { delete: { n: 1 } })).toMatchObject({ version: 2, deleted: 3 });
    expect(await t.count()).toBe(0);
  });

  test("works for a stream of rows, too", async () => {
    const t = await crawled();
    async function* rows() {
      for (let n = 0; n < 500; n += 1) yield await Promise.resolve({ path: `p${n}`, n });
    }
    const written = await t.upsert(rows(), { delete: { n: 1, path: { $in: ["a", "b"] } } });
    expect(written).toMatchObject({ version: 2, inserted: 500, deleted: 2 });
    expect(await t.count()).toBe(501);
  });
});

test("delete: { all: true } ends every row that is not among the new ones", async () => {
  const t = await crawled();
  expect(await t.upsert([{ path: "c", n: 9 }], { delete: { all: true } })).toMatchObject({
    updated: 1,
    deleted: 2,
  });
  expect(await t.find()).toEqual([{ path: "c", n: 9 }]);
});

test("a stream of rows is closed when one of them is refused", async () => {
  const t = await crawled();
  let closed = false;
  async function* rows() {
    try {
      for (let n = 0; ; n += 1) yield await Promise.resolve({ path: `p${n}`, n: n === 500 ? 0.5 : n });
    } finally {
      closed = true;
    }
  }
  await expect(t.upsert(rows())).rejects.toMatchObject({ code: "INVALID_ROW" });
  expect(closed).toBe(true);
  expect(await t.count()).toBe(3);
});

test("a watcher that fails after the commit does not make it look failed", async () => {
  const t = await crawled();
  const onProgress = (): void => {
    throw new Error("the watcher is broken");
  };
  expect(await t.insert([{ path: "z", n: 1 }], { onProgress })).toMatchObject({ inserted: 1 });
});
