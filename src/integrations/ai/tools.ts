import type { AnyTable, Table } from "varve";
import { type RetrievalTools, tableTools } from "../support/retrieval/table-tools";
import type { RetrievalToolOptions } from "../support/retrieval/tool-options";
import { marked } from "./marked-schema";

/**
 * Tools with which a model searches a table, searches it as it was, and asks when the answer changed and what did. They only read. What a model says is checked before anything runs; how much it gets back is bounded.
 *
 * The tools hold nothing but the table: make them once and use them in as many requests as you like. To leave one out, or to give
 * one another name: `tools: { searchHandbook: tools.search }`.
 *
 * @example
 * ```ts
 * const tools = await retrievalTools(t, { about: "the handbook", filterBy: ["lang", "at"], where: { team: user.team } });
 * await generateText({ model, tools, stopWhen: isStepCount(5), prompt });
 * ```
 */
export async function retrievalTools<D extends AnyTable>(
  table: Table<D>,
  options: RetrievalToolOptions<D> = {},
): Promise<RetrievalTools> {
  const { search, searchAsOf, timeline, diff } = await tableTools(table, options);
  return {
    search: { ...search, inputSchema: marked(search.inputSchema) },
    searchAsOf: { ...searchAsOf, inputSchema: marked(searchAsOf.inputSchema) },
    timeline: { ...timeline, inputSchema: marked(timeline.inputSchema) },
    diff: { ...diff, inputSchema: marked(diff.inputSchema) },
  };
}
