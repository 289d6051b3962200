import { describeValue } from "../../describe-value";
import { isDate, isPlainObject, messageOf, millisecondsOf } from "../../realm";
import { parseInstant } from "../schema/calendar";
import { ownCopy } from "../schema/own-copy";
import { badAsOf, badInstant } from "./errors";

/** An instant: a `Date`, an ISO 8601 text with its zone, or an ISO date, which means its start in UTC. */
export type Instant = Date | string;

/**
 * A point in the history of a table:
 * - a `Date` or an ISO 8601 text: what was committed by then; as of now is everything that was acknowledged;
 * - a number: the version of a commit;
 * - `{ tag }`: the version that was given that name;
 * - `{ effective }`: what was true by then, according to the `effectiveAt` of the commits.
 */
export type AsOf = Instant | number | { readonly tag: string } | { readonly effective: Instant };

/** A point in the history for the native module. */
export type AsOfJson =
  | { readonly version: number }
  | { readonly date: number }
  | { readonly effective: number }
  | { readonly tag: string };

/** Checks a point in the history; throws INVALID_ARGUMENT. */
export function toAsOfJson(given: AsOf): AsOfJson {
  const at = ownPoint(given);
  if (typeof at === "number") {
    if (!Number.isSafeInteger(at) || at < 0) throw badAsOf(describeValue(at));
    return { version: at };
  }
  if (isDate(at) || typeof at === "string") return { date: toInstant("asOf", at) };
  if (isPlainObject(at)) {
    const entries = Object.entries(at);
    const [[kind, value] = []] = entries;
    if (entries.length > 1)
      throw badAsOf(`an object with ${entries.map(([key]) => JSON.stringify(key)).join(" and ")}`);
    if (kind === "tag" && typeof value === "string") return { tag: value };
    if (kind === "effective") return { effective: toInstant("asOf", value) };
  }
  throw badAsOf(describeValue(at));
}

/** The point, read once. */
function ownPoint(at: unknown): unknown {
  try {
    return ownCopy(at);
  } catch (cause) {
    throw badAsOf(`something that cannot be read (${messageOf(cause)})`);
  }
}

/** The milliseconds of an instant; throws INVALID_ARGUMENT, naming the argument. */
export function toInstant(name: string, value: unknown): number {
  const ms = typeof value === "string" ? parseInstant(value) : undefined;
  if (ms !== undefined) return ms;
  if (isDate(value) && !Number.isNaN(millisecondsOf(value))) return millisecondsOf(value);
  throw badInstant(name, describeValue(value));
}
