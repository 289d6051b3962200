// Answers as bytes on a connection.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { NativeScan } from "../native-types";
import { encodePage, encodePartHead, PART, type PartKind } from "../wire";
import type { Answer } from "./calls";
import { failureOf, shownTo } from "./failure";

export const JSON_TYPE = "application/json";
const TYPES = {
  json: JSON_TYPE,
  page: "application/vnd.varve.page",
  arrow: "application/vnd.apache.arrow.stream",
  scan: "application/vnd.varve.scan",
} as const;

/** Sends an answer. A scan is read no faster than it is taken. */
export async function sendAnswer(answer: Answer, response: ServerResponse): Promise<void> {
  if (response.headersSent) {
    // It came too late.
    if (answer.kind === "scan") answer.scan.close();
    return;
  }
  const type = TYPES[answer.kind];
  if (answer.kind === "scan") {
    response.writeHead(200, { "Content-Type": type });
    await sendScan(answer.scan, answer.inArrow, response);
    return;
  }
  const body = bodyOf(answer);
  response.writeHead(200, { "Content-Type": type, "Content-Length": body.byteLength });
  response.end(body);
}

function bodyOf(answer: Exclude<Answer, { kind: "scan" }>): Uint8Array {
  if (answer.kind === "json") return Buffer.from(answer.text);
  return answer.kind === "page" ? encodePage(answer.page) : answer.bytes;
}

/** Sends a failure, or anything else in JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return;
  response.writeHead(status, { "Content-Type": JSON_TYPE, ...headers });
  response.end(JSON.stringify(value));
}

async function sendScan(scan: NativeScan, inArrow: boolean, response: ServerResponse): Promise<void> {
  try {
    if (inArrow) await sendPart(response, PART.arrow, await scan.arrowSchema());
    while (!isLeft(response)) {
      const part = inArrow ? await scan.nextArrow() : await nextPage(scan);
      if (part === null) break;
      await sendPart(response, inArrow ? PART.arrow : PART.page, part);
    }
    await sendPart(response, PART.end, new Uint8Array(0));
  } catch (error) {
    await sendPart(response, PART.failure, Buffer.from(JSON.stringify(shownTo(failureOf(error)))));
  } finally {
    scan.close();
    response.end();
  }
}

/** Whether nobody takes the answer any more. */
function isLeft(response: ServerResponse): boolean {
  return response.destroyed || response.req.socket.destroyed;
}

async function nextPage(scan: NativeScan): Promise<Uint8Array | null> {
  const page = await scan.next();
  return page === null ? null : encodePage(page);
}

async function sendPart(response: ServerResponse, kind: PartKind, bytes: Uint8Array): Promise<void> {
  if (isLeft(response)) return;
  response.write(encodePartHead(kind, bytes.length));
  if (response.write(bytes)) return;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  // An answer that waits behind another of its connection is not closed with it.
  const { socket } = response.req;
  socket.once("close", leave);
  await once(response, "drain", { signal: gone.signal }).catch(() => undefined);
  socket.off("close", leave);
}
