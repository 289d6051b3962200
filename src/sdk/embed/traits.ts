import type { EmbeddingFunction, EmbeddingInput } from "../../embeddings/embedding-function";

/** A function of any input. */
export type AnyFunction = EmbeddingFunction<EmbeddingInput>;

/** Functions that embed faster than a cache or a queue could answer. */
const CHEAP: ReadonlySet<string> = new Set(["builtin"]);

const CONCURRENCY = 4;
/** So many characters of English make a token, about. */
export const CHARS_PER_TOKEN = 4;
const TIMEOUT_MS = 300_000;
/** A timer that is set for longer rings at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Whether a function needs neither a cache nor limits. */
export function isCheap(fn: AnyFunction): boolean {
  return CHEAP.has(fn.name);
}

/** How many calls of a function may run at once. */
export function concurrencyOf(fn: AnyFunction): number {
  return Math.max(1, fn.maxConcurrency ?? (isCheap(fn) ? 1 : CONCURRENCY));
}

/** About how many tokens an input has; nothing is known of images. */
export function tokensOf(input: EmbeddingInput): number {
  return typeof input === "string" ? Math.ceil(input.length / CHARS_PER_TOKEN) : 0;
}

/** How long a call of a function may take. */
export function timeoutOf({ timeoutMs = TIMEOUT_MS }: AnyFunction): number {
  return Math.min(timeoutMs, TIMER_MAX_MS);
}
