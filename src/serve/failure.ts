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
