// Failures as clients read them. The engine's come as JSON in a message; what is not of its kind is not shown.

import { VarveError, type VarveErrorCode } from "varve";
import { isError } from "../realm";

/** A failure as it travels. */
export interface WireFailure {
  readonly code: VarveErrorCode;
  readonly message: string;
  readonly hint?: string | null | undefined;
  readonly where?: object | undefined;
}

/** What a client is told of what was thrown; undefined where nothing may be told. */
export function failureOf(error: unknown): WireFailure | undefined {
  if (VarveError.is(error)) {
    const { code, message, hint, where } = error;
    return { code, message, hint, where };
  }
  if (!isError(error) || !error.message.startsWith("{")) return undefined;
  try {
    const { code, message, hint, where } = JSON.parse(error.message) as WireFailure;
    return typeof code === "string" && typeof message === "string"
      ? { code, message, hint, where }
      : undefined;
  } catch {
    return undefined;
  }
}

const ASK_SERVER = "Whoever runs the server can read why in its messages.";

/** Failures that are none of the client: what they say may name files, buckets or machines of the server. */
const OF_SERVER: Readonly<Partial<Record<VarveErrorCode, string>>> = {
  IO: "The disk or the store of the server failed.",
  CORRUPT: "A file of the table is damaged or missing.",
  ACCESS_DENIED: "The store of the server refuses access.",
  UNSUPPORTED_STORE: "The store of the server cannot do this.",
  UNSUPPORTED_FORMAT: "The table was written by a newer Varve than that of the server.",
  INTERNAL: "The request could not be answered.",
};

/** Whether a failure is for whoever runs the server to read in full. */
export function isOfServer(code: VarveErrorCode): boolean {
  return OF_SERVER[code] !== undefined;
}

/** A failure as a client may read it. */
export function shownTo(failure: WireFailure | undefined): WireFailure {
  const code = failure?.code ?? "INTERNAL";
  const message = OF_SERVER[code];
  return failure !== undefined && message === undefined
    ? failure
    : { code, message: message ?? "", hint: ASK_SERVER };
}

const STATUS: Readonly<Partial<Record<VarveErrorCode, number>>> = {
  TABLE_NOT_FOUND: 404,
  TAG_NOT_FOUND: 404,
  VERSION_NOT_FOUND: 404,
  VERSION_EXPIRED: 410,
  CONFLICT: 409,
  ACCESS_DENIED: 403,
  COLUMN_NOT_FOUND: 400,
  NO_PRIMARY_KEY: 400,
  UNSAFE_INTEGER: 400,
};

/** The status of HTTP for a failure. */
export function statusOf(code: VarveErrorCode): number {
  return STATUS[code] ?? (code.startsWith("INVALID_") ? 400 : 500);
}
