// What went wrong between here and a server, read from whatever error a client threw.

import { onAbort } from "../../on-abort";
import { VarveError } from "../../varve-error";
import { embeddingAborted, requestFailed } from "../embedding-errors";
import type { EmbeddingFailure } from "../embedding-function";
import { hintFor, mayPass, type Obstacle, obstacleOf } from "./obstacle";

/** Statuses below 500 that may pass: time-outs and overload. */
const passingStatuses = new Set([408, 425, 429]);
/** Statuses from 500 on that stay: the server cannot do what is asked. */
const lastingStatuses = new Set([501, 505]);

// The words in which servers say that there was too much in one request.
const tooMuch =
  /too (many|large|long)|\bmax(imum)?\b|at most \d+|exceed|context length|token limit|batch size|or less\b/i;

/** An error of a client, as far as it could be read. */
export interface ReadFailure extends EmbeddingFailure {
  /** The reason, in the words of the server or of the system. */
  readonly why: string;
  /** What kept the request from its answer, where no server refused it. */
  readonly obstacle?: Obstacle | undefined;
}

/**
 * Reads the error of an HTTP client: the `openai` package, the AI SDK, fetch and others alike. What an error says in the words of
 * an {@link EmbeddingFailure} holds; the rest is concluded.
 */
export function readFailure(error: unknown, now: number = Date.now()): ReadFailure {
  const status = numberOf(error, "status") ?? numberOf(error, "statusCode");
  const headers = headersOf(error);
  const why = whyOf(error);
  const refused = status !== undefined && (status === 400 || status === 413 || status === 422);
  const obstacle = status !== undefined && status >= 400 ? undefined : obstacleOf(causes(error));
  return {
    status,
    retryAfterMs: numberOf(error, "retryAfterMs") ?? retryAfterMs(headers, now),
    retryable: saidOf(error) ?? isRetryable(error, status, headers, obstacle),
    ...(obstacle === undefined ? {} : { obstacle }),
    tooLarge: flagOf(error, "tooLarge") ?? (status === 413 || (refused && tooMuch.test(why))),
    why,
  };
}

/** Turns the error of a client into the one that is thrown; none of the secrets is in it. An error of ours stays as it is. */
export function requestError(
  provider: string,
  error: unknown,
  signal: AbortSignal | undefined,
  secrets: readonly string[] = [],
  cause?: unknown,
): VarveError {
  if (VarveError.is(error)) return error;
  if (signal?.aborted) return embeddingAborted(signal.reason);
  const { why, obstacle, ...failure } = readFailure(error);
  return requestFailed(provider, withoutSecrets(why, secrets), failure, { obstacle, cause });
}

/** An error that says of going on what its cause says, such as that a download may succeed later. */
export function withFailure(error: VarveError, cause: unknown): VarveError {
  const { status, retryAfterMs, retryable } = readFailure(cause);
  return VarveError.is(cause) ? error : Object.assign(error, { status, retryAfterMs, retryable });
}

/** Why something failed, and what to do about it where that is known. */
export function explained(error: unknown): { readonly why: string; readonly hint: string | undefined } {
  if (VarveError.is(error)) return { why: error.message, hint: error.hint };
  const { why, obstacle } = readFailure(error);
  return { why, hint: obstacle === undefined ? undefined : hintFor(obstacle) };
}

/** Throws ABORTED where the signal was aborted. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw embeddingAborted(signal.reason);
}

/** Waits for work that cannot be ended, unless the signal is aborted first; what it then gives is thrown away. */
export async function unlessAborted<T>(work: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  let forget = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(embeddingAborted(signal.reason)));
  });
  try {
    checkAborted(signal);
    return await Promise.race([work, aborted]);
  } finally {
    forget();
  }
}

/** A text in which no secret stands any more. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= 4);
  const hidden = known.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
  return hidden.replaceAll(/\b(Bearer|Basic) [\w.~+/=-]+/g, "$1 [secret]");
}

/** What `retry-after-ms` and `retry-after` ask for, in milliseconds; `retry-after` is seconds or a date. */
export function retryAfterMs(header: (name: string) => string | undefined, now: number): number | undefined {
  const milliseconds = asNumber(header("retry-after-ms"));
  if (milliseconds !== undefined) return Math.max(0, milliseconds);
  const text = header("retry-after");
  const seconds = asNumber(text);
  if (seconds !== undefined) return Math.max(0, seconds * 1000);
  const date = Date.parse(text ?? "");
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function isRetryable(
  error: unknown,
  status: number | undefined,
  header: (name: string) => string | undefined,
  obstacle: Obstacle | undefined,
): boolean | "once" {
  const asked = header("x-should-retry");
  if (asked === "true" || asked === "false") return asked === "true";
  if (textOf(error, "code") === "insufficient_quota") return false;
  if (status !== undefined && status >= 500) return !lastingStatuses.has(status);
  if (status !== undefined && status >= 400) return passingStatuses.has(status);
  if (obstacle !== undefined) return mayPass(obstacle);
  return flagOf(error, "isRetryable") ?? false;
}

/** What an error of our own kind says of itself. */
function saidOf(error: unknown): boolean | "once" | undefined {
  return property(error, "retryable") === "once" ? "once" : flagOf(error, "retryable");
}

/** The most telling message: the one of the server, or the one at the end of the chain of causes. */
function whyOf(error: unknown): string {
  const said = textOf(property(error, "error"), "message");
  if (said !== undefined) return said;
  const messages = causes(error).map((one) => textOf(one, "message") ?? textOf(one, "code") ?? "");
  const full = messages.filter((message, index) => message !== "" && messages.indexOf(message) === index);
  return full.length === 0 ? String(error) : full.join(" ");
}

/** An error and what led to it, three deep: a chain of causes can be a circle. */
function causes(error: unknown): unknown[] {
  const chain = [error];
  for (let depth = 0; depth < 3; depth += 1) {
    const cause = property(chain.at(-1), "cause");
    if (cause === undefined || cause === null) break;
    chain.push(cause);
  }
  return chain;
}

function headersOf(error: unknown): (name: string) => string | undefined {
  const headers = property(error, "headers") ?? property(error, "responseHeaders");
  if (typeof headers !== "object" || headers === null) return () => undefined;
  const get: unknown = Reflect.get(headers, "get");
  if (typeof get === "function") return (name) => textOrNothing(get.call(headers, name));
  const entries = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => {
    const value: unknown = entries.get(name);
    return typeof value === "string" ? value : undefined;
  };
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const found = property(value, name);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function flagOf(value: unknown, name: string): boolean | undefined {
  const found = property(value, name);
  return typeof found === "boolean" ? found : undefined;
}

function numberOf(value: unknown, name: string): number | undefined {
  const found = property(value, name);
  return typeof found === "number" ? found : undefined;
}

function asNumber(text: string | undefined): number | undefined {
  const number = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}
