// A column keeps what its embedder says of itself. Vectors of another one are refused when they are written and when they are searched
// with, in every adapter; tables that keep no embedder take all, as before.

import { CacheBackedEmbeddings } from "@langchain/classic/embeddings/cache_backed";
import { Embeddings } from "@langchain/core/embeddings";
import { InMemoryStore } from "@langchain/core/stores";
import { BaseEmbedding } from "@llamaindex/core/embeddings";
import { TextNode } from "@llamaindex/core/schema";
import { VectorStoreQueryMode } from "@llamaindex/core/vector-store";
import { type Database, embed, table, text } from "varve";
import { custom, fromLangChain, Registry } from "varve/embeddings";
import { VarveVectorStore } from "varve/langchain";
import { fromLlamaIndex, VarveVectorStore as LlamaIndexStore, VarveEmbedding } from "varve/llamaindex";
import { VarveVector } from "varve/mastra";
import { describe, expect, it } from "vitest";
import { documentTable } from "../../src/integrations/support/document-table";
import { memoryDatabase } from "../support/database";

const mismatch = { code: "SCHEMA_MISMATCH" };
const pages = [{ id: "a", pageContent: "a", metadata: {} }];

class Model extends Embeddings {
  readonly apiKey = "sk-secret";
  readonly calls: string[] = [];
  readonly model: string;
  readonly answer: number[];
  constructor(model: string, answer: number[] = [1, 0]) {
    super({});
    this.model = model;
    this.answer = answer;
  }
  override embedQuery(asked: string): Promise<number[]> {
    this.calls.push(asked);
    return Promise.resolve(this.answer);
  }
  override embedDocuments(texts: string[]): Promise<number[][]> {
    this.calls.push(...texts);
    return Promise.resolve(texts.map(() => this.answer));
  }
}
class OtherModel extends Model {}

const plainObject = (more: object = {}) => ({
  ...more,
  embedQuery: () => Promise.resolve([0, 1]),
  embedDocuments: (texts: string[]) => Promise.resolve(texts.map(() => [0, 1])),
});

const fn = custom<string>({
  name: "ours",
  dimensions: 2,
  config: { model: "a" },
  embed: (texts) => Promise.resolve(texts.map(() => Float32Array.of(1, 0))),
});

async function filled(embeddings: object = new Model("small")): Promise<Database> {
  const db = await memoryDatabase();
  await new VarveVectorStore(embeddings as Model, { db, table: "docs" }).addDocuments(pages);
  return db;
}

const storeOf = (db: Database, embeddings: object): VarveVectorStore =>
  new VarveVectorStore(embeddings as Model, { db, table: "docs" });

describe("LangChain", () => {
  it.each<[string, object, object]>([
    ["another model", new Model("small"), new Model("large")],
    ["another class", new Model("small"), new OtherModel("small")],
    [
      "a model by another name of the property",
      plainObject({ modelName: "x" }),
      plainObject({ modelId: "y" }),
    ],
    ["one that says nothing", new Model("small"), plainObject()],
    ["one beside the function of the table", fn, new Model("small")],
    ["one that says nothing beside the function of the table", fn, plainObject()],
    ["a function beside embeddings", new Model("small"), fn],
    [
      "another function",
      fn,
      custom<string>({ ...fn, config: { model: "b" } } as Parameters<typeof custom<string>>[0]),
    ],
  ])("refuses %s, before anything is paid for", async (_, first, second) => {
    const db = await filled(first as Model);
    const store = storeOf(db, second);
    await expect(store.addDocuments([{ pageContent: "b", metadata: {} }])).rejects.toMatchObject(mismatch);
    await expect(store.addVectors([[0, 1]], pages)).rejects.toMatchObject(mismatch);
    await expect(store.similaritySearch("b")).rejects.toMatchObject(mismatch);
    await expect(store.similaritySearchWithScore("b", 1)).rejects.toMatchObject(mismatch);
    await expect(store.similaritySearchVectorWithScore([0, 1], 1)).rejects.toMatchObject(mismatch);
    await expect(store.maxMarginalRelevanceSearch("b", { k: 1 })).rejects.toMatchObject(mismatch);
    await expect(store.asOf(1).similaritySearch("b")).rejects.toMatchObject(mismatch);
    expect((second as Partial<Model>).calls ?? []).toEqual([]);
    expect(await storeOf(db, first).count()).toBe(1);
  });

  it.each<[string, object, object]>([
    ["the same again", new Model("small"), new Model("small")],
    ["one that keeps the answers of the same", new Model("small"), cached(new Model("small"))],
    ["one that says less", plainObject({ model: "x", provider: "p" }), plainObject({ modelName: "x" })],
    ["a path of another machine", plainObject({ model: "/home/ada/m1" }), plainObject({ model: "/srv/m1" })],
  ])("takes %s", async (_, first, second) => {
    const db = await filled(first as Model);
    const store = storeOf(db, second);
    await store.addDocuments([{ pageContent: "b", metadata: {} }]);
    expect(await store.similaritySearch("b")).toHaveLength(2);
  });

  it("refuses what keeps the answers of another", async () => {
    const db = await filled();
    await expect(storeOf(db, cached(new Model("large"))).similaritySearch("b")).rejects.toMatchObject(
      mismatch,
    );
  });

  it("takes all in a table that keeps no embedder", async () => {
    const db = await memoryDatabase();
    await db.table(documentTable("docs", { dimensions: 2 }));
    await storeOf(db, new Model("small")).addDocuments(pages);
    expect(await storeOf(db, new Model("large")).similaritySearch("b")).toHaveLength(1);
    expect(await storeOf(db, plainObject()).similaritySearch("b")).toHaveLength(1);
  });

  it("keeps no secret", async () => {
    const db = await filled();
    const { columns } = await (await db.openTable("docs")).describe();
    const kept = columns.find(({ name }) => name === "vector");
    expect(kept).toMatchObject({
      function: "langchain",
      config: { dimensions: 2, embedder: { class: "Model", model: "small" } },
    });
    expect(JSON.stringify(columns)).not.toContain("sk-secret");
  });

  it("can be moved to another model, as the message says", async () => {
    const db = await filled();
    const embeddings = new Model("large", [0, 1, 0]);
    const other = new Model("large", [0, 1]);
    const error = await storeOf(db, other)
      .similaritySearch("b")
      .catch((caught: Error & { hint?: string }) => caught);
    expect((error as { hint?: string }).hint).toContain(
      'reembed("vector", fromLangChain(embeddings, { name: "langchain", dimensions: 2 }))',
    );
    const moved = fromLangChain(embeddings, { name: "langchain", dimensions: 3 });
    await (await db.openTable("docs")).reembed("vector" as never, moved as never);
    expect(await storeOf(db, embeddings).similaritySearch("b")).toHaveLength(1);
    await expect(storeOf(db, new Model("small")).similaritySearch("b")).rejects.toMatchObject(mismatch);
  });

  it("holds for a table of one's own", async () => {
    const db = await memoryDatabase();
    const own = await db.table(
      table("own", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(fn, c.body) })),
    );
    const stranger = new VarveVectorStore(own, { embeddings: new Model("small") });
    await expect(stranger.addDocuments(pages)).rejects.toMatchObject(mismatch);
    await expect(stranger.similaritySearch("b")).rejects.toMatchObject(mismatch);
    const other = custom<string>({ name: "other", dimensions: 2, embed: fn.embed });
    await expect(
      new VarveVectorStore(own, { embeddings: other }).similaritySearch("b"),
    ).rejects.toMatchObject(mismatch);
    await new VarveVectorStore(own).addDocuments(pages);
    expect(await new VarveVectorStore(own, { embeddings: fn }).similaritySearch("b")).toHaveLength(1);
  });
});

function cached(inner: Embeddings): Embeddings {
  return CacheBackedEmbeddings.fromBytesStore(inner, new InMemoryStore<Uint8Array>(), { namespace: "n" });
}

describe("fromLangChain", () => {
  const docs = (model: object, name = "cohere") =>
    table("own", { id: text().primaryKey(), body: text() }, (c) => ({
      vec: embed(fromLangChain(model as Model, { name, dimensions: 2 }), c.body),
    }));

  it("refuses another model under the same name, and takes the same", async () => {
    const db = await memoryDatabase();
    await db.table(docs(new Model("small")));
    await db.table(docs(new Model("small")));
    await expect(db.table(docs(new Model("large")))).rejects.toMatchObject(mismatch);
    await expect(db.table(docs(plainObject()))).rejects.toMatchObject(mismatch);
  });

  it("takes a model in a table from before embedders were kept", async () => {
    const db = await memoryDatabase();
    await db.table(docs(plainObject()));
    const t = await db.table(docs(new Model("small")));
    await t.insert([{ id: "1", body: "x" }]);
    expect(await t.search("x")).toHaveLength(1);
  });

  it("refuses a registered one that is another", async () => {
    const registry = new Registry();
    registry.register(
      "cohere",
      ({ dimensions }) =>
        fromLangChain(new Model("large"), { name: "cohere", dimensions: Number(dimensions) }) as never,
    );
    const db = await memoryDatabase({ registry });
    await db.table(docs(new Model("small")));
    const opened = await db.openTable("own");
    await expect(opened.search("x")).rejects.toMatchObject({ code: "EMBEDDING_UNAVAILABLE" });
  });
});

class NodeModel extends BaseEmbedding {
  readonly model: string;
  readonly answer: number[];
  constructor(model: string, answer = [1, 0]) {
    super();
    this.model = model;
    this.answer = answer;
  }
  override getTextEmbedding(): Promise<number[]> {
    return Promise.resolve(this.answer);
  }
}

describe("LlamaIndex", () => {
  const llama = (db: Database, embedModel: BaseEmbedding) =>
    new LlamaIndexStore({ db, table: "docs", embedModel });
  const node = () => new TextNode({ id_: "a", text: "a", embedding: [1, 0] });
  const asked = { queryEmbedding: [1, 0], similarityTopK: 1, mode: VectorStoreQueryMode.DEFAULT };

  it.each<[string, BaseEmbedding, BaseEmbedding]>([
    ["another model", new NodeModel("small"), new NodeModel("large")],
    ["a model beside a function of Varve", new VarveEmbedding(fn), new NodeModel("small")],
    ["a function of Varve beside a model", new NodeModel("small"), new VarveEmbedding(fn)],
  ])("refuses %s, and takes the same", async (_, first, second) => {
    const db = await memoryDatabase();
    await llama(db, first).add([node()]);
    await expect(llama(db, second).add([node()])).rejects.toMatchObject(mismatch);
    await expect(llama(db, second).query(asked)).rejects.toMatchObject(mismatch);
    expect((await llama(db, first).query(asked)).ids).toEqual(["a"]);
  });

  it("refuses a table that LangChain's embeddings filled", async () => {
    const db = await filled();
    await expect(llama(db, new NodeModel("small")).query(asked)).rejects.toMatchObject(mismatch);
  });

  it("can be moved to another model", async () => {
    const db = await memoryDatabase();
    await llama(db, new NodeModel("small")).add([node()]);
    const other = new NodeModel("large", [0, 1, 0]);
    const moved = fromLlamaIndex(other, { dimensions: 3 });
    await (await db.openTable("docs")).reembed("vector" as never, moved as never);
    const { ids } = await llama(db, other).query({ ...asked, queryEmbedding: [0, 1, 0] });
    expect(ids).toEqual(["a"]);
  });
});

describe("Mastra", () => {
  const model = (modelId: string) => ({
    specificationVersion: "v3" as const,
    provider: "test",
    modelId,
    maxEmbeddingsPerCall: 10,
    supportsParallelCalls: true,
    doEmbed: () => Promise.resolve({ embeddings: [[1, 0]] }),
  });
  const indexName = "docs";
  const mastra = (db: Database, embedder?: ReturnType<typeof model> | typeof fn) =>
    new VarveVector({ id: "v", db, embedder });

  it("refuses vectors of nobody in a column that keeps an embedder, to write and to search", async () => {
    const db = await filled();
    const store = mastra(db);
    await expect(store.upsert({ indexName, vectors: [[1, 0]] })).rejects.toMatchObject(mismatch);
    await expect(store.query({ indexName, queryVector: [1, 0] })).rejects.toMatchObject(mismatch);
    const update = { vector: [1, 0] };
    await expect(store.updateVector({ indexName, id: "a", update })).rejects.toMatchObject(mismatch);
    expect(await store.query({ indexName, filter: {} })).toHaveLength(1);
    await store.deleteVector({ indexName, id: "a" });
    expect((await store.describeIndex({ indexName })).count).toBe(0);
  });

  it("keeps the embedder that it is given, and refuses another one", async () => {
    const db = await memoryDatabase();
    await mastra(db, model("small")).createIndex({ indexName, dimension: 2 });
    await mastra(db, model("small")).upsert({ indexName, vectors: [[1, 0]], ids: ["a"] });
    await expect(mastra(db, model("large")).createIndex({ indexName, dimension: 2 })).rejects.toMatchObject(
      mismatch,
    );
    await expect(mastra(db, fn).upsert({ indexName, vectors: [[1, 0]] })).rejects.toMatchObject(mismatch);
    await mastra(db, model("small")).updateVector({ indexName, id: "a", update: { metadata: { n: 1 } } });
    expect(await mastra(db, model("small")).query({ indexName, queryVector: [1, 0] })).toHaveLength(1);
  });

  it("takes all in an index that keeps none", async () => {
    const db = await memoryDatabase();
    await mastra(db).createIndex({ indexName, dimension: 2 });
    await mastra(db, model("small")).upsert({ indexName, vectors: [[1, 0]] });
    expect(await mastra(db).query({ indexName, queryVector: [1, 0] })).toHaveLength(1);
    const { columns } = await (await db.openTable(indexName)).describe();
    expect(columns.find(({ name }) => name === "vector")).not.toHaveProperty("function");
  });
});
