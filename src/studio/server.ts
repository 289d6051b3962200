import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Database, VarveError } from "varve";
import { aborted, closed, LOOPBACK, listening } from "../loopback";
import { isBytes, isError, messageOf } from "../realm";
import { Access } from "./access";
import type { FailureAnswer } from "./api-types";
import { assetAt } from "./assets";
import { readFunctions, writeFunctions } from "./functions/index";

/** What is served. */
export interface StudioOptions {
  readonly db: Database;
  /** Whether versions can be named and brought back. */
  readonly write: boolean;
  /** What is looked at, as the page shows it. */
  readonly place: string;
  /** The version of the package. */
  readonly version: string;
  /** The port; 0 for any that is free. */
  readonly port: number;
  /** Is told where the page is, once it is served. */
  readonly onListening: (address: StudioAddress) => void;
  /** Is told what no answer can say. */
  readonly onError: (error: Error) => void;
}

/** Where the page is. */
export interface StudioAddress {
  /** With the token. */
  readonly url: string;
  /** With a code that works once, and soon: for starting a browser with. */
  readonly once: string;
}

const BODY_MAX = 256 * 1024;
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");
const HEADERS = {
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cache-Control": "no-store",
};

/** Serves the page of a database on loopback, until the signal is aborted. */
export async function serveStudio(options: StudioOptions, signal: AbortSignal): Promise<void> {
  const access = new Access();
  const server = createServer((request, response) => {
    void answer(options, access, request, response).catch((error: unknown) => {
      options.onError(isError(error) ? error : new Error(messageOf(error)));
      if (response.headersSent) response.destroy();
      else fail(response, 500, "INTERNAL", "The request could not be answered.");
    });
  });
  const port = await listening(server, options.port);
  const page = `http://${LOOPBACK}:${port}/`;
  options.onListening({ url: `${page}#token=${access.token}`, once: `${page}#once=${access.newCode()}` });
  await aborted(signal);
  await closed(server);
}

async function answer(
  options: StudioOptions,
  access: Access,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = access.refusalOfPage(request);
  if (refusal !== undefined) return refuse(response, ...refusal);
  const { method = "GET", url = "/" } = request;
  const path = url.split("?")[0] ?? "";
  const name = /^\/api\/([a-z_]+)$/.exec(path)?.[1];
  if (name !== undefined) {
    if (method !== "POST") return refuse(response, 405, "Questions are asked with POST.");
    return await answerQuestion(options, access, name, request, response);
  }
  if (method !== "GET" && method !== "HEAD") return refuse(response, 405, "Files are read with GET.");
  const asset = assetAt(path);
  if (asset === undefined) return refuse(response, 404, "There is nothing here.");
  send(response, 200, asset.type, method === "HEAD" ? "" : asset.content);
}

async function answerQuestion(
  { db, write, place, version, onError: report }: StudioOptions,
  access: Access,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isOpening = name === "open";
  const refusal = isOpening ? undefined : access.refusalOfQuestion(request);
  if (refusal !== undefined) return refuse(response, ...refusal);
  // Forms of other pages cannot send it without asking first, and are never told that they may.
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
    return refuse(response, 415, "Questions are JSON.");
  const body = await bodyOf(request);
  if (body === undefined) return refuse(response, 413, `A question has at most ${BODY_MAX} bytes.`);
  const input = parsed(body);
  if (input === undefined) return refuse(response, 400, "This is no JSON.");
  if (isOpening) {
    const token = access.redeem(Reflect.get(Object(input), "code"));
    if (token === undefined) return refuse(response, 401, "This code was used, or is too old.");
    return sendJson(response, 200, { token });
  }
  if (name === "about") return sendJson(response, 200, { place, version, write });
  const functions = write ? [...readFunctions, ...writeFunctions] : readFunctions;
  const asked = functions.find((one) => one.name === name);
  if (asked === undefined) return refuse(response, ...unknown(name));
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  try {
    const answered = await asked.call(input, { db, about: new Map(), signal: gone.signal, report });
    if (isBytes(answered)) send(response, 200, "application/octet-stream", answered);
    else sendJson(response, 200, answered);
  } catch (error) {
    sendJson(response, VarveError.is(error) ? 400 : 500, failureOf(error));
  }
}

function unknown(name: string): [status: number, message: string] {
  return writeFunctions.some((one) => one.name === name)
    ? [403, `This studio only reads: start it with --write for ${name}.`]
    : [404, `There is no question ${JSON.stringify(name)}.`];
}

/** The body of a request; undefined where it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > BODY_MAX) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function failureOf(error: unknown): FailureAnswer {
  if (!VarveError.is(error)) return { error: { code: "INTERNAL", message: messageOf(error) } };
  const { code, message, hint } = error;
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  fail(response, status, "REFUSED", message);
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  const body: FailureAnswer = { error: { code, message } };
  response.setHeader("Connection", "close");
  sendJson(response, status, body);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, "application/json", JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { ...HEADERS, "Content-Type": type });
  response.end(body);
}
