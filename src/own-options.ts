// The options of what is no method of a table: splitters, embedding functions, stores and tools. They are read once, at the call, and a name
// that is none of those that there are is refused: a mistyped `where` must never mean every row.

import { describeValue } from "./describe-value";
import { isPlainObject, messageOf } from "./realm";
import { VarveError, type VarveErrorCode } from "./varve-error";

/** Every name that options of a type may have. */
export type Names<T> = Readonly<Record<keyof T, true>>;

/** The own options, read once, without a prototype; throws INVALID_ARGUMENT for a name that is none of those that there are. */
export function ownOptions<T extends object>(call: string, options: T | undefined, names: Names<T>): T {
  if (options !== undefined && !isPlainObject(options)) throw noOptions(call, options);
  const own = readOnce(call, options);
  const stray = Object.keys(own).find((name) => !Object.hasOwn(names, name));
  if (stray !== undefined) throw unknownOption(call, stray, Object.keys(names));
  return own;
}

/** Throws where something was passed behind the last parameter. */
export function refuseMore(
  call: string,
  more: readonly unknown[],
  code: VarveErrorCode = "INVALID_ARGUMENT",
): void {
  const extra = more.find((value) => value !== undefined);
  if (extra === undefined) return;
  throw new VarveError(code, `${call} was given ${describeValue(extra)}, which it does not take.`);
}

/** An option that a call does not take. */
export function unknownOption(call: string, name: string, known: readonly string[]): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call} takes no option ${JSON.stringify(name)}.`, {
    hint: `Its options are ${known.join(", ")}.`,
  });
}

function noOptions(call: string, found: unknown): VarveError {
  const message = `${call}: options: expected an object, found ${describeValue(found)}.`;
  return new VarveError("INVALID_ARGUMENT", message);
}

function readOnce<T extends object>(call: string, options: T | undefined): T {
  try {
    return Object.assign(Object.create(null), options) as T;
  } catch (cause) {
    throw unreadableOptions(call, cause);
  }
}

function unreadableOptions(call: string, cause: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call}: options cannot be read: ${messageOf(cause)}.`, {
    hint: "The cause of this error is what the object threw when it was read.",
    cause,
  });
}
