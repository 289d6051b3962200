// What the store of LangChain has beyond the contract: its factories, retrievers, MMR, tables of one's own, and where it opens what.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Document } from "@langchain/core/documents";
import { SyntheticEmbeddings } from "@langchain/core/utils/testing";
import { connect, embed, int, json, list, sql, table, text, timestamp, type VarveError, vector } from "varve";
import { VarveVectorStore } from "varve/langchain";
import { describe, expect, it } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const embeddings = new SyntheticEmbeddings({ vectorSize: 32 });
const pages = [
  new Document({ id: "1", pageContent: "refunds within 14 days", metadata: { lang: "en", year: 2024 } }),
  new Document({ id: "2", pageContent: "returns by parcel", metadata: { lang: "en", year: 2025 } }),
  new Document({ id: "3", pageContent: "Rückgabe per Paket", metadata: { lang: "de", year: 2025 } }),
];

async function filled(): Promise<VarveVectorStore> {
  return await VarveVectorStore.fromDocuments(pages, embeddings, { db: await memoryDatabase() });
}

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

describe("is made", () => {
  it("from texts, with metadata for each or one for all", async () => {
    const db = await memoryDatabase();
    const each = await VarveVectorStore.fromTexts(["a", "b"], [{ n: 1 }, { n: 2 }], embeddings, {
      db,
      table: "each",
    });
    const all = await VarveVectorStore.fromTexts(["a", "b"], { n: 0 }, embeddings, { db, table: "all" });
    const metadata = async (store: VarveVectorStore): Promise<unknown[]> =>
      (await store.similaritySearch("a", 9)).map((document) => document.metadata["n"]).sort();
    expect(await metadata(each)).toEqual([1, 2]);
    expect(await metadata(all)).toEqual([0, 0]);
    expect((await db.tables()).sort()).toEqual(["all", "each"]);
  });

  it("from a table that is there, by both names, and not from one that is not", async () => {
    const db = await memoryDatabase();
    await VarveVectorStore.fromDocuments(pages, embeddings, { db, table: "docs" });
    for (const method of ["fromExistingTable", "fromExistingIndex"] as const) {
      const store = await VarveVectorStore[method](embeddings, { db, table: "docs" });
      expect(ids(await store.similaritySearch("returns by parcel", 1))).toEqual(["2"]);
    }
    expect(await refusal(() => VarveVectorStore.fromExistingTable(embeddings, { db, table: "no" }))).toBe(
      'TABLE_NOT_FOUND: There is no table "no". The first documents that are added make it.',
    );
  });

  it("without opening anything before it is used, and closes what it opened", async () => {
    const location = join(temporaryFolder(), "data");
    const store = new VarveVectorStore(embeddings, { location });
    expect(existsSync(location)).toBe(false);
    expect(await store.similaritySearch("anything")).toEqual([]);
    expect(await store.version()).toBe(0);
    await store.addDocuments(pages);
    await store.close();
    const again = new VarveVectorStore(embeddings, { location });
    expect(await again.count()).toBe(3);
    await again.close();
  });

  it("and shows nothing of itself in JSON", async () => {
    const store = await filled();
    expect(store._vectorstoreType()).toBe("varve");
    expect(JSON.stringify(store)).toBe(
      '{"lc":1,"type":"not_implemented","id":["langchain","vectorstores","varve","VarveVectorStore"]}',
    );
  });
});

it("takes ids from the options, then from the document, then makes one", async () => {
  const store = new VarveVectorStore(embeddings, { db: await memoryDatabase() });
  const documents = [pages[0], pages[1], { pageContent: "no id", metadata: {} }] as Document[];
  const given = await store.addDocuments(documents, { ids: ["x", undefined, undefined] });
  expect(given.slice(0, 2)).toEqual(["x", "2"]);
  expect(given[2]).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids(await store.getByIds(["2", "nobody", "x"]))).toEqual(["2", "x"]);
});

it("takes vectors of the caller, and says what a commit was for", async () => {
  const db = await memoryDatabase();
  const store = new VarveVectorStore(embeddings, { db, table: "docs" });
  const vectors = [
    [1, 0],
    [0, 1],
  ];
  const added = await store.addVectors(vectors, pages.slice(0, 2), {
    message: "two pages",
    effectiveAt: "2026-01-01",
  });
  expect(added).toEqual(["1", "2"]);
  const [[first, score] = [undefined, 0]] = await store.similaritySearchVectorWithScore([1, 0], 1);
  expect([first?.id, score]).toEqual(["1", 1]);
  expect(await store.similaritySearchWithDistance([0, -1], 1)).toEqual([
    [expect.objectContaining({ id: "1" }), 1],
  ]);
  const [commit] = await (await db.openTable("docs")).history();
  expect(commit).toMatchObject({ message: "two pages", inserted: 2 });
  expect(await store.asOf({ effective: "2026-02-01" }).count()).toBe(2);
});

it("filters by the builder, by SQL, by objects and by lists of them, on every way to search", async () => {
  const store = await filled();
  const filters = [
    { lang: "en", year: { $gte: 2025 } },
    [{ lang: "en" }, { year: { $gte: 2025 } }],
    sql`metadata.lang = 'en' AND metadata.year >= ${2025}`,
    [sql`metadata.lang = 'en'`, { year: 2025 }],
    (c: { metadata: { path(key: string): { eq(value: unknown): never } } }) =>
      c.metadata.path("year").eq(2025),
  ];
  for (const filter of filters) {
    const expected = typeof filter === "function" ? ["2", "3"] : ["2"];
    const vectorOfQuery = await embeddings.embedQuery("refunds");
    const ways = [
      await store.similaritySearch("refunds", 9, filter as never),
      (await store.similaritySearchWithScore("refunds", 9, filter as never)).map(([document]) => document),
      (await store.similaritySearchVectorWithScore(vectorOfQuery, 9, filter as never)).map(([one]) => one),
      (await store.similaritySearchWithDistance("refunds", 9, filter as never)).map(([one]) => one),
      await store.maxMarginalRelevanceSearch("refunds", { k: 9, filter: filter as never }),
      await store.asRetriever({ k: 9, filter: filter as never }).invoke("refunds"),
      await store.asRetriever({ k: 9, searchType: "mmr", filter: filter as never }).invoke("refunds"),
      await store.asOf(1).similaritySearch("refunds", 9, filter as never),
    ];
    for (const way of ways) expect(ids(way).sort()).toEqual(expected);
    expect(await store.count(filter as never)).toBe(expected.length);
  }
});

it("chooses what is near and not all alike", async () => {
  const store = new VarveVectorStore(
    {
      embedQuery: () => Promise.resolve([1, 0, 0]),
      embedDocuments: () => Promise.reject(new Error("not asked")),
    },
    { db: await memoryDatabase() },
  );
  const named = ["a", "a again", "b", "far"].map((pageContent) => ({
    id: pageContent,
    pageContent,
    metadata: {},
  }));
  await store.addVectors(
    [
      [1, 0.1, 0],
      [1, 0.1, 0.001],
      [0.8, -0.6, 0],
      [-1, 0, 0],
    ],
    named,
  );
  const search = async (lambda: number, fetchK = 20): Promise<unknown> =>
    ids(await store.maxMarginalRelevanceSearch("q", { k: 2, fetchK, lambda }));
  expect(await search(1)).toEqual(["a", "a again"]);
  expect(await search(0.5)).toEqual(["a", "b"]);
  expect(await search(0.5, 2)).toEqual(["a", "a again"]);
  const retriever = store.asRetriever({ k: 2, searchType: "mmr", searchKwargs: { lambda: 0.5 } });
  expect(ids(await retriever.invoke("q"))).toEqual(["a", "b"]);
});

it("gives a retriever of the past", async () => {
  const store = await filled();
  await store.delete({ ids: ["1"] });
  const [now, then] = [store, store.asOf(1)].map((one) => one.asRetriever({ k: 9 }));
  expect(ids((await now?.invoke("refunds")) ?? []).sort()).toEqual(["2", "3"]);
  expect(ids((await then?.invoke("refunds")) ?? []).sort()).toEqual(["1", "2", "3"]);
  expect(await refusal(() => then?.addDocuments(pages))).toBe(
    "INVALID_ARGUMENT: addDocuments: this store shows the table as it was, and cannot be written to. Write to the store on which asOf was called.",
  );
});

it("does not ask the model for nothing", async () => {
  const store = new VarveVectorStore(
    {
      embedQuery: () => Promise.reject(new Error("asked")),
      embedDocuments: () => Promise.reject(new Error("asked")),
    },
    { db: await memoryDatabase() },
  );
  expect(await store.addDocuments([])).toEqual([]);
  expect(await store.similaritySearchVectorWithScore([1, 2], 3)).toEqual([]);
});

describe("on a table of one's own", () => {
  const fn = hashEmbedding();
  const articles = table(
    "articles",
    {
      slug: text().primaryKey(),
      title: text().nullable(),
      body: text(),
      tags: list(text()).nullable(),
      at: timestamp().nullable(),
      views: int().default(0),
      thumb: vector(4).nullable(),
    },
    (c) => ({ bodyVec: embed(fn, c.body) }),
  );

  it("the table embeds, and its columns are the metadata", async () => {
    const t = await (await memoryDatabase()).table(articles);
    await t.insert([{ slug: "old", body: "an old text about rivers", views: 7 }]);
    const store = new VarveVectorStore(t, { content: "body" });
    const at = new Date("2026-01-01");
    await store.addDocuments([
      new Document({ id: "new", pageContent: "mountains", metadata: { title: "M", tags: ["x"], at } }),
    ]);
    const [document] = await store.similaritySearch("mountains", 1, { tags: "x", at: { $gte: at } });
    expect(document).toEqual(
      new Document({
        id: "new",
        pageContent: "mountains",
        metadata: { title: "M", tags: ["x"], at, views: 0 },
      }),
    );
    const [[old, score] = [undefined, 0]] = await store.similaritySearchWithScore("rivers", 1);
    expect([old?.id, old?.metadata]).toEqual(["old", { views: 7 }]);
    expect(score).toBeGreaterThan(0.5);
    expect(await store.similaritySearch("???")).toEqual([]);
    expect((await store.embeddings.embedDocuments(["mountains"]))[0]).toHaveLength(16);
    expect(await t.count()).toBe(2);
  });

  it("metadata without a column is refused, and nothing is written", async () => {
    const t = await (await memoryDatabase()).table(articles);
    const store = new VarveVectorStore(t, { content: "body" });
    const documents = [
      new Document({ pageContent: "fits", metadata: { title: "x" } }),
      new Document({ pageContent: "does not", metadata: { slug: "mine" } }),
    ];
    expect(await refusal(() => store.addDocuments(documents))).toBe(
      'INVALID_ROW: The metadata of document 1 has the key "slug", which is no column of metadata. They are "title", "tags", "at", "views". A column of JSON named as `metadata` takes any key.',
    );
    expect(await t.count()).toBe(0);
  });

  it("a column of JSON holds all metadata, and LangChain embeds", async () => {
    const notes = table("notes", { id: text().primaryKey(), note: text(), data: json(), vec: vector(32) });
    const t = await (await memoryDatabase()).table(notes);
    const store = new VarveVectorStore(t, { content: "note", metadata: "data", embeddings });
    await store.addDocuments(pages);
    expect(await store.similaritySearch("returns by parcel", 1, { year: 2025 })).toEqual([pages[1]]);
    expect((await t.get("3"))?.data).toEqual({ lang: "de", year: 2025 });
  });
});

it("says what is wrong", async () => {
  const db = await memoryDatabase();
  const store = await filled();
  const plain = await db.table(table("plain", { id: int().primaryKey(), body: text() }));
  const refusals: Record<string, string> = {
    "no database": await refusal(() => new VarveVectorStore(embeddings, {})),
    "two databases": await refusal(() => new VarveVectorStore(embeddings, { db, location: "memory:" })),
    "no embeddings": await refusal(() => new VarveVectorStore("openai" as never, { db })),
    "embeddings that are none": await refusal(() => new VarveVectorStore(plain, { embeddings: {} as never })),
    "a table that has no documents": await refusal(() =>
      new VarveVectorStore(plain).similaritySearchVectorWithScore([1], 1),
    ),
    "fewer ids": await refusal(() => store.addDocuments(pages, { ids: ["1"] })),
    "fewer vectors": await refusal(() => store.addVectors([[1]], pages)),
    "fewer metadatas": await refusal(() => VarveVectorStore.fromTexts(["a", "b"], [{}], embeddings, { db })),
    "other dimensions": await refusal(() => store.addVectors([[1, 2, 3]], pages.slice(0, 1))),
    "a query of other dimensions": await refusal(() => store.similaritySearchVectorWithScore([1, 2], 1)),
    "delete nothing named": await refusal(() => store.delete({})),
    "delete without options": await refusal(() => store.delete(undefined as never)),
    "delete two ways": await refusal(() => store.delete({ ids: ["1"], deleteAll: true })),
    "delete by an empty filter": await refusal(() => store.delete({ filter: {} })),
    "delete by an empty list": await refusal(() => store.delete({ filter: [{}] })),
    "a predicate": await refusal(() => store.similaritySearch("x", 1, (() => true) as never)),
    "a negative k": await refusal(() => store.similaritySearch("x", -1)),
    "a number in metadata that JSON lacks": await refusal(() =>
      store.addDocuments([new Document({ pageContent: "x", metadata: { n: Number.NaN } })]),
    ),
    "bytes in metadata": await refusal(() =>
      store.addDocuments([
        new Document({ pageContent: "x", metadata: { pdf: { pages: [new Uint8Array(2)] } } }),
      ]),
    ),
    "a date that never was": await refusal(() => store.asOf("yesterday").count()),
  };
  expect(refusals).toMatchSnapshot();
  expect(await store.count()).toBe(3);
});

it("a hundred stores on one table in one folder see the same", async () => {
  const db = await connect(temporaryFolder());
  try {
    const stores = Array.from({ length: 100 }, () => new VarveVectorStore(embeddings, { db, table: "docs" }));
    await stores[0]?.addDocuments(pages);
    const counts = await Promise.all(stores.map((store) => store.count()));
    expect(new Set(counts)).toEqual(new Set([3]));
  } finally {
    await db.close();
  }
});
