import type { EmbeddingInput } from "../../embeddings/embedding-function";
import { type AnyFunction, tokensOf } from "./traits";

/** An input that is embedded once, however many rows have it. */
export interface Item {
  input: EmbeddingInput;
  /** The first row that has it, counted within what is embedded together. */
  readonly row: number;
  /** Its key in the cache and among what is under way, where that matters. */
  key?: string;
  /** What it became; null where the function has nothing to say about it. */
  vector?: Float32Array | null;
}

/** Cuts items into batches that a function takes, by their count and by their estimated tokens. */
export function cutBatches(items: readonly Item[], fn: AnyFunction): Item[][] {
  const most = Math.max(1, fn.maxBatch);
  const mostTokens = fn.maxBatchTokens ?? Number.POSITIVE_INFINITY;
  const batches: Item[][] = [];
  let batch: Item[] = [];
  let tokens = 0;
  for (const item of items) {
    const more = tokensOf(item.input);
    if (batch.length === most || (batch.length > 0 && tokens + more > mostTokens)) {
      batches.push(batch);
      batch = [];
      tokens = 0;
    }
    batch.push(item);
    tokens += more;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
