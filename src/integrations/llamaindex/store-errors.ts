// Every message about the store of LlamaIndex.

import { VarveError } from "varve";
import { describeValue } from "../../describe-value";

const quote = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** A way to query that there is not. */
export function unknownMode(mode: unknown): VarveError {
  return new VarveError("NOT_YET", `A query with mode ${quote(mode)} is not there yet.`, {
    hint: 'Use the modes "default", "sparse", "hybrid" and "mmr"; a model that puts nodes in order is a node postprocessor of the query engine.',
  });
}

/** What vectors count for, where that is no share. */
export function badAlpha(found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `query, alpha: expected a number from 0 (words alone) to 1 (vectors alone), found ${describeValue(found)}.`,
  );
}

/** A query by words without any. */
export function noQueryText(mode: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `A query with mode ${quote(mode)} needs a queryStr.`, {
    hint: "An index and its retrievers say it.",
  });
}

/** A query with nothing to search with. */
export function noQueryEmbedding(): VarveError {
  return new VarveError("INVALID_ARGUMENT", "The query has no queryEmbedding.", {
    hint: "Embed the text of the query first; an index and its retrievers do so.",
  });
}

/** Something that is no node, or no list of them. */
export function notNodes(name: string, found: unknown): VarveError {
  const expected = name === "nodes" ? "a list of nodes" : "a node";
  return new VarveError(
    "INVALID_ARGUMENT",
    `add, ${name}: expected ${expected}, found ${describeValue(found)}.`,
    {
      hint: "Nothing was written.",
    },
  );
}

/** A node without a vector. */
export function noEmbedding(id: string): VarveError {
  return new VarveError("INVALID_ROW", `The node ${quote(id)} has no embedding.`, {
    hint: "Embed nodes before they are added; an index does so.",
  });
}

/** An operator that there is not. */
export function unknownOperator(operator: unknown, known: readonly string[]): VarveError {
  return new VarveError("INVALID_FILTER", `The operator ${quote(operator)} is not known here.`, {
    hint: `Filters take ${known.join(", ")}.`,
  });
}

/** How filters are joined, where that is neither of the two ways. */
export function unknownCondition(condition: unknown): VarveError {
  return new VarveError("INVALID_FILTER", `Filters cannot be joined by ${quote(condition)}.`, {
    hint: 'Join them by "and" or "or".',
  });
}

/** A value that an operator cannot take. */
export function wrongFilterValue(
  key: string,
  operator: string,
  expected: string,
  value: unknown,
): VarveError {
  return new VarveError(
    "INVALID_FILTER",
    `The filter on ${quote(key)}: ${operator} takes ${expected}, found ${quote(value)}.`,
  );
}

/** A text in which an embedding function knows nothing. */
export function notEmbedded(name: string, text: string): VarveError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return new VarveError(
    "EMBEDDING_FAILED",
    `The function ${quote(name)} knows nothing in the text ${quote(shown)}.`,
    {
      hint: "LlamaIndex needs a vector for each text: leave such texts out.",
    },
  );
}
