// What stores and tools are asked to find by its words they find so, now and as it was, and without asking who embeds.

import { Document } from "@langchain/core/documents";
import { SyntheticEmbeddings } from "@langchain/core/utils/testing";
import { embed, type SearchMode, type Table, table, text, type VarveError, vector } from "varve";
import { retrievalTools } from "varve/ai";
import { custom } from "varve/embeddings";
import { type StoreEmbeddings, VarveVectorStore } from "varve/langchain";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const pages = [
  new Document({ id: "1", pageContent: "refunds within 14 days", metadata: { lang: "en" } }),
  new Document({ id: "2", pageContent: "the code of the gate is KX-4471", metadata: { lang: "en" } }),
  new Document({ id: "3", pageContent: "the code of the door is QP-9902", metadata: { lang: "de" } }),
];

/** Embeddings that embed documents, and fail where a query is to be embedded. */
const deaf: StoreEmbeddings = {
  embedDocuments: (texts) => new SyntheticEmbeddings({ vectorSize: 8 }).embedDocuments(texts),
  embedQuery: () => Promise.reject(new Error("asked")),
};

const ids = (documents: readonly { id?: string | undefined }[]): (string | undefined)[] =>
  documents.map(({ id }) => id);

async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return `${code}: ${message}${hint === undefined ? "" : ` ${hint}`}`;
  }
  return "nothing is wrong";
}

describe("a store of LangChain", () => {
  const kinds: Record<string, StoreEmbeddings> = {
    "that LangChain embeds for": deaf,
    "whose table embeds": hashEmbedding(),
  };

  it.each(Object.entries(kinds))("%s finds words, now and as it was", async (_, embeddings) => {
    const store = new VarveVectorStore(embeddings, { db: await memoryDatabase(), searchMode: "text" });
    await store.addDocuments(pages);
    await store.addDocuments([new Document({ id: "2", pageContent: "the gate has no code" })]);
    expect(ids(await store.similaritySearch("KX-4471"))).toEqual([]);
    expect(ids(await store.asOf(1).similaritySearch("KX-4471"))).toEqual(["2"]);
    expect(ids(await store.asOf(1).asRetriever(1).invoke("code", {}))).toHaveLength(1);
    expect(ids(await store.similaritySearch("code", 9, { lang: "de" }))).toEqual(["3"]);
    const [[found, score] = []] = await store.similaritySearchWithScore('"14 days"', 1);
    expect([found?.pageContent, found?.metadata]).toEqual(["refunds within 14 days", { lang: "en" }]);
    expect(score).toBeGreaterThan(0);
  });

  it("refuses a way to fuse where there is one ranking", async () => {
    const db = await memoryDatabase();
    const make = (searchMode?: "text" | "vector") =>
      new VarveVectorStore(hashEmbedding(), { db, fuse: "rrf", ...(searchMode && { searchMode }) });
    expect(await refusal(() => make())).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: VarveVectorStore: fuse goes with no searchMode "vector". Take searchMode: "hybrid" or "auto", or leave fuse out."`,
    );
    expect(await refusal(() => make("text"))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: VarveVectorStore: fuse goes with no searchMode "text". Take searchMode: "hybrid" or "auto", or leave fuse out."`,
    );
    const store = new VarveVectorStore(hashEmbedding(), { db });
    expect(await refusal(() => store.asRetriever({ fuse: "rrf" }))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: asRetriever: fuse goes with no searchMode "vector". Take searchMode: "hybrid" or "auto", or leave fuse out."`,
    );
  });

  it("searches by vectors unless it is told otherwise, and a retriever may be told", async () => {
    const embeddings = new SyntheticEmbeddings({ vectorSize: 8 });
    const store = await VarveVectorStore.fromDocuments(pages, embeddings, { db: await memoryDatabase() });
    expect(await store.similaritySearch("KX-4471")).toHaveLength(3);
    const retriever = store.asRetriever({ k: 2, filter: { lang: "en" }, searchMode: "text", tags: ["mine"] });
    expect(ids(await retriever.invoke("code"))).toEqual(["2"]);
    expect([retriever.k, retriever.tags, retriever.vectorStore]).toEqual([2, ["mine", "varve"], store]);
    await retriever.addDocuments([
      new Document({ id: "4", pageContent: "a code", metadata: { lang: "en" } }),
    ]);
    expect(ids(await retriever.invoke("code")).sort()).toEqual(["2", "4"]);
    const words = new VarveVectorStore(embeddings, { db: await memoryDatabase(), searchMode: "text" });
    await words.addDocuments(pages);
    expect(await words.asRetriever({ k: 9, searchMode: "vector" }).invoke("KX-4471")).toHaveLength(3);
    expect(await words.similaritySearchWithDistance("KX-4471")).toHaveLength(3);
  });

  /** By words the second is found, by meaning the first: what is asked has a word of neither. */
  const money = (text: string): number[] => (/refund|money/.test(text) ? [1, 0] : [0, 1]);
  const meaning: StoreEmbeddings = {
    embedDocuments: (texts) => Promise.resolve(texts.map(money)),
    embedQuery: (text) => Promise.resolve(money(text)),
  };
  const own = custom<string>({
    name: "money",
    dimensions: 2,
    embed: (texts) => Promise.resolve(texts.map((one) => new Float32Array(money(one)))),
  });
  const named = Object.assign({ ...meaning }, { model: "money-1" });

  it.each([
    ["that LangChain embeds for", meaning],
    ["that LangChain embeds for, by a model with a name", named],
    ["whose table embeds", own],
  ])("%s finds by words and by meaning at once", async (_, embeddings) => {
    const db = await memoryDatabase();
    const store = new VarveVectorStore(embeddings, { db, searchMode: "hybrid" });
    await store.addDocuments(pages);
    const found = await store.similaritySearchWithScore("money for KX-4471", 3);
    expect(
      ids(found.map(([document]) => document))
        .slice(0, 2)
        .sort(),
    ).toEqual(["1", "2"]);
    for (const [, score] of found) expect(score).toBeLessThanOrEqual(1);
    const weighed = async (text: number): Promise<string | undefined> => {
      const fuse = { weights: { text, vector: 1 - text } };
      const [best] = await store.asRetriever({ k: 1, fuse }).invoke("money for KX-4471");
      return best?.id;
    };
    expect([await weighed(1), await weighed(0)]).toEqual(["2", "1"]);
    expect(ids(await store.asOf(1).similaritySearch("KX-4471", 1))).toEqual(["2"]);
    expect(ids(await store.asRetriever({ k: 1, searchMode: "vector" }).invoke("money"))).toEqual(["1"]);
  });

  it("goes by vectors where it may choose and texts are not searched by their words", async () => {
    const db = await memoryDatabase();
    const silent = table("silent", { id: text().primaryKey(), note: text(), vec: vector(2) });
    const config = { content: "note", embeddings: meaning, searchMode: "auto" } as const;
    const store = new VarveVectorStore(await db.table(silent), config);
    await store.addDocuments(pages.map(({ id, pageContent }) => new Document({ id: id ?? "", pageContent })));
    expect(ids(await store.similaritySearch("money for KX-4471", 1))).toEqual(["1"]);
    const spoken = new VarveVectorStore(meaning, { db, table: "spoken", searchMode: "auto" });
    await spoken.addDocuments(pages);
    const both = await spoken.similaritySearch("money for KX-4471", 2);
    expect(ids(both).sort()).toEqual(["1", "2"]);
  });

  it("finds nothing where nothing was written, and says what is wrong", async () => {
    const db = await memoryDatabase();
    const embeddings = hashEmbedding();
    const store = new VarveVectorStore(embeddings, { db, searchMode: "text" });
    expect(await store.similaritySearch("x")).toEqual([]);
    const plain = await db.table(
      table("plain", { id: text().primaryKey(), note: text(), meta: text().nullable(), vec: vector(2) }),
    );
    const own = new VarveVectorStore(plain, { content: "note", searchMode: "text" });
    expect({
      "another mode": await refusal(
        () => new VarveVectorStore(embeddings, { db, searchMode: "best" as never }),
      ),
      "a retriever with another mode": await refusal(() => store.asRetriever({ searchMode: 1 as never })),
      "words that differ": await refusal(() => store.asRetriever({ searchType: "mmr", searchMode: "text" })),
      "a table without words": await refusal(() => own.similaritySearch("x")),
    }).toMatchSnapshot();
  });
});

describe("the tools of varve/ai", () => {
  const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(hashEmbedding(), c.body),
  }));
  const words = table("words", { id: text().primaryKey(), body: text({ search: true }) });
  const rows = pages.map(({ id = "", pageContent: body }) => ({ id, body }));

  async function foundBy(t: Table, mode?: SearchMode | "text"): Promise<(string | number)[]> {
    const { search } = await retrievalTools(t, { mode });
    return (await search.execute({ query: "KX-4471" })).results.map(({ id }) => id);
  }

  it("search by words where they are told so, or where nothing is embedded", async () => {
    const db = await memoryDatabase();
    const both = (await db.table(docs)).untyped;
    const plain = (await db.table(words)).untyped;
    for (const t of [both, plain]) await t.insert(rows);
    expect(await foundBy(both, "text")).toEqual(["2"]);
    expect(await foundBy(both, "vector")).toHaveLength(3);
    expect((await foundBy(both))[0]).toBe("2");
    expect((await foundBy(both, "hybrid"))[0]).toBe("2");
    expect(await foundBy(plain)).toEqual(["2"]);
    const { search, searchAsOf } = await retrievalTools(plain, { about: "the doors" });
    expect(search.description).toContain(
      "Searches the doors by its words, such as names and codes, as it is now",
    );
    expect((await searchAsOf.execute({ query: "gate", asOf: "1" })).results[0]?.row).toEqual({
      body: "the code of the gate is KX-4471",
    });
  });

  it("have a timeline by meaning, however they search, and say where there is none", async () => {
    const db = await memoryDatabase();
    const both = (await db.table(docs)).untyped;
    const plain = (await db.table(words)).untyped;
    for (const t of [both, plain]) await t.insert(rows);
    const [byWords, without] = [await retrievalTools(both, { mode: "text" }), await retrievalTools(plain)];
    const asked = { query: pages[0]?.pageContent ?? "" };
    expect((await byWords.timeline.execute(asked)).periods).toMatchObject([{ id: rows[0]?.id }]);
    expect(await refusal(() => without.timeline.execute(asked))).toMatchSnapshot();
  });

  it("are refused where the table cannot be searched so", async () => {
    const db = await memoryDatabase();
    const both = await db.table(docs);
    const plain = await db.table(words);
    const silent = await db.table(table("silent", { id: text().primaryKey(), body: text() }));
    expect({
      "no mode": await refusal(() => retrievalTools(both, { mode: "best" as never })),
      "no vectors": await refusal(() => retrievalTools(plain, { mode: "vector" })),
      "no words": await refusal(() => retrievalTools(silent, { mode: "text" })),
      "a vector column": await refusal(() => retrievalTools(both, { mode: "text", column: "vec" })),
    }).toMatchSnapshot();
  });
});
