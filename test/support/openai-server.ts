// A real HTTP server on loopback that speaks OpenAI's API for embeddings, and fails when told to. Its vectors are made from the
// texts alone, so a test knows what each must be.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with one request. */
export type Fault =
  /** An error status. The message may hold `{key}`: the key that the request brought is put in. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly message?: string;
      readonly code?: string;
    }
  /** The connection ends before an answer. */
  | { readonly kind: "drop" }
  /** The connection ends in the middle of the answer. */
  | { readonly kind: "cut" }
  /** The answer is only the first half of the text that it should be, and ends properly. */
  | { readonly kind: "half-json" }
  /** Half of the vectors are missing. */
  | { readonly kind: "half" }
  /** A right answer, late. */
  | { readonly kind: "slow"; readonly ms: number }
  /** No answer, until the client gives up. */
  | { readonly kind: "hang" }
  /** A right answer with the last vector first. */
  | { readonly kind: "wrong-order" }
  /** The last vector lacks a number. */
  | { readonly kind: "wrong-length" }
  /** All vectors are of half the dimensions. */
  | { readonly kind: "wrong-dimensions" }
  /** One index occurs twice. */
  | { readonly kind: "wrong-index" }
  /** A right answer in base64, whatever was asked for. */
  | { readonly kind: "base64" }
  /** A right answer in floats, whatever was asked for. */
  | { readonly kind: "float" };

/** A request as it came. */
export interface ReceivedRequest {
  /** 0, 1, 2 and on, in the order of arrival. */
  readonly number: number;
  /** When it came, in milliseconds of `performance.now()`. */
  readonly at: number;
  /** The path with the query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The JSON of the request. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The texts. */
  readonly inputs: readonly string[];
}

/** How the server behaves. */
export interface OpenAiServerOptions {
  /**
   * The length of the vectors. A request may ask for another.
   * @default 8
   */
  readonly dimensions?: number;
  /** The only key that is let in; a refusal repeats the key that was brought, as some servers do. */
  readonly apiKey?: string;
  /** How long each answer takes, in milliseconds. */
  readonly latencyMs?: number;
  /** More inputs than this are refused with 400. */
  readonly maxBatch?: number;
  /** More tokens than this (four characters each) are refused with 400. */
  readonly maxBatchTokens?: number;
  /** What goes wrong with which request. */
  readonly faults?: (request: ReceivedRequest) => Fault | undefined;
}

/** A server that runs. */
export interface OpenAiServer {
  /** Its address, up to and with `/v1`. */
  readonly url: string;
  /** Every request that came. */
  readonly requests: readonly ReceivedRequest[];
  /** How many times each text was answered with a vector that a client can use: what it would have cost. */
  readonly paid: ReadonlyMap<string, number>;
  /** The most requests that were open at once. */
  readonly mostAtOnce: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Faults in the order of the requests; no fault where the list has undefined, and after its end. */
export function inTurn(
  ...faults: readonly (Fault | undefined)[]
): (request: ReceivedRequest) => Fault | undefined {
  return ({ number }) => faults[number];
}

/** One of the faults for about this share of the requests, the same ones for the same seed. */
export function atRandom(
  share: number,
  faults: readonly Fault[],
  seed = 1,
): (request: ReceivedRequest) => Fault | undefined {
  return ({ number }) => {
    const draw = fraction(hash(`${seed}/${number}`));
    return draw < share ? faults[Math.floor((draw / share) * faults.length)] : undefined;
  };
}

/** 429, with `retry-after` in seconds or `retry-after-ms` where given. */
export function rateLimited(wait: { readonly seconds?: number; readonly ms?: number } = {}): Fault {
  const headers = {
    ...(wait.seconds === undefined ? {} : { "retry-after": String(wait.seconds) }),
    ...(wait.ms === undefined ? {} : { "retry-after-ms": String(wait.ms) }),
  };
  return { kind: "status", status: 429, headers, message: "Rate limit reached for requests" };
}

/** The vector of a text: numbers from -1 to 1 that depend on nothing else. */
export function vectorOf(text: string, dimensions = 8): Float32Array {
  return Float32Array.from({ length: dimensions }, (_, index) => fraction(hash(`${index} ${text}`)) * 2 - 1);
}

/** Starts a server. `await using server = await startOpenAiServer()` stops it at the end of the test. */
export async function startOpenAiServer(options: OpenAiServerOptions = {}): Promise<OpenAiServer> {
  const requests: ReceivedRequest[] = [];
  const paid = new Map<string, number>();
  const open = { now: 0, most: 0 };
  const server = createServer((incoming, response) => {
    open.now += 1;
    open.most = Math.max(open.most, open.now);
    response.on("close", () => {
      open.now -= 1;
    });
    void receive(incoming, requests.length).then(async (request) => {
      requests.push(request);
      await answer(request, response, options, paid);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    paid,
    get mostAtOnce() {
      return open.most;
    },
    [Symbol.asyncDispose]: () => stop(server),
  };
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function receive(incoming: IncomingMessage, number: number): Promise<ReceivedRequest> {
  const at = performance.now();
  const { headers, url: path = "" } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
  const input = body["input"] ?? [];
  return { number, at, path, headers, body, inputs: Array.isArray(input) ? input : [String(input)] };
}

async function answer(
  request: ReceivedRequest,
  response: ServerResponse,
  options: OpenAiServerOptions,
  paid: Map<string, number>,
): Promise<void> {
  const fault = refusal(request, options) ?? options.faults?.(request);
  const ms = (options.latencyMs ?? 0) + (fault?.kind === "slow" ? fault.ms : 0);
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  if (fault?.kind === "hang") return;
  if (fault?.kind === "drop") {
    response.socket?.destroy();
    return;
  }
  if (fault?.kind === "status") {
    refuse(request, response, fault);
    return;
  }
  const text = JSON.stringify(answerTo(request, options, fault));
  response.setHeader("content-type", "application/json");
  if (fault?.kind === "cut") {
    response.setHeader("content-length", Buffer.byteLength(text));
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
    return;
  }
  response.end(fault?.kind === "half-json" ? text.slice(0, text.length / 2) : text);
  if (fault === undefined || ["slow", "wrong-order", "base64", "float"].includes(fault.kind)) {
    for (const input of request.inputs) paid.set(input, (paid.get(input) ?? 0) + 1);
  }
}

/** What a careful server refuses. */
function refusal(
  { headers, inputs, path }: ReceivedRequest,
  options: OpenAiServerOptions,
): Fault | undefined {
  const { apiKey, maxBatch = 2048, maxBatchTokens = 300_000 } = options;
  const fault = (status: number, message: string): Fault => ({ kind: "status", status, message });
  if (!path.startsWith("/v1/embeddings")) return fault(404, `Unknown path ${path}`);
  if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
    return fault(401, "Incorrect API key provided: {key}.");
  }
  if (inputs.includes("")) return fault(400, "input cannot be an empty string");
  if (inputs.length > maxBatch) return fault(400, `Array too long: at most ${maxBatch} inputs.`);
  const tokens = inputs.reduce((sum, input) => sum + Math.ceil(input.length / 4), 0);
  return tokens > maxBatchTokens
    ? fault(400, `Requested ${tokens} tokens, max ${maxBatchTokens} tokens per request.`)
    : undefined;
}

function refuse(
  { headers }: ReceivedRequest,
  response: ServerResponse,
  fault: Extract<Fault, { kind: "status" }>,
): void {
  const key = (headers.authorization ?? "").replace(/^Bearer /, "");
  const message = (fault.message ?? `The server answers ${fault.status}`).replaceAll("{key}", key);
  response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
  response.end(JSON.stringify({ error: { message, type: "error", param: null, code: fault.code ?? null } }));
}

function answerTo(request: ReceivedRequest, options: OpenAiServerOptions, fault: Fault | undefined): object {
  const { body, inputs } = request;
  const asked = body["dimensions"] ?? body["output_dimension"] ?? options.dimensions ?? 8;
  const dimensions = fault?.kind === "wrong-dimensions" ? Number(asked) / 2 : Number(asked);
  const base64 =
    fault?.kind === "base64" || (body["encoding_format"] === "base64" && fault?.kind !== "float");
  const vectors = inputs.map((input, index) => {
    const vector = vectorOf(input, dimensions);
    return fault?.kind === "wrong-length" && index === inputs.length - 1 ? vector.slice(1) : vector;
  });
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index: fault?.kind === "wrong-index" ? 0 : index,
    embedding: base64 ? Buffer.from(vector.buffer).toString("base64") : [...vector],
  }));
  if (fault?.kind === "wrong-order") data.reverse();
  const sent = fault?.kind === "half" ? data.slice(0, Math.floor(data.length / 2)) : data;
  const tokens = inputs.reduce((sum, input) => sum + Math.ceil(input.length / 4), 0);
  return {
    object: "list",
    data: sent,
    model: body["model"],
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** 32 bits of a text (FNV-1a, then mixed). */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const fraction = (bits: number): number => bits / 2 ** 32;
