import { BasicTranslator, Comparators, type Operation, Operators } from "@langchain/core/structured_query";

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

  /** An operator with what it joins; `not` is none of its arguments. */
  override visitOperation(operation: Operation): this["VisitOperationOutput"] {
    const args = operation.args?.map((arg) => arg.accept(this)) as Record<string, never>[];
    if (operation.operator === Operators.not) return { $nor: args };
    return { [this.formatFunction(operation.operator)]: args };
  }
}
