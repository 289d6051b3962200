import type { BaseEmbedding } from "@llamaindex/core/embeddings";
import type { BaseVectorStore } from "@llamaindex/core/vector-store";
import { Mastra } from "@mastra/core";
import type { MastraVector } from "@mastra/core/vector";
import type { Table } from "varve";
import type { VarveEmbedding, VarveVectorStore } from "varve/llamaindex";
import type { VarveVector } from "varve/mastra";
import { expectTypeOf, test } from "vitest";

declare const vector: VarveVector;
declare const store: VarveVectorStore;

test("the store of Mastra is one of its vectors, and takes as-of", async () => {
  expectTypeOf(vector).toExtend<MastraVector>();
  new Mastra({ vectors: { vector } });
  await vector.query({
    indexName: "docs",
    queryVector: [1],
    filter: { tags: { $size: 1 } },
    asOf: { tag: "launch" },
  });
  // @ts-expect-error a point in the history is no list
  await vector.query({ indexName: "docs", queryVector: [1], asOf: [1] });
  // @ts-expect-error an id or a filter, not both
  await vector.updateVector({ indexName: "docs", id: "a", filter: {}, update: {} });
});

test("the store of LlamaIndex is one of its stores, and its embedding one of its embeddings", () => {
  expectTypeOf(store).toExtend<BaseVectorStore>();
  expectTypeOf<VarveEmbedding>().toExtend<BaseEmbedding>();
  expectTypeOf(store.client()).toEqualTypeOf<Promise<Table | undefined>>();
});
