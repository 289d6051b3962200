import type {
  EmbeddingFailure,
  EmbeddingInput,
  EmbeddingKind,
  LongText,
} from "../../embeddings/embedding-function";
import { checkSignal } from "../progress";
import { failureOf } from "./failure";
import { limiterOf } from "./limiter";
import type { Pace } from "./pace";
import { type AnyFunction, timeoutOf } from "./traits";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A server that asks for more than this does not mean to answer now. */
const LONGEST_ASKED_MS = 600_000;

/** So often a call that took too long is made again. */
const TIMEOUTS = 1;

/** How a function is called. */
export interface RequestOptions {
  readonly kind: EmbeddingKind;
  readonly longText: LongText | undefined;
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
  const { kind, longText, pace, attempts, signal, stop, onCall } = options;
  const limiter = limiterOf(fn);
  let timeouts = 0;
  for (let attempt = 1; ; attempt++) {
    let wait: number;
    await limiter.acquire(pace, stop);
    try {
      onCall?.();
      return await inTime(timeoutOf(fn), signal, (ended) => {
        return fn.embed(inputs, { kind, signal: ended, ...(longText === undefined ? {} : { longText }) });
      });
    } catch (error) {
      checkSignal(signal);
      if (error instanceof CallTimeout && ++timeouts > TIMEOUTS) throw error;
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

/** A call that took too long. The failure may pass. */
class CallTimeout extends Error {
  readonly retryable = true;
}

/**
 * Waits for a call no longer than that: one that never ends would keep its place among the calls that may run at once. It is told to
 * end by its signal; what it answers afterwards is not looked at.
 */
async function inTime<T>(
  ms: number,
  signal: AbortSignal | undefined,
  call: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = (): void => controller.abort(signal?.reason);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new CallTimeout(`The call took longer than ${ms} ms and was ended.`);
      reject(error);
      controller.abort(error);
    }, ms);
  });
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  try {
    return await Promise.race([call(controller.signal), late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
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
