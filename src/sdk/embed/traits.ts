import type { EmbeddingFunction, EmbeddingInput } from "../../embeddings/embedding-function";

/** A function of any input. */
export type AnyFunction = EmbeddingFunction<EmbeddingInput>;

/** Functions that embed faster than a cache or a queue could answer. */
const CHEAP: ReadonlySet<string> = new Set(["builtin"]);

const CONCURRENCY = 4;
const CHARS_PER_TOKEN = 4;

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
