import { aborted } from "./errors";

/** How far a long call has come. */
export interface Progress {
  /** What is being done. */
  readonly stage: "embed" | "write";
  /** The column that is being embedded. */
  readonly column?: string;
  /** How many inputs were embedded, or rows written, so far. */
  readonly done: number;
  /** How many there are in all, where that is known. */
  readonly total?: number;
  /** How many inputs the cache knew. */
  readonly cacheHits?: number;
  /** How often the embedding function was called. */
  readonly requests?: number;
  /** About how many tokens it was called with: a quarter of the characters. */
  readonly tokens?: number;
}

/** What everything long takes. */
export interface LongOptions {
  /** Ends the call early: it throws `ABORTED`, and nothing is committed. */
  readonly signal?: AbortSignal | undefined;
  /** Is told how far the call has come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Throws ABORTED where the signal was aborted. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal.reason);
}
