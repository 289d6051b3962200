/**
 * Retrieval and memory for the AI SDK (`ai` 7): tools that a model may call, and a hook for its reranking models. Nothing of `ai` is imported:
 * tools are plain objects, and the hook takes the SDK's own `rerank`.
 *
 * @example
 * ```ts
 * import { generateText, isStepCount } from "ai";
 * import { retrievalTools } from "varve/ai";
 *
 * const tools = await retrievalTools(t, { about: "the handbook of the company", filterBy: ["lang"] });
 * const { text } = await generateText({ model, tools, stopWhen: isStepCount(5), prompt: "How long did a refund take in March?" });
 * ```
 *
 * @module
 */

export {
  type RerankedHit,
  type RerankHitsOptions,
  type RerankHook,
  type RerankWithOptions,
  rerankHits,
  rerankWith,
} from "../support/retrieval/rerank";
export type { RetrievalTools } from "../support/retrieval/table-tools";
export type { FilterCondition } from "../support/retrieval/tool-filter";
export type { DiffInput, SearchAsOfInput, SearchInput, TimelineInput } from "../support/retrieval/tool-input";
export type { RetrievalToolOptions } from "../support/retrieval/tool-options";
export type { ToolSchema } from "../support/retrieval/tool-schema";
export type {
  AsOfResult,
  Citation,
  DiffResult,
  FoundRow,
  RetrievalTool,
  SearchResult,
  ShownDatedMoment,
  ShownMoment,
  ShownPeriod,
  ShownValue,
  TimelineResult,
} from "../support/retrieval/tool-types";
export { type FactDefinition, type FactTable, factTable } from "./fact-table";
export {
  type FactToolOptions,
  type FactTools,
  type ForgetInput,
  type ForgetResult,
  factTools,
  type RecalledFact,
  type RecallInput,
  type RecallResult,
  type RememberInput,
  type RememberResult,
} from "./fact-tools";
export { MemoryFiles, type MemoryScope, memoryFiles, memoryTable } from "./memory-files";
export type { MemoryCommand } from "./memory-input";
export { type MemoryTool, type MemoryToolOptions, memoryTool } from "./memory-tool";
export type { MemoryFile } from "./memory-view";
export { retrievalTools } from "./tools";
