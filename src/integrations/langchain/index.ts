/**
 * Varve for LangChain.js: a vector store that remembers every version, a record manager for its indexing API, and a
 * store of bytes for parent documents and caches.
 *
 * @example
 * ```ts
 * import { VarveVectorStore } from "varve/langchain";
 *
 * const store = await VarveVectorStore.fromDocuments(documents, embeddings, { location: "./data", table: "docs" });
 * const retriever = store.asRetriever({ k: 4, filter: { lang: "en" } });
 * const before = store.asOf("2026-09-30").asRetriever();
 * ```
 *
 * @module
 */

export type { SearchMode } from "../support/search-mode";
export { VarveByteStore, type VarveByteStoreConfig } from "./byte-store";
export { VarveRecordManager, type VarveRecordManagerConfig } from "./record-manager";
export type { VarveRetriever } from "./retriever";
export type { VarveFilter, VarveRetrieverInput } from "./searchable-store";
export { VarveSnapshotStore } from "./snapshot-store";
export type { StoreEmbeddings } from "./table-embeddings";
export { VarveTranslator } from "./translator";
export {
  type VarveAddOptions,
  type VarveDeleteOptions,
  type VarveStoreConfig,
  type VarveTableConfig,
  VarveVectorStore,
} from "./vector-store";
