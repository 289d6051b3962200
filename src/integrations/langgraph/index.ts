/**
 * Varve for LangGraph.js: a store for long-term memory that remembers what it knew, and a checkpointer.
 *
 * @example
 * ```ts
 * import { builtin } from "varve/embeddings";
 * import { VarveSaver, VarveStore } from "varve/langgraph";
 *
 * const store = await VarveStore.open("./data", { embedding: builtin() });
 * const graph = builder.compile({ store, checkpointer: new VarveSaver({ location: "./data" }) });
 * const then = store.asOf("2026-11-23");
 * ```
 *
 * @module
 */

export type { SearchMode } from "../support/search-mode";
export { type VarveDeleteThreadOptions, VarveSaver, type VarveSaverConfig } from "./saver";
export {
  type VarveDeleteItemOptions,
  VarveStore,
  type VarveStoreConfig,
  type VarveStoreOptions,
} from "./store";
