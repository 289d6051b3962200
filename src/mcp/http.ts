import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createMcpHandler,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpHttpHandler,
  validateHostHeader,
  validateOriginHeader,
} from "@modelcontextprotocol/server";
import { VarveError } from "varve";
import { isError, messageOf } from "../realm";
import { sendResponse, webRequest } from "./http-message";
import { databaseServer, type Served } from "./server";

const LOOPBACK = "127.0.0.1";
const PATH = "/mcp";

/** Where a server listens, and what requests must bring. */
export interface HttpOptions {
  /** The port; 0 for any that is free. */
  readonly port: number;
  /** What `Authorization: Bearer` must say. */
  readonly token: string;
  /** Is told the address, once it is served. */
  readonly onListening: (url: string) => void;
}

/**
 * Serves a database over Streamable HTTP, until the signal is aborted. It listens on loopback alone, and answers only requests that bring the
 * token, name this machine as their host, and come from no page of another site: a page in a browser can reach loopback too.
 */
export async function serveHttp(served: Served, options: HttpOptions, signal: AbortSignal): Promise<void> {
  const handler = createMcpHandler(() => databaseServer(served), { onerror: served.onError });
  const server = createServer((request, response) => {
    void answer(handler, options.token, request, response).catch((error: unknown) => {
      served.onError(isError(error) ? error : new Error(messageOf(error)));
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "The request could not be answered.");
    });
  });
  const port = await listening(server, options.port);
  options.onListening(`http://${LOOPBACK}:${port}${PATH}`);
  await aborted(signal);
  await handler.close();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function answer(
  handler: McpHttpHandler,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const problem = problemOf(request, token);
  if (problem !== undefined) {
    refuse(response, ...problem);
    return;
  }
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  await sendResponse(await handler.fetch(webRequest(request, `http://${LOOPBACK}`, gone.signal)), response);
}

/** Why a request is not answered. */
function problemOf(
  { headers, method, url }: IncomingMessage,
  token: string,
): [status: number, message: string] | undefined {
  const host = validateHostHeader(headers.host, localhostAllowedHostnames());
  if (!host.ok) return [403, "The header Host does not name this machine."];
  const origin = validateOriginHeader(headers.origin, localhostAllowedOrigins());
  if (!origin.ok) return [403, "The header Origin names a page of another site."];
  if (url?.split("?")[0] !== PATH) return [404, `There is nothing here: the protocol is spoken at ${PATH}.`];
  // The name of the scheme has no case, the token has.
  if (!isSame(headers.authorization?.replace(/^bearer +/i, "Bearer "), `Bearer ${token}`))
    return [401, "The token is missing, or another one."];
  // A request of the web cannot be made of it.
  if (method === "TRACE") return [405, "The protocol has no such method."];
  return undefined;
}

/** Compares in a time that does not say how much was right. */
function isSame(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given ?? ""), digest(expected));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const challenge = status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
  const allowed = status === 405 ? { Allow: "POST" } : {};
  response.writeHead(status, {
    "Content-Type": "application/json",
    Connection: "close",
    ...challenge,
    ...allowed,
  });
  response.end(JSON.stringify({ jsonrpc: "2.0", error: { code: -32_000, message }, id: null }));
}

async function listening(server: Server, port: number): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(cannotListen(port, cause)));
    server.listen(port, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
  });
}

function cannotListen(port: number, cause: NodeJS.ErrnoException): VarveError {
  const why = cause.code === "EADDRINUSE" ? "something else listens there" : messageOf(cause);
  return new VarveError("IO", `The server cannot listen on port ${port}: ${why}.`, {
    hint: "Choose another port, or 0 for any that is free.",
    cause,
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
