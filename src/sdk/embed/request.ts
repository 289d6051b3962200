import type {
  EmbeddingFailure,
  EmbeddingInput,
  EmbeddingKind,
  LongText,
} from "../../embeddings/embedding-function";
import { onAbort } from "../../on-abort";
import { checkSignal } from "../call/progress";
import { failureOf } from "./failure";
import { limiterOf } from "./limiter";
import type { Pace } from "./pace";
import { type AnyFunction, patienceOf, timeoutOf } from "./traits";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** A failure that is tried once more only. */
const ATTEMPTS_ONCE = 2;

/** A wait between two attempts. */
export interface RetryWait {
  /** How many attempts have failed. */
  readonly attempt: number;
  /** How long it waits, in milliseconds. */
  readonly waitMs: number;
  /** Why the last attempt failed. */
  readonly error: unknown;
}

/** How a function is called. */
export interface RequestOptions {
  readonly kind: EmbeddingKind;
  readonly longText: LongText | undefined;
  readonly pace: Pace;
  /** Ends calls that run. */
  readonly signal: AbortSignal | undefined;
  /** Ends waiting; calls that run go on, since they are paid for. */
  readonly stop: AbortSignal | undefined;
  /** Called whenever a call begins. */
  readonly onCall?: () => void;
  /** Called before each wait. */
  readonly onWait?: (wait: RetryWait) => void;
}

/** A request that failed for good: what the function threw last, and what was tried. */
export interface FailedRequest {
  readonly error: unknown;
  readonly failure: EmbeddingFailure;
  readonly attempts: number;
  /** From the first attempt to the end of the last, in milliseconds. */
  readonly ms: number;
}

/** What became of a request. */
export type RequestResult = { readonly answer: unknown } | { readonly failed: FailedRequest };

/** Calls a function within its limits, again after failures that may pass. Throws only ABORTED. */
export async function request(
  fn: AnyFunction,
  inputs: readonly EmbeddingInput[],
  options: RequestOptions,
): Promise<RequestResult> {
  const { kind, longText, pace, signal, stop, onCall, onWait } = options;
  const limiter = limiterOf(fn);
  const pause = limiter.pauseMs(pace.now());
  // Somebody waits for a query.
  if (kind === "query" && pause > patienceOf(fn, kind, true).forMs) return paused(pause);
  let started: number | undefined;
  for (let attempt = 1; ; attempt++) {
    let wait: number;
    await limiter.acquire(pace, stop);
    started ??= pace.now();
    try {
      onCall?.();
      const answer = await inTime(timeoutOf(fn), signal, (ended) => {
        return fn.embed(inputs, { kind, signal: ended, ...(longText === undefined ? {} : { longText }) });
      });
      limiter.answered = true;
      return { answer };
    } catch (error) {
      checkSignal(signal);
      const failure = failureOf(error);
      const ms = pace.now() - started;
      wait = waitAfter(failure, attempt, pace);
      if (!mayTryAgain(fn, kind, failure, { attempts: attempt, ms: ms + wait })) {
        return { failed: { error, failure, attempts: attempt, ms } };
      }
      if (isAsked(failure)) limiter.pauseUntil(pace.now() + wait);
      onWait?.({ attempt, waitMs: wait, error });
    } finally {
      limiter.release();
    }
    await pace.sleep(wait, stop);
  }
}

/** A query that was not sent, because the server has asked for a pause. */
function paused(ms: number): RequestResult {
  const error = new Error(`Its server has asked for a pause, which lasts ${Math.ceil(ms / 1000)} s more.`);
  return { failed: { error, failure: { retryAfterMs: ms, retryable: true }, attempts: 0, ms: 0 } };
}

/** A call that took too long: the next one may be answered. */
class CallTimeout extends Error {
  readonly retryable = "once";
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
  const forget = onAbort(signal, end);
  if (signal?.aborted) end();
  try {
    return await Promise.race([call(controller.signal), late]);
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** Whether a call is made again, given the attempts so far and the time that will have passed. */
function mayTryAgain(
  fn: AnyFunction,
  kind: EmbeddingKind,
  failure: EmbeddingFailure,
  tried: { readonly attempts: number; readonly ms: number },
): boolean {
  const { retryable = false, tooLarge } = failure;
  if (retryable === false || tooLarge === true) return false;
  const patience = patienceOf(fn, kind, isAsked(failure));
  const attempts = retryable === "once" ? Math.min(ATTEMPTS_ONCE, patience.attempts) : patience.attempts;
  if (tried.attempts >= attempts) return false;
  // A function that has answered before is at the right address: one slow failure, such as a time-out, does not end a long write.
  const first = tried.attempts === 1 && fn.retry?.forMs === undefined && limiterOf(fn).answered;
  return tried.ms <= patience.forMs || (first && failure.retryAfterMs === undefined);
}

/** Whether the server is there, and asks to wait. */
function isAsked({ status, retryAfterMs }: EmbeddingFailure): boolean {
  return status === 429 || retryAfterMs !== undefined;
}

/** Twice as long with every attempt, of which a random half; what the server asks for, where it does. */
function waitAfter({ retryAfterMs }: EmbeddingFailure, attempt: number, pace: Pace): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return longest * (0.5 + pace.random() / 2);
}
