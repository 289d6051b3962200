// Requests to a server of `varve serve`. Reads may be asked again, so a server that is away for a moment or has too much to do is not a failure.

import { setTimeout as sleep } from "node:timers/promises";
import { isError, messageOf } from "../../realm";
import { encodeRequest, type WireRequest } from "../../wire";

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

/** Asks a server. Rejects as the native module does: with a failure in JSON. */
export class Http {
  readonly #address: Address;

  constructor(address: Address) {
    this.#address = address;
  }

  /** The answer to a call. */
  async call(path: string, request: WireRequest): Promise<Response> {
    return await this.#sent(path, { method: "POST", body: encodeRequest(request) });
  }

  /** The JSON at a path. A server that is not there, or not now, is asked again for so long. */
  async get(path: string, patienceMs = PATIENCE_MS): Promise<string> {
    return new TextDecoder().decode(await bytesOf(await this.#sent(path, { method: "GET" }, patienceMs)));
  }

  async #sent(path: string, init: RequestInit, patienceMs = PATIENCE_MS): Promise<Response> {
    const end = performance.now() + patienceMs;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const { answer, why } = await this.#once(path, init);
      if (answer !== undefined && !isBusy(answer)) return await accepted(answer, this.#address.url);
      const rest = end - performance.now();
      if (rest <= 0) {
        if (answer !== undefined) return await accepted(answer, this.#address.url);
        throw unreachable(this.#address.url, why);
      }
      await answer?.body?.cancel();
      // Those who were turned away together do not come back together.
      await sleep(Math.min(rest, wait * (0.5 + Math.random())));
    }
  }

  /** The answer, or why there is none. */
  async #once(path: string, init: RequestInit): Promise<{ answer?: Response; why?: unknown }> {
    const { url, token } = this.#address;
    const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(ANSWER_MS);
    try {
      // Where it sends one on to is not told the token.
      return { answer: await fetch(`${url}${path}`, { ...init, headers, redirect: "error", signal }) };
    } catch (why) {
      return { why };
    }
  }
}

/** All bytes of an answer. */
export async function bytesOf(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MOST_BYTES) throw failure("IO", "The server sent more than an answer may have.");
    parts.push(part);
  }
  return joined(parts, length);
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

/** A failure as the native module rejects with. */
export function failure(code: string, message: string, hint?: string): Error {
  return new Error(JSON.stringify({ code, message, hint }));
}

function isBusy({ status }: Response): boolean {
  return status === 502 || status === 503;
}

/** The answer, if it is one. */
async function accepted(response: Response, url: string): Promise<Response> {
  if (response.ok) return response;
  const text = new TextDecoder().decode(await bytesOf(response));
  if (response.status === 401)
    throw failure(
      "ACCESS_DENIED",
      `The server at ${url} does not know the token.`,
      "Pass the one that varve serve printed: connect(url, { token }).",
    );
  if (text.startsWith("{") && isFailure(text)) throw new Error(text);
  throw failure(
    "IO",
    `The server at ${url} answered with the status ${response.status}.`,
    "Check that varve serve listens there.",
  );
}

function isFailure(text: string): boolean {
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    return typeof code === "string" && typeof message === "string";
  } catch {
    return false;
  }
}

function unreachable(url: string, error: unknown): Error {
  const cause = isError(error) ? error.cause : undefined;
  const why = messageOf(isError(cause) ? cause : error);
  return failure(
    "IO",
    `The server at ${url} cannot be reached: ${why}.`,
    "Check the address, and that varve serve runs there.",
  );
}
