// Requests and responses of Node as those of the web, which the protocol speaks.

import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

/** A request as the web has it; it is aborted when whoever has sent it is gone. */
export function webRequest(message: IncomingMessage, origin: string, signal: AbortSignal): Request {
  const { method = "GET", url = "/", headers } = message;
  const given = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) if (one !== undefined) given.append(name, one);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const init: RequestInit = { method, headers: given, signal };
  if (hasBody) Object.assign(init, { body: Readable.toWeb(message), duplex: "half" });
  return new Request(new URL(url, origin), init);
}

/** Sends a response, as fast as it is read. */
export async function sendResponse(response: Response, target: ServerResponse): Promise<void> {
  target.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    target.end();
    return;
  }
  target.flushHeaders();
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), target);
  } catch (error) {
    // Whoever has left reads no more.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}
