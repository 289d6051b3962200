// Every message about the memory of LangGraph.

import { VarveError } from "varve";
import { describeValue } from "../../describe-value";

/** An argument that makes no sense. */
export function badArgument(call: string, name: string, expected: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}, ${name}: expected ${expected}, found ${describeValue(found)}.`,
  );
}

/** Something in a batch that is none of the four operations. */
export function unknownOperation(index: number, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `batch, operations[${index}]: expected an operation of LangGraph, found ${describeValue(found)}.`,
    {
      hint: "It takes { namespace, key }, { namespacePrefix }, { namespace, key, value } and { matchConditions, limit, offset }.",
    },
  );
}

/** A condition of a filter that no operator of LangGraph says. */
export function badFilter(key: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_FILTER",
    `search, filter, ${JSON.stringify(key)}: expected a value or operators, found ${describeValue(found)}.`,
    {
      hint: "Write a text, a number, true, false or null, or an object of $eq, $ne, $gt, $gte, $lt, $lte, $in and $nin. Only keys at the top of a value can be asked for.",
    },
  );
}

/** An embedding of LangChain, where a function of Varve is needed. */
export function notAFunction(found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `VarveStore, embedding: expected an embedding function, found ${describeValue(found)}.`,
    {
      hint: 'Write builtin() or another function of varve/embeddings. Embeddings of LangChain become one by fromLangChain(embeddings, { name: "my-model", dimensions: 1536 }).',
    },
  );
}

/** A table with vectors, opened without the function that makes them: what would be written could not be found. */
export function embeddingMissing(table: string, name: string): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The items of ${JSON.stringify(table)} are embedded by ${JSON.stringify(name)}, and the store was given no embedding.`,
    { hint: "Give the same function as `embedding`.", where: { table } },
  );
}

/** A config that names no thread. */
export function noThread(call: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call}: the config names no thread.`, {
    hint: 'Give the graph one: graph.invoke(input, { configurable: { thread_id: "1" } }).',
  });
}

/** A thread whose table others write to without a pause. */
export function tooBusy(thread: string): VarveError {
  return new VarveError(
    "CONFLICT",
    `putWrites: others kept writing beside thread ${JSON.stringify(thread)}.`,
    {
      hint: "Repeat the call.",
    },
  );
}

/** A checkpoint whose values are not all there. */
export function missingValue(
  { thread, checkpoint }: { readonly thread: string; readonly checkpoint: string },
  channel: string,
): VarveError {
  return new VarveError(
    "CORRUPT",
    `The value of ${JSON.stringify(channel)} in checkpoint ${JSON.stringify(checkpoint)} of thread ${JSON.stringify(thread)} is not in the table.`,
    { hint: "Somebody removed rows of the table: deleteThread removes whole threads. Start a new thread." },
  );
}
