// What kept a request from its answer, read from the chain of errors that a client threw: the system's codes say more than the words.

import { isError } from "../../realm";

/** What stood between a request and its answer. */
export type Obstacle =
  | "no-such-host"
  | "unreachable"
  | "certificate"
  | "no-http"
  | "time-out"
  | "connection"
  | "page"
  | "answer";

const codes: readonly (readonly [Obstacle, RegExp])[] = [
  ["no-such-host", /^ENOTFOUND$/],
  [
    "unreachable",
    /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EAI_\w+|UND_ERR_CONNECT_TIMEOUT)$/,
  ],
  [
    "certificate",
    /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|EPROTO)/,
  ],
  ["no-http", /^(HPE_|ERR_INVALID_URL$|UND_ERR_INVALID_ARG$)/],
  ["time-out", /^(ETIMEDOUT|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/],
  ["connection", /^(ECONN|EPIPE|UND_ERR_|ERR_STREAM_PREMATURE_CLOSE)/],
];

const connectionWords =
  /connection error|fetch failed|terminated|socket hang up|premature close|other side closed/i;
// What fetch says where it refuses the address itself.
const addressWords = /bad port|unknown scheme|URL scheme|redirect count exceeded/i;
const timeWords = /timed out|timeout/i;
// What JSON.parse says where a web page begins.
const pageWords = /Unexpected token '?</;

/** What stood in the way, from what was thrown first to what caused it; undefined for an error that is none of the network's. */
export function obstacleOf(chain: readonly unknown[]): Obstacle | undefined {
  for (const code of chain.map(codeOf)) {
    const known = codes.find(([, pattern]) => pattern.test(code));
    if (known !== undefined) return known[0];
  }
  const parsing = chain.find((one) => isSyntaxError(one) && /JSON/.test(one.message));
  if (isError(parsing)) return pageWords.test(parsing.message) ? "page" : "answer";
  if (chain.some((one) => addressWords.test(messageOf(one)))) return "no-http";
  if (chain.some((one) => timeWords.test(messageOf(one)))) return "time-out";
  return chain.some((one) => connectionWords.test(messageOf(one))) ? "connection" : undefined;
}

/** Whether the same request may get past it later. */
export function mayPass(obstacle: Obstacle): boolean | "once" {
  if (obstacle === "connection") return true;
  return obstacle === "unreachable" || obstacle === "time-out" || obstacle === "answer" ? "once" : false;
}

const hints: Readonly<Record<Obstacle, string>> = {
  "no-such-host": "Check the address: there is no host of this name.",
  unreachable: "Check the address, and that the server is running.",
  certificate: "Check the address (http or https) and the server's certificate.",
  "no-http": "Check the address: what is there does not speak HTTP.",
  "time-out": "Try again later. To wait longer for an answer, pass timeoutMs to the embedding function.",
  connection:
    "Try again later. To try for longer, pass retry: { attempts, forMs } to the embedding function.",
  page: "Check the address: a web page answered, not an API for embeddings. Most addresses end with /v1.",
  answer: "Try again, and check that the server is one for embeddings.",
};

/** What to do about it. */
export function hintFor(obstacle: Obstacle): string {
  return hints[obstacle];
}

function codeOf(value: unknown): string {
  const code: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "code") : undefined;
  return typeof code === "string" ? code : "";
}

function messageOf(value: unknown): string {
  const message: unknown =
    typeof value === "object" && value !== null ? Reflect.get(value, "message") : undefined;
  return typeof message === "string" ? message : "";
}

function isSyntaxError(value: unknown): value is Error {
  return isError(value) && value.name === "SyntaxError";
}
