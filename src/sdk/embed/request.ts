import type { EmbeddingFailure, EmbeddingInput, EmbeddingKind } from "../../embeddings/embedding-function";
import { checkSignal } from "../progress";
import { failureOf } from "./failure";
import { limiterOf } from "./limiter";
import type { Pace } from "./pace";
import type { AnyFunction } from "./traits";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A server that asks for more than this does not mean to answer now. */
const LONGEST_ASKED_MS = 600_000;

/** How a function is called. */
export interface RequestOptions {
  readonly kind: EmbeddingKind;
  readonly pace: Pace;
  /** How often a call is made before it counts as failed. */
  readonly attempts: number;
  /** Ends calls that run. */
  readonly signal: AbortSignal | undefined;
  /** Ends waiting; calls that run go on, since they are paid for. */
  readonly stop: AbortSignal | undefined;
  /** Is told of every call that begins. */
  readonly onCall?: () => void;
}

/** Calls a function within its limits, again after failures that pass. What it throws is what the function threw last. */
export async function request(
  fn: AnyFunction,
  inputs: readonly EmbeddingInput[],
  options: RequestOptions,
): Promise<unknown> {
  const { kind, pace, attempts, signal, stop, onCall } = options;
  const limiter = limiterOf(fn);
  for (let attempt = 1; ; attempt++) {
    let wait: number;
    await limiter.acquire(pace, stop);
    try {
      onCall?.();
      return await fn.embed(inputs, { kind, signal });
    } catch (error) {
      checkSignal(signal);
      const failure = failureOf(error);
      if (attempt >= attempts || !isWorthwhile(failure)) throw error;
      wait = waitAfter(failure, attempt, pace);
      if (failure.status === 429 || failure.retryAfterMs !== undefined) limiter.pauseUntil(pace.now() + wait);
    } finally {
      limiter.release();
    }
    await pace.sleep(wait, stop);
  }
}

function isWorthwhile({ retryable, tooLarge, retryAfterMs = 0 }: EmbeddingFailure): boolean {
  return retryable === true && tooLarge !== true && retryAfterMs <= LONGEST_ASKED_MS;
}

/** Twice as long with every attempt, of which a random half; what the server asks for, where it does. */
function waitAfter({ retryAfterMs }: EmbeddingFailure, attempt: number, pace: Pace): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return longest * (0.5 + pace.random() / 2);
}
