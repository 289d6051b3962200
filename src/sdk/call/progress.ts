import { isError, messageOf } from "../../realm";
import { aborted } from "./errors";
import { CALLBACK, type OptionRules, SIGNAL } from "./options";

/** How far a long call has come. */
export interface Progress {
  /** What is being done. `"wait"`: a call of the embedding function failed, and is made again after `waitMs`. */
  readonly stage: "embed" | "wait" | "write";
  /** The column that is being embedded. */
  readonly column?: string;
  /** How many inputs were embedded, or rows written, so far. */
  readonly done: number;
  /** How many there are in all, where that is known. */
  readonly total?: number;
  /** How many inputs did not have to be embedded: the cache knew them, or another call was embedding them already. */
  readonly cacheHits?: number;
  /** How often the embedding function was called. */
  readonly requests?: number;
  /** About how many tokens it was called with: a quarter of the characters. */
  readonly tokens?: number;
  /** With `"wait"`: how often the call has failed. */
  readonly attempt?: number;
  /** With `"wait"`: how long until it is made again, in milliseconds. */
  readonly waitMs?: number;
  /** With `"wait"`: why it failed. */
  readonly reason?: string;
}

/** What everything long takes. */
export interface LongOptions {
  /** Ends the call early: it throws `ABORTED`, and nothing more is committed. */
  readonly signal?: AbortSignal | undefined;
  /** Is told how far the call has come. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export const LONG: OptionRules<LongOptions> = { signal: SIGNAL, onProgress: CALLBACK };

/** Reports what is committed already: an error in the caller's callback becomes a warning of the process, and the call goes on. */
export function reportCommitted(onProgress: LongOptions["onProgress"], progress: Progress): void {
  try {
    onProgress?.(progress);
  } catch (error) {
    process.emitWarning(isError(error) ? error : messageOf(error));
  }
}

/** Throws ABORTED where the signal was aborted. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal.reason);
}
