import { describeValue } from "../../describe-value";
import type { EmbeddingFunction, EmbeddingInput, EmbeddingKind } from "../../embeddings/embedding-function";

import { badArgument } from "../call/errors";

/** A function of any input. */
export type AnyFunction = EmbeddingFunction<EmbeddingInput>;

/** Functions that embed faster than a cache or a queue could answer. */
const CHEAP: ReadonlySet<string> = new Set(["builtin"]);

const CONCURRENCY = 4;
/** Characters of English in a token, roughly. */
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

/** How well a function tells texts apart beside their words: what vectors count for in a hybrid search. */
export function strengthOf(fn: AnyFunction | undefined): number {
  const { strength = 1, name } = fn ?? {};
  if (typeof strength === "number" && strength >= 0 && strength <= 1) return strength;
  throw badArgument(
    `strength of the function ${JSON.stringify(name)}`,
    "a number from 0 to 1",
    describeValue(strength),
  );
}

/** The languages that a function reads; none where it does not say. */
export function languagesOf(fn: AnyFunction | undefined): readonly string[] {
  const { languages = [], name } = fn ?? {};
  if (Array.isArray(languages) && languages.every((one) => typeof one === "string")) return languages;
  throw badArgument(
    `languages of the function ${JSON.stringify(name)}`,
    "codes of languages",
    describeValue(languages),
  );
}

/** About how many tokens an input has; nothing is known of images. */
export function tokensOf(input: EmbeddingInput): number {
  return typeof input === "string" ? Math.ceil(input.length / CHARS_PER_TOKEN) : 0;
}

/** How long a call is tried again, in attempts and in milliseconds from the first one on. */
export interface Patience {
  readonly attempts: number;
  readonly forMs: number;
}

/** Failures that pass soon, or not at all: somebody waits, and an error says more than silence. */
const SHORT: Patience = { attempts: 5, forMs: 10_000 };
/** A server that is there and asks to wait. */
const LONG: Patience = { attempts: 8, forMs: 120_000 };
const QUERY: Patience = { attempts: 4, forMs: 10_000 };
/** Where only a number of attempts is given: a server that asks for a longer wait does not mean to answer now. */
const LONGEST_MS = 600_000;

/** How long a call is tried after a failure; `asked` where the server said that it is too busy, or how long to wait. */
export function patienceOf({ retry }: AnyFunction, kind: EmbeddingKind, asked: boolean): Patience {
  const { attempts = Number.POSITIVE_INFINITY, forMs = LONGEST_MS } = retry ?? {};
  if (retry?.attempts !== undefined || retry?.forMs !== undefined) return { attempts, forMs };
  if (kind === "query") return QUERY;
  return asked ? LONG : SHORT;
}

/** How long a call of a function may take. */
export function timeoutOf({ timeoutMs = TIMEOUT_MS }: AnyFunction): number {
  return Math.min(timeoutMs, TIMER_MAX_MS);
}
