// Every message about embedding rows and queries.

import { explained } from "../../embeddings/support/request-failure";
import { type ErrorPlace, VarveError } from "../../varve-error";

/** A call that took longer than this is worth a word. */
const NOTABLE_MS = 1000;

const REPEAT =
  "Find out why the function failed, then repeat the call. A write that failed has written nothing.";

const quote = (text: string): string => JSON.stringify(text);

/** A function whose vectors do not fit the column. */
export function functionDiffers(table: string, column: string, expected: number, found: number): VarveError {
  const message = `The function of ${quote(column)} makes vectors of ${found} dimensions; the column has ${expected}.`;
  return new VarveError("EMBEDDING_UNAVAILABLE", message, {
    hint: "Register the function that wrote the column, or search with a vector of your own.",
    where: { table, column },
  });
}

/** A function that is not available, where something must be embedded. */
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

/** A function that stands for another embedder than the one that made the vectors of a column. */
export function embedderDiffers(table: string, column: string, stored: unknown, found: unknown): VarveError {
  const message = `The vectors of ${quote(column)} were made by the embedder ${JSON.stringify(stored)}; what is registered is ${JSON.stringify(found)}.`;
  return new VarveError("EMBEDDING_UNAVAILABLE", message, {
    hint: `Register the embedder that made them, or move the column to the other one: t.reembed(${quote(column)}, fn).`,
    where: { table, column },
  });
}

/** What failed: an error, and what was tried until then. */
export interface Tried {
  readonly error: unknown;
  /** How often the function was called, where it was called at all. */
  readonly attempts?: number;
  /** For how long, in milliseconds. */
  readonly ms?: number;
}

/** A function that failed; what it says itself about the reason and the next step is kept. */
export function embeddingFailed(
  table: string,
  column: string,
  name: string,
  tried: Tried,
  row?: number,
): VarveError {
  const { error: cause } = tried;
  const { why, hint = REPEAT } = explained(cause);
  const unavailable = VarveError.is(cause) && cause.code === "EMBEDDING_UNAVAILABLE";
  const code = unavailable ? "EMBEDDING_UNAVAILABLE" : "EMBEDDING_FAILED";
  const message = `The embedding function ${quote(name)} of ${quote(column)} failed: ${withTried(why, tried)}`;
  return new VarveError(code, message, {
    hint,
    where: place(table, column, row),
    cause,
  });
}

/** An input that a function refuses although it came alone. */
export function inputTooLarge(
  table: string,
  column: string,
  name: string,
  { error: cause }: Tried,
  row?: number,
): VarveError {
  const message = `One input alone is too large for the embedding function ${quote(name)} of ${quote(column)}: ${explained(cause).why}`;
  return new VarveError("EMBEDDING_FAILED", message, {
    hint: "Nothing was written. Divide the text into several rows, or shorten it.",
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
    hint: 'Nothing was written. Divide the text into several rows, or declare the column with longText: "truncate".',
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
      hint: "Correct the embedding function, then repeat the call. A write that failed has written nothing.",
      where: { table, column },
    },
  );
}

/** Files of the cache that could not be removed. */
export function cacheNotCleared(cause: unknown): VarveError {
  return new VarveError(
    "IO",
    `The files of the embedding cache could not be removed: ${explained(cause).why}`,
    {
      hint: "Remove the folder _embeddings of the database: it holds nothing else.",
      cause,
    },
  );
}

/** A reason with how often and for how long it was tried, where that was more than one quick call. */
function withTried(reason: string, { attempts = 1, ms = 0 }: Tried): string {
  if (attempts <= 1 && ms < NOTABLE_MS) return reason;
  const times = attempts === 1 ? "once" : `${attempts} times`;
  const stop = /[.!?]$/.test(reason) ? "" : ".";
  return `${reason}${stop} Tried ${times} in ${(ms / 1000).toFixed(1)} s.`;
}

function place(table: string, column: string, row: number | undefined): ErrorPlace {
  return row === undefined ? { table, column } : { table, column, row };
}
