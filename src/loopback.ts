// What our servers have in common. Most listen on this machine alone: pages of other sites can reach loopback too, and so can any program.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { VarveError } from "varve";
import { messageOf } from "./realm";

/** The address that such servers listen on. */
export const LOOPBACK = "127.0.0.1";

const HERE = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;
const PAGE_HERE = /^https?:\/\/(.+)$/i;

/** Why a request is refused: the status, and a sentence. */
export type Refusal = readonly [status: number, message: string];

/**
 * Refuses requests whose host is not this machine, which a name that somebody else resolves to loopback is not, and those of pages of other
 * sites.
 */
export function refusalOf({ headers }: Pick<IncomingMessage, "headers">): Refusal | undefined {
  if (headers.host === undefined || !HERE.test(headers.host))
    return [403, "The header Host does not name this machine."];
  if (headers.origin !== undefined && !HERE.test(PAGE_HERE.exec(headers.origin)?.[1] ?? ""))
    return [403, "The header Origin names a page of another site."];
  return undefined;
}

/** Whether a request brings the token. */
export function hasToken({ headers }: Pick<IncomingMessage, "headers">, token: string): boolean {
  // The name of the scheme has no case, the token has.
  return isSame(headers.authorization?.replace(/^bearer +/i, "Bearer "), `Bearer ${token}`);
}

/** Compares in a time that does not say how much was right. */
export function isSame(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given ?? ""), digest(expected));
}

/** Starts listening; returns the port. Throws IO where that cannot be. */
export async function listening(server: Server, port: number, host: string = LOOPBACK): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(cannotListen(port, cause)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Stops listening and closes all connections. */
export async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}

/** Waits until a signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function cannotListen(port: number, cause: NodeJS.ErrnoException): VarveError {
  const why = cause.code === "EADDRINUSE" ? "something else listens there" : messageOf(cause);
  return new VarveError("IO", `The server cannot listen on port ${port}: ${why}.`, {
    hint: "Choose another port, or 0 for any that is free.",
    cause,
  });
}
