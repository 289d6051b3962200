// The vector store of Mastra keeps the contract of adapters, and what Mastra's interface asks for beside it.

import { Mastra } from "@mastra/core";
import { type AsOf, connect, VarveError } from "varve";
import { VarveVector, type VarveVectorFilter } from "varve/mastra";
import { describe, expect, it } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";
import { CONTRACT_DIMENSIONS, type ContractStore, contractVector, testAdapter } from "./contract";

const TEXT = "the text of the contract";

/** Mastra keeps texts in the metadata. */
function storeOf(store: VarveVector, indexName: string): ContractStore {
  return {
    async add(documents) {
      if (documents.length === 0) return [];
      const ids = documents.map(({ id }) => id ?? crypto.randomUUID());
      const metadata = documents.map((one) => {
        const own = Object.getOwnPropertyDescriptors(one.metadata ?? {});
        return Object.defineProperty(Object.defineProperties({}, own), TEXT, {
          value: one.text,
          enumerable: true,
        });
      });
      const vectors = documents.map(({ text }) => contractVector(text));
      return await store.upsert({ indexName, vectors, metadata, ids });
    },
    async search(text, { limit, filter }) {
      const queryVector = contractVector(text);
      const hits = await store.query({ indexName, queryVector, topK: limit, ...(filter && { filter }) });
      return hits.map(({ id, score, metadata = {} }) => {
        const { [TEXT]: content, ...own } = metadata;
        return { id, score, text: content as string, metadata: own };
      });
    },
    async deleteIds(ids) {
      if (!Array.isArray(ids) || ids.length > 0)
        await store.deleteVectors({ indexName, ids: ids as string[] });
    },
    deleteFilter: (filter) => store.deleteVectors({ indexName, filter }),
    searchVector: (queryVector) => store.query({ indexName, queryVector }),
    close: () => store.close(),
    async deleteAll() {
      await store.deleteIndex({ indexName });
      await store.createIndex({ indexName, dimension: CONTRACT_DIMENSIONS });
    },
    asOf: (at: AsOf) => storeOf(store.asOf(at), indexName),
  };
}

testAdapter({
  async open(db, name) {
    const store = new VarveVector({ id: "varve", db });
    await store.createIndex({ indexName: name, dimension: CONTRACT_DIMENSIONS });
    return storeOf(store, name);
  },
  operators: "$eq $ne $gt $gte $lt $lte $in $nin $all $contains $exists $and $or $nor $not".split(" "),
  skip: [{ test: "badFilter", reason: "Mastra has $regex; what its filters refuse is tested below" }],
});

const indexName = "docs";

async function filled(): Promise<VarveVector> {
  const store = new VarveVector({ id: "varve", db: await memoryDatabase() });
  await store.createIndex({ indexName, dimension: 2 });
  const metadata = [
    {
      name: "Product A",
      price: 10,
      tags: ["new", "sale"],
      reviews: [
        { score: 3, by: "x" },
        { score: 5, by: "y" },
      ],
    },
    { name: "Product B", price: 25, tags: ["abc"], note: "Classic novel 100%", at: new Date("2026-01-01") },
    { name: "product c\nline", price: 50, tags: [], reviews: [{ score: 5, by: "x" }] },
    { name: "Other", price: null, nested: { tags: ["deep"] }, scores: [1, 5, 9] },
  ];
  const vectors = [
    [1, 0],
    [1, 0.1],
    [1, 0.2],
    [0, 1],
  ];
  await store.upsert({ indexName, vectors, metadata, ids: ["a", "b", "c", "d"] });
  return store;
}

const idsOf = async (store: VarveVector, filter: VarveVectorFilter): Promise<string> =>
  (await store.query({ indexName, queryVector: [1, 0], filter }))
    .map(({ id }) => id)
    .toSorted()
    .join("");

describe("filters", () => {
  const cases: readonly [NonNullable<VarveVectorFilter>, string][] = [
    [{ name: { $regex: "^Product [A-C]" } }, "ab"],
    [{ name: { $regex: "^product", $options: "i" } }, "abc"],
    [{ name: { $regex: "(?i)PRODUCT [bc]" } }, "bc"],
    [{ name: /^O.*r$/ }, "d"],
    [{ name: { $regex: "c.line$" } }, "c"],
    [{ name: { $regex: "(A|B)$|^O" } }, "abd"],
    [{ name: { $regex: "^Products? .+" } }, "ab"],
    [{ name: { $regex: "" } }, "abcd"],
    [{ note: { $regex: "100%" } }, "b"],
    [{ note: { $regex: "^100%$" } }, ""],
    [{ note: { $regex: "\\d\\d\\d" } }, "b"],
    [{ name: { $not: { $regex: "^P" } } }, "cd"],
    [{ name: { $not: /^P/i } }, "d"],
    [{ tags: { $regex: "^s" } }, "a"],
    [{ note: { $contains: "novel" } }, "b"],
    [{ note: { $contains: "%" } }, "b"],
    [{ tags: { $contains: "sale" } }, "a"],
    [{ tags: { $contains: "b" } }, ""],
    [{ tags: ["new", "abc"] }, "ab"],
    [{ tags: { $size: 2 } }, "a"],
    [{ tags: { $size: 0 } }, "c"],
    [{ tags: { $not: { $size: 2 } } }, "bcd"],
    [{ reviews: { $elemMatch: { score: { $gte: 4 }, by: "x" } } }, "c"],
    [{ reviews: { $elemMatch: { by: { $regex: "^[xy]$" }, score: { $lt: 4 } } } }, "a"],
    [{ scores: { $elemMatch: { $gt: 4, $lt: 6 } } }, "d"],
    [{ $or: [{ tags: { $size: 2 } }, { price: { $gt: 40 } }] }, "ac"],
    [{ price: { $lt: 40 }, reviews: { $size: 2 } }, "a"],
    [{ $nor: [{ tags: { $size: 2 } }, { "nested.tags": { $elemMatch: { $eq: "deep" } } }] }, "bc"],
    [{ price: null }, "d"],
    [{ price: { $ne: null } }, "abc"],
    [{ at: { $lte: new Date("2026-01-01") } }, "b"],
    [{ at: new Date("2026-01-01"), tags: { $size: 1 } }, "b"],
    [{ $or: [] }, ""],
    [{ $nor: [] }, "abcd"],
    [{ $and: [] }, "abcd"],
    [{}, "abcd"],
  ];

  it.each(cases)("%j finds %j", async (filter, expected) => {
    expect(await idsOf(await filled(), filter)).toBe(expected);
  });

  it.each([
    ["an operator that there is not", { name: { $where: "1" } }],
    ["an operator in the place of a field", { $gt: 3 }],
    ["an operator inside an operator", { name: { $eq: { $gt: "" } } }],
    ["no value", { name: undefined }],
    ["an empty object", { name: {} }],
    ["a join without a list", { $and: "x" }],
    ["a repetition that may take for ever", { name: { $regex: "(a+)+$" } }],
    ["a repetition of a class", { name: { $regex: "[a-z]*" } }],
    ["a counted repetition", { name: { $regex: "a{1,30}" } }],
    ["a look-ahead", { name: { $regex: "(?=a)b" } }],
    ["a reference back", { name: { $regex: "(a)\\1" } }],
    ["more alternatives than are tried", { name: { $regex: "[a-z][a-z][a-z]" } }],
    ["a group without an end", { name: { $regex: "(a" } }],
    ["options without an expression", { name: { $options: "i" } }],
    ["a flag that there is not", { name: { $regex: "a", $options: "x" } }],
    ["an item that is no object", { tags: { $elemMatch: "x" } }],
  ])("refuse %s", async (_, filter) => {
    const error: unknown = await idsOf(await filled(), filter).catch((caught: unknown) => caught);
    expect(VarveError.is(error) && `${error.code} ${error.message}`).toMatchSnapshot();
  });

  it("are answered from one version, also where rows are looked at", async () => {
    const store = await filled();
    await store.deleteVectors({ indexName, filter: { tags: { $size: 2 } } });
    expect(await idsOf(store, { reviews: { $elemMatch: { score: 5 } } })).toBe("c");
    const queryVector = [1, 0];
    const filter = { reviews: { $elemMatch: { score: 5 } } };
    const then = await store.query({ indexName, queryVector, filter, asOf: 1 });
    expect(then.map(({ id }) => id)).toEqual(["a", "c"]);
  });
});

describe("indexes", () => {
  it("are described, listed and removed; other tables are none", async () => {
    const store = await filled();
    expect(await store.describeIndex({ indexName })).toEqual({ dimension: 2, count: 4, metric: "cosine" });
    for (const metric of ["euclidean", "dotproduct"] as const) {
      await store.createIndex({ indexName: metric, dimension: 3, metric });
      expect(await store.describeIndex({ indexName: metric })).toEqual({ dimension: 3, count: 0, metric });
    }
    const { int, table } = await import("varve");
    await (await store.database()).table(table("numbers", { n: int() }));
    expect((await store.listIndexes()).toSorted()).toEqual(["docs", "dotproduct", "euclidean"]);
    await store.deleteIndex({ indexName });
    await expect(store.describeIndex({ indexName })).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
    await expect(store.query({ indexName, queryVector: [1, 0] })).rejects.toThrow(/no table/);
  });

  it("stay where they are made again, and keep their dimension", async () => {
    const store = await filled();
    await Promise.all([1, 2, 3].map(() => store.createIndex({ indexName, dimension: 2 })));
    expect((await store.describeIndex({ indexName })).count).toBe(4);
    await expect(store.createIndex({ indexName, dimension: 3 })).rejects.toThrow(/2 dimensions, but 3/);
  });

  it.each([0, -1, 1.5, 65_536, "3"])("have no dimension %j", async (dimension) => {
    const store = await filled();
    await expect(store.createIndex({ indexName: "other", dimension: dimension as number })).rejects.toThrow(
      /expected a whole number/,
    );
  });
});

describe("writes", () => {
  it("replace what a filter lets through in one commit", async () => {
    const store = await filled();
    const table = await (await store.database()).openTable(indexName);
    const before = await table.version();
    const metadata = [{ name: "new" }];
    await store.upsert({
      indexName,
      vectors: [[1, 1]],
      ids: ["b"],
      metadata,
      deleteFilter: { tags: { $size: 2 } },
    });
    await store.upsert({ indexName, vectors: [[1, 1]], ids: ["e"], deleteFilter: { name: "new" } });
    expect(await table.version()).toBe(before + 2);
    expect(await idsOf(store, {})).toBe("cde");
    await expect(store.upsert({ indexName, vectors: [[1, 1]], deleteFilter: {} })).rejects.toThrow(
      /empty filter/,
    );
  });

  it("set the vector, the metadata, or both, and leave the rest", async () => {
    const store = await filled();
    await store.updateVector({ indexName, id: "a", update: { vector: [0, 1] } });
    await store.updateVector({ indexName, filter: { tags: { $size: 0 } }, update: { metadata: { n: 1 } } });
    await store.updateVector({ indexName, id: "nobody", update: { metadata: { n: 1 } } });
    const all = await store.query({ indexName, queryVector: [0, 1], includeVector: true });
    expect(all.find(({ id }) => id === "a")).toMatchObject({ vector: [0, 1], metadata: { price: 10 } });
    expect(all.find(({ id }) => id === "c")?.metadata).toEqual({ n: 1 });
    expect(all).toHaveLength(4);
  });

  it.each([
    ["vectors of another length", { vectors: [[1, 2, 3]] }],
    ["a vector that is none", { vectors: ["x"] }],
    ["not a number", { vectors: [[1, Number.NaN]] }],
    ["fewer metadata than vectors", { vectors: [[1, 0]], metadata: [] }],
    ["more ids than vectors", { vectors: [[1, 0]], ids: ["x", "y"] }],
    ["no vectors", { vectors: [] }],
    ["sparse vectors", { vectors: [[1, 0]], sparseVectors: [{ indices: [1], values: [1] }] }],
    ["metadata that refers to itself", { vectors: [[1, 0]], metadata: [circular()] }],
    ["bytes as metadata", { vectors: [[1, 0]], metadata: [{ image: new Uint8Array(2) }] }],
  ])("refuse %s, and lose nothing", async (_, wrong) => {
    const store = await filled();
    await expect(store.upsert({ indexName, ...(wrong as { vectors: number[][] }) })).rejects.toThrow();
    expect(await idsOf(store, {})).toBe("abcd");
  });

  it.each([
    ["ids and a filter", { ids: ["a"], filter: { name: "x" } }, /mutually exclusive/],
    ["neither", {}, /Either filter or ids must be provided/],
    ["no ids", { ids: [] }, /empty ids array/],
    ["an empty filter", { filter: {} }, /empty filter/],
  ])("delete nothing by %s", async (_, which, message) => {
    const store = await filled();
    await expect(store.deleteVectors({ indexName, ...which })).rejects.toThrow(message);
    expect(await idsOf(store, {})).toBe("abcd");
  });

  it("delete one by its id", async () => {
    const store = await filled();
    await store.deleteVector({ indexName, id: "a" });
    await store.deleteVector({ indexName, id: "a" });
    expect(await idsOf(store, {})).toBe("bcd");
  });
});

function circular(): Record<string, unknown> {
  const self: Record<string, unknown> = {};
  self["self"] = self;
  return self;
}

describe("query", () => {
  it("leaves out what scores less, and brings vectors where asked", async () => {
    const store = await filled();
    const hits = await store.query({ indexName, queryVector: [1, 0], minScore: 0.98, includeVector: true });
    expect(hits.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(hits[0]?.vector).toEqual([1, 0]);
    expect((await store.query({ indexName, queryVector: [1, 0] }))[0]).not.toHaveProperty("vector");
  });

  it("lists what a filter lets through, without a vector", async () => {
    const store = await filled();
    const listed = await store.query({ indexName, filter: { price: { $gte: 25 } } });
    expect(listed.map(({ id, score }) => [id, score])).toEqual([
      ["b", 0],
      ["c", 0],
    ]);
    await expect(store.query({ indexName })).rejects.toThrow(/Either queryVector or filter/);
  });

  it.each([0, -1, 2.5])("takes no topK of %j", async (topK) => {
    await expect((await filled()).query({ indexName, queryVector: [1, 0], topK })).rejects.toThrow(/topK/);
  });
});

describe("the past", () => {
  it("is read by asOf in a query, and by a store of the past, which cannot be written to", async () => {
    const store = await filled();
    await store.deleteVectors({ indexName, ids: ["a", "b"] });
    const queryVector = [1, 0];
    expect(await store.query({ indexName, queryVector, asOf: 1 })).toHaveLength(4);
    const then = store.asOf(1);
    expect(await then.describeIndex({ indexName })).toMatchObject({ count: 4 });
    expect(await then.query({ indexName, queryVector })).toHaveLength(4);
    const writes = [
      then.upsert({ indexName, vectors: [[1, 0]] }),
      then.createIndex({ indexName: "x", dimension: 2 }),
      then.deleteIndex({ indexName }),
      then.updateVector({ indexName, id: "a", update: { metadata: {} } }),
      then.deleteVector({ indexName, id: "a" }),
      then.deleteVectors({ indexName, ids: ["a"] }),
    ];
    for (const write of writes) await expect(write).rejects.toThrow(/as it was/);
  });
});

describe("the store", () => {
  it("is one of Mastra's, and opens nothing before it is used", async () => {
    const location = temporaryFolder();
    const vector = new VarveVector({ id: "varve", location });
    const mastra = new Mastra({ vectors: { varve: vector }, logger: false });
    expect(mastra.getVector("varve")).toBe(vector);
    await vector.createIndex({ indexName, dimension: 2 });
    await vector.upsert({ indexName, vectors: [[1, 0]] });
    await vector.close();
    const db = await connect(location);
    expect(await (await db.openTable(indexName)).count()).toBe(1);
    await db.close();
  });
});
