// Every message about embedding rows and queries.

import { type ErrorPlace, VarveError } from "../../varve-error";

const quote = (text: string): string => JSON.stringify(text);

/** A function whose vectors do not fit the column. */
export function functionDiffers(table: string, column: string, expected: number, found: number): VarveError {
  const message = `The function of ${quote(column)} makes vectors of ${found} dimensions; the column has ${expected}.`;
  return new VarveError("EMBEDDING_UNAVAILABLE", message, {
    hint: "Register the function that wrote the column, or search with a vector of your own.",
    where: { table, column },
  });
}

/** A function that cannot be had, where something must be embedded. */
export function functionUnavailable(table: string, column: string, cause: VarveError): VarveError {
  const message = `${quote(column)} cannot be embedded: ${cause.message}`;
  return new VarveError("EMBEDDING_UNAVAILABLE", message, {
    hint: cause.hint,
    where: { table, column },
    cause,
  });
}

/** A function that makes other vectors than those in the column. */
export function revisionDiffers(table: string, column: string, stored: string, found: string): VarveError {
  const message = `${quote(column)} was embedded with revision ${quote(stored)} of its function; what is registered has revision ${quote(found)}.`;
  return new VarveError("EMBEDDING_UNAVAILABLE", message, {
    hint: "Register the function of the stored revision, or search with a vector of your own.",
    where: { table, column },
  });
}

/** A function that failed; what it says itself about the reason and the next step is kept. */
export function embeddingFailed(
  table: string,
  column: string,
  name: string,
  cause: unknown,
  row?: number,
): VarveError {
  const known = VarveError.is(cause) ? cause : undefined;
  const code = known?.code === "EMBEDDING_UNAVAILABLE" ? known.code : "EMBEDDING_FAILED";
  const message = `The embedding function ${quote(name)} of ${quote(column)} failed: ${reasonOf(cause)}`;
  return new VarveError(code, message, {
    hint: known?.hint ?? "Nothing of this write was committed. Repeat the call once the cause is mended.",
    where: place(table, column, row),
    cause,
  });
}

/** An input that a function refuses although it came alone. */
export function inputTooLarge(
  table: string,
  column: string,
  name: string,
  cause: unknown,
  row?: number,
): VarveError {
  const message = `One input alone is too large for the embedding function ${quote(name)} of ${quote(column)}: ${reasonOf(cause)}`;
  return new VarveError("EMBEDDING_FAILED", message, {
    hint: "Nothing of this write was committed. Divide the text into several rows, or shorten it.",
    where: place(table, column, row),
    cause,
  });
}

/** A text that is longer than a function takes, by the estimate, where it may not be cut. */
export function inputTooLong(
  table: string,
  column: string,
  name: string,
  tokens: number,
  most: number,
  row?: number,
): VarveError {
  const message = `A text for ${quote(column)} has about ${tokens} tokens; the embedding function ${quote(name)} takes at most ${most}.`;
  return new VarveError("EMBEDDING_FAILED", message, {
    hint: 'Nothing of this write was committed. Divide the text into several rows, or declare the column with longText: "truncate".',
    where: place(table, column, row),
  });
}

/** A function that answered with something else than it should. */
export function badEmbeddings(
  table: string,
  column: string,
  name: string,
  expected: string,
  found: string,
): VarveError {
  return new VarveError(
    "EMBEDDING_FAILED",
    `The embedding function ${quote(name)} of ${quote(column)} should return ${expected}; it returned ${found}.`,
    {
      hint: "This is a fault of the embedding function. Nothing of this write was committed.",
      where: { table, column },
    },
  );
}

/** Files of the cache that could not be removed. */
export function cacheNotCleared(cause: unknown): VarveError {
  return new VarveError("IO", `The files of the embedding cache could not be removed: ${reasonOf(cause)}`, {
    hint: "Remove the folder _embeddings of the database: it holds nothing else.",
    cause,
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function place(table: string, column: string, row: number | undefined): ErrorPlace {
  return row === undefined ? { table, column } : { table, column, row };
}
