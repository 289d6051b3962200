// Requests to a server of `varve serve`. Reads may be asked again, so a server that is away for a moment or has too much to do is not a failure.

import { setTimeout as sleep } from "node:timers/promises";
import { isBytes, isError, messageOf } from "../../realm";
import { encodeRequest, INCARNATION, TABLES, type WireRequest } from "../../wire";
import type { Observers } from "../observe/observers";

/** How long a server that does not answer, or not now, is asked again. */
const PATIENCE_MS = 10_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;
/** How long one answer may take; a server itself takes half a minute at most. */
const ANSWER_MS = 60_000;
/** The most bytes of an answer, and of a part of a scan. */
export const MOST_BYTES = 1 << 28;

/** Where a server is, and what it wants to be told. */
export interface Address {
  readonly url: string;
  readonly token: string | undefined;
}

/** A call of a table. */
export interface RemoteCall {
  readonly path: string;
  readonly request: WireRequest;
  /** Which life of the table's name is meant; whichever there is, if none is said. */
  readonly incarnation: string | undefined;
}

/** A failure in the form in which the native module rejects. Nothing is asked again because of it. */
class Failure extends Error {}

/** What is made of an answer. */
type Take<T> = (answer: Response) => Promise<T>;

/** What came of one request: what was made of the answer, or why there is nothing. */
type Outcome<T> = { readonly taken: T } | { readonly why: unknown; readonly isBusy?: boolean };

/** Asks a server. Rejects as the native module does: with a failure in JSON. */
export class Http {
  readonly #address: Address;
  readonly #observers: Observers;

  constructor(address: Address, observers: Observers) {
    this.#address = address;
    this.#observers = observers;
  }

  /** The bytes of the answer to a call. */
  async call(call: RemoteCall): Promise<Uint8Array> {
    return await this.#sent(call.path, posted(call), bytesOf);
  }

  /** The answer to a call as it comes, part by part. How long that takes is not bounded, only the wait for its beginning. */
  async begin(call: RemoteCall): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    return await this.#sent(call.path, posted(call), readerOf);
  }

  /** The text at a path. A server that is not there, or not now, is asked again for so long. */
  async get(path: string, patienceMs = PATIENCE_MS): Promise<string> {
    return new TextDecoder().decode(await this.#sent(path, { method: "GET" }, bytesOf, patienceMs));
  }

  async #sent<T>(path: string, init: RequestInit, take: Take<T>, patienceMs = PATIENCE_MS): Promise<T> {
    if (!this.#observers.active) return await this.#asked(path, init, take, patienceMs);
    let attempts = 0;
    const counted = (): void => {
      attempts += 1;
    };
    return await this.#observers.call(
      { kind: "request", ...askedOf(path) },
      () => this.#asked(path, init, take, patienceMs, counted),
      (done) => ({ attempts, ...(isBytes(done?.result) ? { bytes: done.result.byteLength } : {}) }),
    );
  }

  async #asked<T>(
    path: string,
    init: RequestInit,
    take: Take<T>,
    patienceMs: number,
    onAttempt?: () => void,
  ): Promise<T> {
    const end = performance.now() + patienceMs;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      onAttempt?.();
      const outcome = await this.#once(path, init, take);
      if ("taken" in outcome) return outcome.taken;
      const rest = end - performance.now();
      if (rest <= 0) throw this.#givenUp(outcome);
      // Those who were turned away together do not come back together.
      await sleep(Math.min(rest, wait * (0.5 + Math.random())));
    }
  }

  async #once<T>(path: string, init: RequestInit, take: Take<T>): Promise<Outcome<T>> {
    const { url, token } = this.#address;
    const authorization: Record<string, string> =
      token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error("it took too long")), ANSWER_MS);
    try {
      const headers = { ...(init.headers as Record<string, string> | undefined), ...authorization };
      // Where it sends one on to is not told the token.
      const answer = await fetch(`${url}${path}`, {
        ...init,
        headers,
        redirect: "error",
        signal: late.signal,
      });
      if (answer.ok) return { taken: await take(answer) };
      if (answer.status !== 502 && answer.status !== 503) throw await this.#refused(answer);
      await answer.body?.cancel();
      return { why: answer.status, isBusy: true };
    } catch (why) {
      if (why instanceof Failure) throw why;
      return { why };
    } finally {
      clearTimeout(timer);
    }
  }

  /** What a server says instead of an answer. */
  async #refused(answer: Response): Promise<Failure> {
    const { url } = this.#address;
    const text = new TextDecoder().decode(await bytesOf(answer));
    if (answer.status === 401)
      return failure(
        "ACCESS_DENIED",
        `The server at ${url} does not know the token.`,
        "Pass the one that varve serve printed: connect(url, { token }).",
      );
    if (isFailure(text)) return new Failure(text);
    const message = `The server at ${url} answered with the status ${answer.status}.`;
    return failure("IO", message, "Check that varve serve listens there.");
  }

  #givenUp({ why, isBusy = false }: { readonly why: unknown; readonly isBusy?: boolean }): Failure {
    const { url } = this.#address;
    if (isBusy)
      return failure("IO", `The server at ${url} has too much to do (status ${why}).`, "Try again later.");
    const cause = isError(why) ? why.cause : undefined;
    const said = messageOf(isError(cause) ? cause : why);
    const message = `The server at ${url} cannot be reached: ${said}.`;
    return failure("IO", message, "Check the address, and that varve serve runs there.");
  }
}

/** A failure as the native module rejects with. */
export function failure(code: string, message: string, hint?: string): Failure {
  return new Failure(JSON.stringify({ code, message, hint }));
}

/** Parts as one; no buffer of Node, which callers would notice. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What a path asks, and of which table: `page` of `docs` in `/v1/tables/docs/page`. */
function askedOf(path: string): { readonly operation: string; readonly table?: string } {
  if (!path.startsWith(`${TABLES}/`)) return { operation: "tables" };
  const [table = "", operation = ""] = path.slice(TABLES.length + 1).split("/");
  return { operation, table: decodeURIComponent(table) };
}

function posted({ request, incarnation }: RemoteCall): RequestInit {
  const headers: Record<string, string> = incarnation === undefined ? {} : { [INCARNATION]: incarnation };
  return { method: "POST", body: encodeRequest(request), headers };
}

async function bytesOf(answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MOST_BYTES) throw failure("IO", "The server sent more than an answer may have.");
    parts.push(part);
  }
  return joined(parts, length);
}

function readerOf({ body }: Response): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  if (body === null) throw failure("IO", "The server sent no scan.");
  return Promise.resolve(body.getReader());
}

function isFailure(text: string): boolean {
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    return typeof code === "string" && typeof message === "string";
  } catch {
    return false;
  }
}
