// The one place that turns failures of the native module into exceptions.

import { isError, messageOf } from "../../realm";
import { type ErrorPlace, errorCodes, VarveError, type VarveErrorCode } from "../../varve-error";
import { spokenHint } from "./hints";

const CODES: ReadonlySet<string> = new Set(errorCodes);

interface NativeFailure {
  readonly code: VarveErrorCode;
  readonly message: string;
  readonly hint?: string | null;
  readonly where?: Readonly<Record<string, unknown>>;
}

/** Waits for the native module; what it rejects with becomes a `VarveError`. */
export async function callAsync<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toVarveError(error);
  }
}

/** The error for something that the native module threw. */
export function toVarveError(error: unknown): VarveError {
  if (VarveError.is(error)) return error;
  const failure = parseFailure(error);
  if (failure === undefined) {
    const message = messageOf(error);
    return new VarveError("INTERNAL", `The native module failed: ${message}`, {
      hint: "This is a bug in Varve. Please report it.",
      cause: error,
    });
  }
  return new VarveError(failure.code, failure.message, {
    hint: spokenHint(failure.code, failure.hint),
    where: placeOf(failure),
  });
}

function parseFailure(error: unknown): NativeFailure | undefined {
  if (!isError(error) || !error.message.startsWith("{")) return undefined;
  try {
    const failure = JSON.parse(error.message) as NativeFailure;
    return CODES.has(failure.code) && typeof failure.message === "string" ? failure : undefined;
  } catch {
    return undefined;
  }
}

function placeOf({ where = {} }: NativeFailure): ErrorPlace {
  const { table, column, row, file } = where;
  return {
    ...(typeof table === "string" ? { table } : {}),
    ...(typeof column === "string" ? { column } : {}),
    ...(typeof row === "number" ? { row } : {}),
    ...(typeof file === "string" ? { file } : {}),
  };
}
