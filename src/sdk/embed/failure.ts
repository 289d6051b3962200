import type { EmbeddingFailure } from "../../embeddings/embedding-function";
import { readFailure } from "../../embeddings/support/request-failure";
import { VarveError } from "../../varve-error";

/** What an error of a function says about going on: what it says of itself, and else what can be read from it. */
export function failureOf(error: unknown): EmbeddingFailure {
  const said = ownWords(error);
  if (VarveError.is(error)) return said;
  const { status, retryAfterMs, retryable, tooLarge } = readFailure(error);
  return { status, retryAfterMs, retryable, tooLarge, ...said };
}

/** Whether another batch may fare better than one that failed like this. */
export function concernsOneBatch({ status, tooLarge }: EmbeddingFailure): boolean {
  return tooLarge === true || status === 400 || status === 413 || status === 422;
}

function ownWords(error: unknown): EmbeddingFailure {
  if (typeof error !== "object" || error === null) return {};
  const { status, retryAfterMs, retryable, tooLarge } = error as Record<string, unknown>;
  return {
    ...(typeof status === "number" ? { status } : {}),
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
    ...(typeof retryable === "boolean" || retryable === "once" ? { retryable } : {}),
    ...(typeof tooLarge === "boolean" ? { tooLarge } : {}),
  };
}
