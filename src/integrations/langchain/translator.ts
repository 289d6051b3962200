import {
  BasicTranslator,
  Comparators,
  isFilterEmpty,
  type Operation,
  Operators,
} from "@langchain/core/structured_query";
import type { VarveFilter } from "./searchable-store";

/**
 * Turns the structured queries of a `SelfQueryRetriever` into filters: all of its comparators, and the operators `and`, `or` and `not`.
 *
 * @example
 * ```ts
 * SelfQueryRetriever.fromLLM({ llm, vectorStore, structuredQueryTranslator: new VarveTranslator(), documentContents, attributeInfo });
 * ```
 */
export class VarveTranslator extends BasicTranslator {
  constructor() {
    super({
      allowedOperators: Object.values(Operators),
      allowedComparators: Object.values(Comparators),
    });
  }

  /** The filter of a retriever and the one that was generated. With `and`, the former may have any form. */
  override mergeFilters(
    given: VarveFilter | undefined,
    generated: VarveFilter | undefined,
    how: "and" | "or" | "replace" = "and",
    forceGiven = false,
  ): this["VisitStructuredQueryOutput"]["filter"] | undefined {
    if (how === "and" && !isFilterEmpty(given) && !isFilterEmpty(generated)) {
      return [given, generated].flat() as never;
    }
    return super.mergeFilters(given as never, generated as never, how, forceGiven);
  }

  /** An operator with what it joins; `not` is none of its arguments. */
  override visitOperation(operation: Operation): this["VisitOperationOutput"] {
    const args = operation.args?.map((arg) => arg.accept(this)) as Record<string, never>[];
    if (operation.operator === Operators.not) return { $nor: args };
    return { [this.formatFunction(operation.operator)]: args };
  }
}
