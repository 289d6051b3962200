// The store of LlamaIndex keeps the contract of adapters, as far as LlamaIndex has a call for it, and its filters mean what they mean in
// LlamaIndex's own store.

import { type BaseNode, Document, IndexNode, NodeRelationship, TextNode } from "@llamaindex/core/schema";
import {
  type MetadataFilter,
  type MetadataFilters,
  type VectorStoreQuery,
  VectorStoreQueryMode,
} from "@llamaindex/core/vector-store";
import { type AsOf, connect, table, text, VarveError, vector } from "varve";
import { builtin } from "varve/embeddings";
import { VarveEmbedding, type VarveQueryParams, VarveVectorStore } from "varve/llamaindex";
import { describe, expect, it } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";
import { type ContractFilter, type ContractStore, contractVector, testAdapter } from "./contract";

const embedModel = new VarveEmbedding(builtin());

const equals: Readonly<Record<string, string>> = {
  $eq: "==",
  $gt: ">",
  $gte: ">=",
  $lt: "<",
  $lte: "<=",
  $in: "in",
  $all: "all",
  $contains: "contains",
};

/** A flat filter of the contract in the words of LlamaIndex; what it has no word for goes through as it is. */
function toFilters(filter: ContractFilter): MetadataFilters {
  const filters = Object.entries(filter).flatMap(([key, value]) => {
    if (typeof value !== "object" || value === null) return [{ key, value, operator: "==" }];
    return Object.entries(value as object).map(([op, operand]) => ({
      key,
      value: operand as unknown,
      operator: equals[op] ?? op,
    }));
  });
  return { filters: filters as MetadataFilter[] };
}

function storeOf(store: VarveVectorStore): ContractStore {
  return {
    async add(documents) {
      const nodes = documents.map(({ id, text: content, metadata = {} }) => {
        return new TextNode({
          ...(id === undefined ? {} : { id_: id }),
          text: content,
          metadata,
          embedding: contractVector(content),
        });
      });
      return await store.add(nodes);
    },
    async search(query, { limit, filter }) {
      const { nodes = [], similarities } = await store.query({
        queryEmbedding: contractVector(query),
        similarityTopK: limit,
        mode: VectorStoreQueryMode.DEFAULT,
        ...(filter === undefined ? {} : { filters: toFilters(filter) }),
      });
      return nodes.map((node, index) => ({
        id: node.id_,
        text: (node as TextNode).text,
        metadata: node.metadata,
        score: similarities[index] ?? Number.NaN,
      }));
    },
    deleteIds: (ids) => store.deleteNodes(ids),
    searchVector: (queryEmbedding) =>
      store.query({ queryEmbedding, similarityTopK: 1, mode: VectorStoreQueryMode.DEFAULT }),
    close: () => store.close(),
    deleteAll: () => store.clear(),
    asOf: (at: AsOf) => storeOf(store.asOf(at)),
  };
}

testAdapter({
  open: (db, name) => storeOf(new VarveVectorStore({ db, table: name, embedModel })),
  skip: [
    {
      test: "badFilter",
      reason: "keys are names in LlamaIndex, also $where; what is refused is tested below",
    },
    { test: "deleteFilter", reason: "LlamaIndex deletes by document or by node" },
    {
      test: "filters",
      reason: "the filters of LlamaIndex have a meaning of their own, which is tested below",
    },
  ],
});

const open = async (): Promise<VarveVectorStore> =>
  new VarveVectorStore({ db: await memoryDatabase(), embedModel });

type Query = VectorStoreQuery<VarveQueryParams>;

const asked = (more: Partial<Query>): Query => ({
  queryEmbedding: [1, 0],
  similarityTopK: 10,
  mode: VectorStoreQueryMode.DEFAULT,
  ...more,
});

function nodeOf(id: string, more: Partial<TextNode> & { source?: string } = {}): TextNode {
  const { source, ...init } = more;
  const relationships =
    source === undefined ? {} : { [NodeRelationship.SOURCE]: { nodeId: source, metadata: {} } };
  return new TextNode({ id_: id, text: id, embedding: [1, 0], relationships, ...init });
}

describe("filters", () => {
  const nodes = [
    nodeOf("a", { metadata: { name: "Ada", year: 1815, tags: ["x", "y"], note: "" } }),
    nodeOf("b", { metadata: { name: "Bob", year: 1900, tags: ["y"], open: true, "name.first": "dot" } }),
    nodeOf("c", { metadata: { name: "100% _c\\", year: 2000, tags: [] } }),
    nodeOf("d", { metadata: { name: null, nested: { name: "Ada" } } }),
  ];
  const rows: readonly [MetadataFilter["key"], string, unknown, string][] = [
    ["name", "==", "Ada", "a"],
    ["year", "==", 1900, "b"],
    ["year", "==", "1900", ""],
    ["open", "==", true, "b"],
    ["tags", "==", "x", ""],
    ["name.first", "==", "dot", "b"],
    ["nested.name", "==", "Ada", ""],
    ["name", "!=", "Ada", "bc"],
    ["tags", "!=", "x", "bc"],
    ["year", ">", 1900, "c"],
    ["year", ">=", 1900, "bc"],
    ["year", "<", 1900, "a"],
    ["year", "<=", 1900, "ab"],
    ["name", ">", "B", "b"],
    ["name", "in", ["Ada", "Bob", 7], "ab"],
    ["name", "in", [], ""],
    ["name", "nin", ["Ada"], "bc"],
    ["name", "nin", [], "abc"],
    ["nobody", "nin", ["Ada"], ""],
    ["tags", "any", ["x", "z"], "a"],
    ["tags", "all", ["x", "y"], "a"],
    ["tags", "all", [], "abc"],
    ["tags", "contains", "y", "ab"],
    ["name", "contains", "Ad", "a"],
    ["name", "text_match", "d", "a"],
    ["name", "text_match", "D", ""],
    ["name", "text_match", "100% _c\\", "c"],
    ["name", "text_match", "%", "c"],
    ["name", "text_match", "_", "c"],
    ["tags", "is_empty", undefined, "cd"],
    ["name", "is_empty", undefined, "d"],
    ["note", "is_empty", undefined, "abcd"],
    ["nobody", "is_empty", undefined, "abcd"],
  ];

  it.each(rows)("%s %s %j finds %j", async (key, operator, value, expected) => {
    const store = await open();
    await store.add(nodes);
    const filters = { filters: [{ key, operator, value } as MetadataFilter] };
    const { ids } = await store.query(asked({ filters }));
    expect(ids.toSorted().join("")).toBe(expected);
  });

  it("join with and, or with or", async () => {
    const store = await open();
    await store.add(nodes);
    const two: MetadataFilter[] = [
      { key: "name", operator: "==", value: "Ada" },
      { key: "year", operator: ">", value: 1850 },
    ];
    const ids = async (filters: MetadataFilters) =>
      (await store.query(asked({ filters }))).ids.toSorted().join("");
    expect(await ids({ filters: two })).toBe("");
    expect(await ids({ filters: two, condition: "or" })).toBe("abc");
    expect(await ids({ filters: [] })).toBe("abcd");
    expect(await ids({ filters: [], condition: "or" })).toBe("");
  });

  it.each([
    ["an operator that there is not", { key: "name", operator: "~", value: "A" }],
    ["a name that objects inherit", { key: "name", operator: "constructor", value: "A" }],
    ["a list where one value is taken", { key: "name", operator: "==", value: ["A"] }],
    ["one value where a list is taken", { key: "name", operator: "in", value: "A" }],
    ["an object", { key: "name", operator: "==", value: { $gt: "" } }],
    ["no value", { key: "name", operator: ">" }],
  ])("refuse %s", async (_, filter) => {
    const store = await open();
    await store.add(nodes);
    const call = store.query(asked({ filters: { filters: [filter as MetadataFilter] } }));
    const error: unknown = await call.catch((caught: unknown) => caught);
    expect(VarveError.is(error) && `${error.code} ${error.message}`).toMatchSnapshot();
  });
});

describe("documents and their nodes", () => {
  it("are deleted by the id of the document, and by no other id", async () => {
    const store = await open();
    await store.add([
      nodeOf("1", { source: "doc" }),
      nodeOf("2", { source: "doc" }),
      nodeOf("doc", { source: "other" }),
    ]);
    await store.delete("doc");
    expect((await store.query(asked({}))).ids).toEqual(["doc"]);
    await store.delete("nobody");
    await store.delete("None");
    expect((await store.query(asked({}))).ids).toEqual(["doc"]);
  });

  it("are chosen by docIds, of nodes or of documents", async () => {
    const store = await open();
    await store.add([
      nodeOf("1", { source: "doc" }),
      nodeOf("2", { source: "doc" }),
      nodeOf("3"),
      nodeOf("4"),
    ]);
    expect((await store.query(asked({ docIds: ["doc", "3"] }))).ids.toSorted()).toEqual(["1", "2", "3"]);
    expect((await store.query(asked({ docIds: [] }))).ids).toEqual([]);
  });

  it("come back as they were", async () => {
    const store = await open();
    const nodes: BaseNode[] = [
      new TextNode({
        id_: "t",
        text: "  kept as it is \n",
        metadata: { a: [1, { b: null }], at: new Date(0), doc_id: "mine" },
        excludedLlmMetadataKeys: ["a"],
        startCharIdx: 3,
        endCharIdx: 9,
        embedding: [1, 0],
      }),
      new IndexNode({ id_: "i", text: "index", indexId: "other", embedding: [1, 0] }),
      new Document({ id_: "d", text: "document", embedding: [1, 0] }),
      nodeOf("s", { source: "doc", metadata: { title: "T" } }),
    ];
    await store.add(nodes);
    const found = await store.getNodes(["s", "t", "nobody", "d", "i"]);
    expect(found.map(({ id_ }) => id_)).toEqual(["s", "t", "d", "i"]);
    for (const node of found) {
      const original = nodes.find(({ id_ }) => id_ === node.id_);
      expect(node.constructor).toBe(original?.constructor);
      expect(node.toJSON()).toEqual({ ...original?.toJSON(), embedding: undefined });
    }
  });

  it("need an embedding", async () => {
    const store = await open();
    const call = store.add([new TextNode({ id_: "x", text: "x" })]);
    await expect(call).rejects.toMatchObject({ code: "INVALID_ROW" });
  });
});

describe("query", () => {
  it("differs in mode mmr, and is nearest first in mode default", async () => {
    const store = await open();
    await store.add([
      nodeOf("near", { embedding: [1, 0.1] }),
      nodeOf("same", { embedding: [1, 0.11] }),
      nodeOf("other", { embedding: [1, -1] }),
    ]);
    const ids = async (more: Partial<Query>) =>
      (await store.query(asked({ similarityTopK: 2, ...more }))).ids;
    expect(await ids({})).toEqual(["near", "same"]);
    const mode = VectorStoreQueryMode.MMR;
    expect(await ids({ mode, mmrThreshold: 0.3 })).toEqual(["near", "other"]);
    expect(await ids({ mode, mmrThreshold: 1 })).toEqual(["near", "same"]);
  });

  it.each(["sparse", "text_search"])("finds by words in the mode %s", async (mode) => {
    const store = await open();
    await store.add([nodeOf("refunds take days"), nodeOf("the code is KX-4471")]);
    const byWords = (queryStr?: string) =>
      store.query({
        similarityTopK: 2,
        mode: mode as VectorStoreQueryMode,
        ...(queryStr === undefined ? {} : { queryStr }),
      });
    const { nodes = [], similarities } = await byWords("KX-4471");
    expect(nodes.map((node) => (node as TextNode).text)).toEqual(["the code is KX-4471"]);
    expect(similarities[0]).toBeGreaterThan(0);
    expect(await byWords("nothing of it")).toMatchObject({ ids: [] });
    await expect(byWords()).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: `A query with mode "${mode}" needs a queryStr.`,
    });
  });

  it("finds by words and by vectors in the mode hybrid, by alpha", async () => {
    const store = await open();
    const near = nodeOf("refunds take days", { embedding: [1, 0] });
    await store.add([near, nodeOf("the code is KX-4471", { embedding: [0, 1] })]);
    const best = async (alpha?: number, more: object = { queryStr: "KX-4471" }) => {
      const { ids, similarities } = await store.query({
        queryEmbedding: [1, 0],
        similarityTopK: 2,
        mode: VectorStoreQueryMode.HYBRID,
        ...(alpha === undefined ? {} : { alpha }),
        ...more,
      });
      expect(similarities.toSorted((a, b) => b - a)).toEqual(similarities);
      return ids[0];
    };
    expect([await best(0), await best(0.1), await best(0.9), await best(1)]).toEqual([
      "the code is KX-4471",
      "the code is KX-4471",
      "refunds take days",
      "refunds take days",
    ]);
    expect(await best()).toBeDefined();
    await expect(best(1.5)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message:
        "query, alpha: expected a number from 0 (words alone) to 1 (vectors alone), found the number 1.5.",
    });
    await expect(best(0.5, {})).rejects.toThrow('A query with mode "hybrid" needs a queryStr.');
  });

  it.each(["semantic_hybrid", "svm"])("refuses the mode %s", async (mode) => {
    const call = (await open()).query(asked({ mode: mode as VectorStoreQueryMode }));
    await expect(call).rejects.toMatchObject({ code: "NOT_YET" });
  });

  it("reads the past where customParams say so", async () => {
    const store = await open();
    await store.add([nodeOf("old")]);
    await store.add([nodeOf("new")]);
    const { ids } = await store.query({ ...asked({}), customParams: { asOf: 1 } });
    expect(ids).toEqual(["old"]);
    expect(await store.asOf(1).version()).toBe(1);
    await expect(store.asOf(1).delete("doc")).rejects.toThrow(/as it was/);
    await expect(store.asOf(1).clear()).rejects.toThrow(/as it was/);
  });

  it("needs an embedding", async () => {
    const { queryEmbedding: _, ...query } = asked({});
    await expect((await open()).query(query)).rejects.toThrow(/no queryEmbedding/);
  });
});

describe("the table", () => {
  it("is opened by the first use, and closed with the store that opened it", async () => {
    const location = temporaryFolder();
    const store = new VarveVectorStore({ location, embedModel });
    expect(await store.client()).toBeUndefined();
    await store.add([nodeOf("a")]);
    expect(await (await store.client())?.count()).toBe(1);
    await store.close();
    const db = await connect(location);
    expect(await db.tables()).toEqual(["llamaindex"]);
    await db.close();
  });

  it("may be one's own, if it has a place for the metadata", async () => {
    const db = await memoryDatabase();
    const own = await db.table(
      table("own", { id: text().primaryKey(), content: text(), lang: text().nullable(), vec: vector(2) }),
    );
    await own.insert([{ id: "a", content: "hello", lang: "en", vec: [1, 0] }]);
    const store = new VarveVectorStore({ table: own.untyped, embedModel });
    const filters: MetadataFilters = { filters: [{ key: "lang", operator: "==", value: "en" }] };
    const { nodes } = await store.query(asked({ filters }));
    expect(nodes?.map((node) => [(node as TextNode).text, node.metadata])).toEqual([
      ["hello", { lang: "en" }],
    ]);
  });
});

describe("VarveEmbedding", () => {
  it("embeds texts and queries with a function of Varve", async () => {
    const [one, two] = await embedModel.getTextEmbeddings(["refund policy", "parcels"]);
    expect(one).toHaveLength(builtin().dimensions);
    expect(await embedModel.getTextEmbedding("refund policy")).toEqual(one);
    expect(await embedModel.getQueryEmbedding({ type: "text", text: "parcels" })).toEqual(two);
    await expect(embedModel.getTextEmbedding("")).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
  });
});
