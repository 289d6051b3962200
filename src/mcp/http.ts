import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createMcpHandler, type McpHttpHandler } from "@modelcontextprotocol/server";
import { aborted, closed, hasToken, LOOPBACK, listening, type Refusal, refusalOf } from "../loopback";
import { isError, messageOf } from "../realm";
import { sendResponse, webRequest } from "./http-message";
import { databaseServer, type Served } from "./server";

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
  await closed(server);
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
function problemOf(request: IncomingMessage, token: string): Refusal | undefined {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return refusal;
  const { method, url } = request;
  if (url?.split("?")[0] !== PATH) return [404, `There is nothing here: the protocol is spoken at ${PATH}.`];
  if (!hasToken(request, token)) return [401, "The token is missing, or another one."];
  // A request of the web cannot be made of it.
  if (method === "TRACE") return [405, "The protocol has no such method."];
  return undefined;
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
