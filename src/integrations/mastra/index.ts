/**
 * Mastra: a vector store and the storage of its memory in a folder of your own, with every version of both.
 *
 * @example
 * ```ts
 * import { Mastra } from "@mastra/core";
 * import { VarveVector } from "varve/mastra";
 *
 * const vector = new VarveVector({ id: "varve", location: "./data" });
 * const mastra = new Mastra({ vectors: { varve: vector } });
 * const then = await vector.query({ indexName: "docs", queryVector, asOf: "2026-09-30" });
 * ```
 *
 * @module
 */

export type { StoreEmbedder } from "./embedder";
export { VarveMemory, type VarveMemoryConfig } from "./memory-storage";
export {
  type VarveQueryVectorParams,
  VarveVector,
  type VarveVectorFilter,
  type VarveVectorOptions,
} from "./vector";
