/**
 * Mastra: a vector store in a folder of your own, with every filter, and with every version of it.
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
export {
  type VarveQueryVectorParams,
  VarveVector,
  type VarveVectorFilter,
  type VarveVectorOptions,
} from "./vector";
