import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Database } from "varve";
import { aborted, hasToken, LOOPBACK, listening, refusalOf } from "../loopback";
import { readTools, shownFailure } from "../mcp/tools/index";
import { isError, messageOf } from "../realm";
import { decodeRequest, INCARNATION, ROOT, TABLES, WireError } from "../wire";
import { bodyOf } from "./body";
import { callNamed } from "./calls";
import { failureOf, isOfServer, shownTo, statusOf, type WireFailure } from "./failure";
import { LIMITS, type Limits } from "./limits";
import { OpenTables } from "./open-tables";
import { openApi } from "./openapi";
import { sendAnswer, sendJson } from "./sent";

/** How long requests that are being answered may go on when the server is to end. */
const LAST_MS = 10_000;

/** Whoever neither sends nor takes anything for so long is left. */
const IDLE_MS = 60_000;

/** What is served. */
export interface ServedDatabase {
  readonly db: Database;
  /** The version of the package. */
  readonly version: string;
  /** Is told what no answer says. */
  readonly onError: (error: Error) => void;
}

/** Where a server listens, and what requests must bring. */
export interface ServeOptions {
  readonly host: string;
  /** The port; 0 for any that is free. */
  readonly port: number;
  /** What `Authorization: Bearer` must say. */
  readonly token: string;
  readonly limits?: Limits;
  /** Is told the address, once it is served. */
  readonly onListening: (url: string) => void;
}

/** Serves the reads of a database over HTTP, until the signal is aborted; then what was asked is still answered, for ten seconds at the most. */
export async function serve(
  served: ServedDatabase,
  options: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  const node = new QueryNode(served, options);
  const server = createServer({ requestTimeout: LIMITS.ms, headersTimeout: 10_000 }, (request, response) => {
    void node.answer(request, response);
  });
  server.setTimeout(IDLE_MS);
  const port = await listening(server, options.port, options.host);
  options.onListening(`http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`);
  await aborted(signal);
  node.isEnding = true;
  await ended(server);
}

/** Answers requests; holds nothing but open tables. */
class QueryNode {
  /** Whether it takes nothing more. */
  isEnding = false;
  readonly #served: ServedDatabase;
  readonly #options: ServeOptions;
  readonly #limits: Limits;
  readonly #tables: OpenTables;
  #answering = 0;
  #looking: Promise<boolean> | undefined;

  constructor(served: ServedDatabase, options: ServeOptions) {
    this.#served = served;
    this.#options = options;
    this.#limits = options.limits ?? LIMITS;
    this.#tables = new OpenTables(served.db.native);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#answering >= this.#limits.atOnce && !isProbe(request)) {
      refuse(response, 503, { code: "IO", message: "The server answers as many requests as it may." });
      return;
    }
    this.#answering += 1;
    const late = setTimeout(() => this.#late(response), this.#limits.ms);
    try {
      await this.#route(request, response);
    } catch (error) {
      this.#fail(error, response);
    } finally {
      clearTimeout(late);
      this.#answering -= 1;
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    if (path === "/health") return sendJson(response, 200, { status: "up" });
    if (path === "/ready") return await this.#ready(response);
    const { host, token } = this.#options;
    const refusal = host === LOOPBACK ? refusalOf(request) : undefined;
    if (refusal !== undefined)
      return refuse(response, refusal[0], { code: "ACCESS_DENIED", message: refusal[1] });
    if (!hasToken(request, token))
      return refuse(response, 401, {
        code: "ACCESS_DENIED",
        message: "The token is missing, or another one.",
      });
    if (request.method === "GET" && path === "/openapi.json")
      return sendJson(response, 200, openApi(readTools, this.#served.version));
    if (request.method === "GET" && path === TABLES)
      return sendJson(response, 200, await this.#served.db.tables());
    const [call, table] = routeOf(path);
    if (call === undefined)
      return refuse(response, 404, { code: "INVALID_ARGUMENT", message: `There is nothing at ${path}.` });
    if (request.method !== "POST")
      return refuse(response, 405, { code: "INVALID_ARGUMENT", message: "Calls are sent with POST." });
    const body = await bodyOf(request, this.#limits.bodyBytes);
    if (body === undefined)
      return refuse(response, 413, {
        code: "INVALID_ARGUMENT",
        message: `A request has at most ${this.#limits.bodyBytes} bytes.`,
      });
    if (table === undefined) return await this.#tool(call, body, response);
    await this.#call(table, call, body, request, response);
  }

  /** A call of a client that `connect` made. */
  async #call(
    name: string,
    call: string,
    body: Uint8Array,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const asked = decodeRequest(body);
    const run = callNamed(call);
    const life = request.headers[INCARNATION];
    const incarnation = typeof life === "string" ? life : undefined;
    const answer = await this.#tables.ask(name, incarnation, (table) => run(table, asked, this.#limits));
    await sendAnswer(answer, response);
  }

  /** A call in JSON by anybody else. */
  async #tool(name: string, body: Uint8Array, response: ServerResponse): Promise<void> {
    const tool = readTools.find((one) => one.name === name);
    if (tool === undefined)
      return refuse(response, 404, {
        code: "INVALID_ARGUMENT",
        message: `There is nothing at ${ROOT}/${name}.`,
      });
    const input = jsonOf(body);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const { db, onError } = this.#served;
    try {
      const context = { db, about: new Map<string, string>(), signal: gone.signal, report: onError };
      sendJson(response, 200, await tool.call(input, context));
    } catch (error) {
      const failure = shownFailure(tool.name, error, onError);
      sendJson(response, statusOf(failure.code), failure);
    }
  }

  async #ready(response: ServerResponse): Promise<void> {
    const isUp = !this.isEnding && (await this.#isThere());
    sendJson(response, isUp ? 200 : 503, { status: isUp ? "ready" : "not ready" });
  }

  /** Whether the database can be read. Anybody may ask, so those who ask at once share a look. */
  async #isThere(): Promise<boolean> {
    this.#looking ??= this.#served.db
      .tables()
      .then(Boolean, () => false)
      .finally(() => {
        this.#looking = undefined;
      });
    return await this.#looking;
  }

  #fail(error: unknown, response: ServerResponse): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const failure =
      error instanceof WireError
        ? { code: "INVALID_ARGUMENT" as const, message: error.message }
        : failureOf(error);
    if (failure === undefined || isOfServer(failure.code))
      this.#served.onError(isError(error) ? error : new Error(messageOf(error)));
    const said = shownTo(failure);
    sendJson(response, statusOf(said.code), said);
  }

  #late(response: ServerResponse): void {
    if (response.headersSent) return;
    const message = `The answer took more than ${this.#limits.ms / 1000} seconds.`;
    refuse(response, 504, { code: "IO", message });
  }
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split("?")[0] ?? url;
}

function isProbe(request: IncomingMessage): boolean {
  return ["/health", "/ready"].includes(pathOf(request));
}

/** The call of a path, and its table; none of either where the path is another. */
function routeOf(path: string): readonly [call?: string, table?: string] {
  const parts = path.split("/").slice(1);
  if (`/${parts[0]}` !== ROOT) return [];
  if (parts.length === 2) return [parts[1]];
  const [, tables, name = "", call] = parts;
  if (parts.length !== 4 || `${ROOT}/${tables}` !== TABLES || name === "") return [];
  try {
    return [call, decodeURIComponent(name)];
  } catch {
    return [];
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown;
  } catch (cause) {
    throw new WireError("The body is not JSON.", { cause });
  }
}

/** What goes with some refusals. */
const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "WWW-Authenticate": "Bearer" },
  405: { Allow: "POST" },
  503: { "Retry-After": "1" },
};

/** Refuses a request, and the connection with it: what is left of a body is not read. */
function refuse(response: ServerResponse, status: number, failure: WireFailure): void {
  sendJson(response, status, failure, { Connection: "close", ...HEADERS[status] });
}

/** Lets requests end that are being answered. */
async function ended(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const last = setTimeout(() => server.closeAllConnections(), LAST_MS);
  await done;
  clearTimeout(last);
}
