// A provider that answers with nothing, with something else than numbers or with another length has failed: no search is empty because of
// it, and nothing is written.

import { VarveVectorStore } from "varve/langchain";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";

const good = [1, 0];
const answering = (
  query: unknown,
  documents: (texts: string[]) => unknown = (texts) => texts.map(() => good),
) =>
  ({
    embedQuery: () => Promise.resolve(query),
    embedDocuments: (texts: string[]) => Promise.resolve(documents(texts)),
  }) as never;

const pages = ["a", "b"].map((id) => ({ id, pageContent: id, metadata: {} }));
const bad: readonly [string, unknown][] = [
  ["an empty list", []],
  ["nothing", undefined],
  ["null", null],
  ["a text", "0.1,0.2"],
  ["not a number", [Number.NaN, 0]],
  ["infinity", [Number.POSITIVE_INFINITY, 0]],
  ["texts", ["0.1", "0.2"]],
  ["a hole", new Array(2)],
  ["fewer numbers", [1]],
  ["more numbers", [1, 0, 0]],
];

describe("for a query", () => {
  it.each(bad)("that answers %s", async (_, answer) => {
    const db = await memoryDatabase();
    await new VarveVectorStore(answering(good), { db }).addDocuments(pages);
    const store = new VarveVectorStore(answering(answer), { db });
    const calls = [
      store.similaritySearch("x"),
      store.similaritySearchWithScore("x", 1),
      store.similaritySearchWithDistance("x"),
      store.maxMarginalRelevanceSearch("x", { k: 1 }),
      store.asRetriever().invoke("x"),
      store.asOf(1).similaritySearch("x"),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
  });
});

describe("for documents", () => {
  it.each(bad.slice(0, 8))("that answers %s for one of them", async (_, answer) => {
    const db = await memoryDatabase();
    const store = new VarveVectorStore(
      answering(good, () => [good, answer]),
      { db },
    );
    await expect(store.addDocuments(pages)).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    await expect(store.addDocuments(pages)).rejects.toThrow("document 1");
    expect(await store.count()).toBe(0);
    expect(await db.tables()).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["fewer vectors", [good]],
    ["more vectors", [good, good, good]],
    ["no list", good[0]],
    ["vectors of several lengths", [good, [1]]],
  ])("that answers %s", async (_, answer) => {
    const store = new VarveVectorStore(
      answering(good, () => answer),
      { db: await memoryDatabase() },
    );
    await expect(store.addDocuments(pages)).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect(await store.count()).toBe(0);
  });

  it("that has another length than the table", async () => {
    const db = await memoryDatabase();
    await new VarveVectorStore(answering(good), { db }).addDocuments(pages);
    const other = new VarveVectorStore(
      answering(good, (texts) => texts.map(() => [1, 0, 0])),
      { db },
    );
    await expect(other.addDocuments(pages)).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
  });
});
