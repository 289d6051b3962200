/**
 * LlamaIndex.TS: a vector store that remembers every version, and embeddings that need no network. LlamaIndex.TS is no longer
 * maintained by its makers; this entry is for those who use it.
 *
 * @example
 * ```ts
 * import { storageContextFromDefaults, VectorStoreIndex } from "llamaindex";
 * import { VarveEmbedding, VarveVectorStore } from "varve/llamaindex";
 * import { builtin } from "varve/embeddings";
 *
 * const vectorStore = new VarveVectorStore({ location: "./data", embedModel: new VarveEmbedding(builtin()) });
 * const index = await VectorStoreIndex.fromVectorStore(vectorStore);
 * ```
 *
 * @module
 */

export { VarveEmbedding } from "./embedding";
export { fromLlamaIndex } from "./from-llamaindex";
export { type VarveQueryParams, VarveVectorStore, type VarveVectorStoreOptions } from "./vector-store";
