// The indexing API of LangChain over our store, with our record manager in the same database.

import type { DocumentInterface } from "@langchain/core/documents";
import { type IndexOptions, index } from "@langchain/core/indexing";
import { SyntheticEmbeddings } from "@langchain/core/utils/testing";
import { connect, type Database } from "varve";
import { VarveRecordManager, VarveVectorStore } from "varve/langchain";
import { describe, expect, it } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";

const page = (content: string, source = "a"): DocumentInterface => ({
  pageContent: content,
  metadata: { source },
});
const texts = (...contents: string[]): DocumentInterface[] => contents.map((content) => page(content));

/** What `index()` takes for a loader: it asks for both methods, of which the base class of loaders has one. */
function loaderOf(documents: DocumentInterface[]): object {
  return { load: () => Promise.resolve(documents), loadAndSplit: () => Promise.resolve(documents) };
}

interface Setting {
  readonly db: Database;
  readonly store: VarveVectorStore;
  readonly records: VarveRecordManager;
  /** Indexes, and returns added, updated, skipped, deleted. */
  run(docs: DocumentInterface[] | object, options?: IndexOptions): Promise<number[]>;
  contents(): Promise<string[]>;
}

async function setting(database?: Database): Promise<Setting> {
  const db = database ?? (await memoryDatabase());
  const store = new VarveVectorStore(new SyntheticEmbeddings({ vectorSize: 16 }), { db });
  const records = new VarveRecordManager("docs", { db });
  return {
    db,
    store,
    records,
    run: async (docsSource, options = {}) => {
      const all = { docsSource: docsSource as never, recordManager: records, vectorStore: store, options };
      const { numAdded, numUpdated, numSkipped, numDeleted } = await index(all);
      return [numAdded, numUpdated, numSkipped, numDeleted];
    },
    contents: async () => {
      const found = await store.similaritySearch("anything", 1000);
      return found.map(({ pageContent }) => pageContent).sort();
    },
  };
}

describe("index()", () => {
  it("adds what is new and skips what is there, from a list and from a loader", async () => {
    const { run, contents } = await setting();
    expect(await run(texts("one", "two"))).toEqual([2, 0, 0, 0]);
    expect(await run(loaderOf(texts("one", "two", "three")))).toEqual([1, 0, 2, 0]);
    expect(await contents()).toEqual(["one", "three", "two"]);
  });

  it("leaves duplicates out", async () => {
    const { run, contents } = await setting();
    expect(await run(texts("one", "one", "two"))).toEqual([2, 0, 0, 0]);
    expect(await contents()).toEqual(["one", "two"]);
  });

  it("deletes what is not there any more, all at once", async () => {
    const { run, contents, store } = await setting();
    await run(texts("one", "two", "three"), { cleanup: "full" });
    expect(await run(texts("one", "four"), { cleanup: "full" })).toEqual([1, 0, 1, 2]);
    expect(await contents()).toEqual(["four", "one"]);
    expect(
      (await store.asOf(1).similaritySearch("anything", 9)).map((one) => one.pageContent).sort(),
    ).toEqual(["one", "three", "two"]);
    expect(await run([], { cleanup: "full", cleanupBatchSize: 1 })).toEqual([0, 0, 0, 2]);
    expect(await contents()).toEqual([]);
  });

  it("deletes what a source has no longer, and leaves other sources alone", async () => {
    const { run, contents } = await setting();
    const options: IndexOptions = { cleanup: "incremental", sourceIdKey: "source" };
    await run([page("one", "a"), page("two", "a"), page("three", "b")], options);
    expect(await run([page("one", "a"), page("new", "a")], options)).toEqual([1, 0, 1, 1]);
    expect(await contents()).toEqual(["new", "one", "three"]);
    expect(await run([], options)).toEqual([0, 0, 0, 0]);
  });

  it("hands over again what is there if it must, which makes no version", async () => {
    const { run, contents, store } = await setting();
    await run(texts("one", "two"));
    const before = await store.version();
    expect(await run(texts("one", "two"), { forceUpdate: true })).toEqual([0, 2, 0, 0]);
    expect(await contents()).toEqual(["one", "two"]);
    expect(await store.version()).toBe(before);
  });

  it("does so fifty times in a row, however fast", async () => {
    const { run, contents } = await setting();
    for (let round = 0; round < 50; round++) {
      const kept = Array.from({ length: 5 }, (_, index) => `text ${round + index}`);
      const expected = round === 0 ? [5, 0, 0, 0] : [1, 0, 4, 1];
      expect(await run(texts(...kept), { cleanup: "full", batchSize: 2 })).toEqual(expected);
      expect(await contents()).toEqual(kept.sort());
    }
  });

  it("goes on after the database was opened again", async () => {
    const folder = temporaryFolder();
    for (const expected of [
      [2, 0, 0, 0],
      [0, 0, 2, 0],
    ]) {
      const db = await connect(folder);
      expect(await (await setting(db)).run(texts("one", "two"), { cleanup: "full" })).toEqual(expected);
      await db.close();
    }
  });
});

describe("the record manager", () => {
  it("keeps keys with their groups and times, and namespaces apart", async () => {
    const { db, records } = await setting();
    const other = new VarveRecordManager("other", { db });
    const start = await records.getTime();
    await records.update(["a", "b", "c"], { groupIds: ["x", "y", null] });
    const middle = await records.getTime();
    await records.update(["b", "d"], { timeAtLeast: middle });
    await other.update(["a"], { groupIds: ["x"] });
    expect(middle).toBeGreaterThan(start);
    expect((await records.listKeys()).sort()).toEqual(["a", "b", "c", "d"]);
    expect(await records.listKeys({ before: middle })).toHaveLength(2);
    expect((await records.listKeys({ after: middle })).sort()).toEqual(["b", "d"]);
    expect(await records.listKeys({ groupIds: ["y"] })).toEqual(["b"]);
    expect((await records.listKeys({ groupIds: ["x", null] })).sort()).toEqual(["a", "c", "d"]);
    expect(await records.listKeys({ limit: 1, before: middle })).toHaveLength(1);
    expect(await records.exists(["a", "nobody", "d"])).toEqual([true, false, true]);
    await records.deleteKeys(["a", "nobody"]);
    expect(await records.exists(["a"])).toEqual([false]);
    expect(await other.listKeys()).toEqual(["a"]);
  });

  it("loses no group to somebody who saw the key at the same time", async () => {
    const { records } = await setting();
    const keys = Array.from({ length: 20 }, (_, n) => `key ${n}`);
    await Promise.all(
      keys.flatMap((key) => [records.update([key], { groupIds: ["x"] }), records.update([key])]),
    );
    expect(await records.listKeys({ groupIds: ["x"] })).toHaveLength(keys.length);
  });

  it("takes keys and namespaces literally", async () => {
    const { db } = await setting();
    const one = new VarveRecordManager('a","b', { db });
    const two = new VarveRecordManager("a", { db });
    await one.update(["c"]);
    await two.update(['b","c', "' OR 1=1 --"]);
    expect(await one.listKeys()).toEqual(["c"]);
    await two.deleteKeys(["' OR 1=1 --"]);
    expect(await two.listKeys()).toEqual(['b","c']);
  });

  it("refuses a clock that runs backwards, and counts that differ", async () => {
    const { records } = await setting();
    await expect(records.update(["a"], { timeAtLeast: 4e12 })).rejects.toThrow(
      "which is before timeAtLeast, 2096-10-02T07:06:40.000Z.",
    );
    await expect(records.update(["a"], { groupIds: ["x", "y"] })).rejects.toThrow(
      "There are 2 groupIds for 1 documents.",
    );
    expect(await records.listKeys()).toEqual([]);
  });
});
