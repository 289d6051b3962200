import { VarveError } from "varve";
import { describeValue } from "../../describe-value";

/** A clock that is behind the time at which indexing began. */
export function clockBehind(now: number, least: number): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `update: the clock shows ${new Date(now).toISOString()}, which is before timeAtLeast, ${new Date(least).toISOString()}.`,
    { hint: "The clock was set back, or another one was asked for timeAtLeast: take it from getTime()." },
  );
}

/** A namespace that is none. */
export function badNamespace(found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `VarveByteStore, namespace: expected a text, found ${describeValue(found)}.`,
  );
}

/** A pair that is none, or bytes that are none. */
export function badPair(found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `mset: expected a list of [key, bytes], found ${describeValue(found)}.`,
    { hint: "Keys are texts, and values are Uint8Arrays. Nothing was written." },
  );
}

/** A beginning of keys that is none. */
export function badPrefix(found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `yieldKeys, prefix: expected a text, found ${describeValue(found)}.`,
  );
}
