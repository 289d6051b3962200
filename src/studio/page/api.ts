// Asking the server. The token comes with the address once and stays in this tab; it is in no address after that.

import { signal } from "@preact/signals";
import type { FailureAnswer } from "../api-types";

const STORED = "varve-studio-token";

/** What the server says of itself. */
export interface About {
  readonly place: string;
  readonly version: string;
  readonly write: boolean;
}

/** A failure, as the server tells it. */
export class Failed extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor({ code, message, hint }: FailureAnswer["error"], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** Whether the page may ask: unknown at first. */
export const isOpen = signal<boolean | undefined>(undefined);

let token = "";

/** Takes the token from the address, or from an earlier load of this tab; an address with a code is exchanged for it. */
export async function takeToken(): Promise<void> {
  const [, kind, text] = /^#(token|once)=([\w-]+)$/.exec(location.hash) ?? [];
  if (kind !== undefined) history.replaceState(null, "", location.pathname);
  token = sessionStorage.getItem(STORED) ?? "";
  if (kind === "token" && text !== undefined) token = text;
  if (kind === "once" && text !== undefined) token = await redeemed(text);
  sessionStorage.setItem(STORED, token);
}

async function redeemed(code: string): Promise<string> {
  const response = await post("open", { code });
  const answer = (await response.json()) as { readonly token?: string };
  return answer.token ?? "";
}

/** Asks a question; throws Failed. */
export async function ask<T>(name: string, input: object = {}, aborted?: AbortSignal): Promise<T> {
  const response = await sent(name, input, aborted);
  return (await response.json()) as T;
}

/** Asks for the value of a cell that may be bytes. */
export async function askCell<T>(input: object, aborted?: AbortSignal): Promise<T | Uint8Array<ArrayBuffer>> {
  const response = await sent("cell", input, aborted);
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return isJson ? ((await response.json()) as T) : new Uint8Array(await response.arrayBuffer());
}

async function sent(name: string, input: object, aborted?: AbortSignal): Promise<Response> {
  const response = await post(name, input, aborted);
  if (response.ok) return response;
  if (response.status === 401) isOpen.value = false;
  throw new Failed(((await response.json()) as FailureAnswer).error);
}

async function post(name: string, input: object, aborted?: AbortSignal): Promise<Response> {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  const body = JSON.stringify(input);
  const init: RequestInit = { method: "POST", headers, body };
  if (aborted !== undefined) init.signal = aborted;
  try {
    return await fetch(`/api/${name}`, init);
  } catch (error) {
    if (aborted?.aborted === true) throw error;
    const message = "The studio does not answer: it may have ended.";
    throw new Failed({ code: "GONE", message }, { cause: error });
  }
}
