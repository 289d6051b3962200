import { describeValue } from "../../describe-value";
import type { Names } from "../../own-options";
import { badFunction, configUnreadable } from "../embedding-errors";
import type { EmbeddingConfig, EmbeddingLimits, EmbeddingRetry } from "../embedding-function";

/** Whether a value is a whole number from 1 on. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** The names of the limits. */
export const LIMITS: Names<EmbeddingLimits> = {
  maxBatchTokens: true,
  maxInputTokens: true,
  maxConcurrency: true,
  requestsPerMinute: true,
  timeoutMs: true,
  retry: true,
};

/** Throws INVALID_ARGUMENT where one of the options is not a whole number from 1 on. */
export function checkCounts(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!isCount(value)) {
      throw badFunction(name, "a whole number from 1 on", describeValue(value));
    }
  }
}

/** Throws INVALID_ARGUMENT where a text among the options is empty. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string" || value === "")
    throw badFunction(name, "a text that is not empty", describeValue(value));
}

/** Throws INVALID_ARGUMENT where a word among the options is none of those that it may be. */
export function checkWord(name: string, word: string, words: readonly string[]): void {
  if (!words.includes(word)) throw badFunction(name, `one of ${words.join(", ")}`, describeValue(word));
}

/** The languages that a model reads, if they were given; throws INVALID_ARGUMENT where they are no codes. */
export function languagesOf(languages: unknown): readonly string[] | undefined {
  if (languages === undefined) return undefined;
  const isCode = (code: unknown): boolean => typeof code === "string" && /^[a-z]{2,3}([-_]\w+)*$/i.test(code);
  if (!Array.isArray(languages) || languages.length === 0 || !Array.from(languages).every(isCode))
    throw badFunction("languages", 'codes of languages such as ["en", "de"]', describeValue(languages));
  return Object.freeze([...languages]);
}

/** The limits among the options, those that were given. */
export function limitsOf(options: EmbeddingLimits): EmbeddingLimits {
  const { maxBatchTokens, maxInputTokens, maxConcurrency, requestsPerMinute, timeoutMs } = options;
  const counts = { maxBatchTokens, maxInputTokens, maxConcurrency, requestsPerMinute, timeoutMs };
  checkCounts(present(counts));
  return present({ ...counts, retry: retryOf(options.retry) });
}

/** How long a function is tried, if it was given; throws INVALID_ARGUMENT if it is not valid. */
export function retryOf(retry: unknown): EmbeddingRetry | undefined {
  if (retry === undefined) return undefined;
  const isObject = typeof retry === "object" && retry !== null && !Array.isArray(retry);
  if (!isObject)
    throw badFunction("retry", "an object such as { attempts: 3, forMs: 5000 }", describeValue(retry));
  const { attempts, forMs, ...others } = retry as EmbeddingRetry;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw badFunction("retry", "attempts and forMs", JSON.stringify(unknown));
  checkCounts(present({ "retry.attempts": attempts, "retry.forMs": forMs }));
  return Object.freeze(present({ attempts, forMs }));
}

/** An object without the members that are undefined: a config is JSON. */
export function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** Reads a stored config, which may have been written by anybody: every part is checked. */
export class StoredConfig {
  readonly #name: string;
  readonly #config: EmbeddingConfig;

  constructor(name: string, config: EmbeddingConfig) {
    this.#name = name;
    this.#config = config;
  }

  /** A text that must be there. */
  text(part: string): string {
    const value = this.#config[part];
    if (typeof value === "string" && value !== "") return value;
    throw configUnreadable(this.#name, part, "a text", value);
  }

  /** A text that may be missing. */
  optionalText(part: string): string | undefined {
    const value = this.#config[part];
    if (value === undefined || typeof value === "string") return value;
    throw configUnreadable(this.#name, part, "a text", value);
  }

  /** A whole number that may be missing. */
  optionalCount(part: string): number | undefined {
    const value = this.#config[part];
    if (value === undefined || isCount(value)) return value;
    throw configUnreadable(this.#name, part, "a whole number from 1 on", value);
  }

  /** A yes or no that may be missing. */
  optionalFlag(part: string): boolean | undefined {
    const value = this.#config[part];
    if (value === undefined || typeof value === "boolean") return value;
    throw configUnreadable(this.#name, part, "true or false", value);
  }

  /** One of several words, which may be missing. */
  optionalWord<W extends string>(part: string, words: readonly W[]): W | undefined {
    const value = this.#config[part];
    if (value === undefined) return undefined;
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    throw configUnreadable(this.#name, part, `one of ${words.join(", ")}`, value);
  }
}
