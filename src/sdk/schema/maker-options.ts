// The options of what makes columns and tables. A name that is none of them is refused: `metrik` must never mean the default metric.

import { describeValue } from "../../describe-value";
import { type Names, refuseMore } from "../../own-options";
import { isPlainObject } from "../../realm";
import { ownCopy } from "./own-copy";
import { badMakerOptions, unknownMakerOption } from "./schema-errors";

/** The own options, read once, without a prototype; throws INVALID_SCHEMA for a name that is none of those that there are. */
export function makerOptions<T extends object>(maker: string, options: T | undefined, names: Names<T>): T {
  const own: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(readOptions(maker, options, Object.keys(names)))) {
    if (!Object.hasOwn(names, name)) throw unknownMakerOption(maker, name, Object.keys(names));
    if (value !== undefined) own[name] = value;
  }
  return own as T;
}

function readOptions(maker: string, options: unknown, names: readonly string[]): object {
  if (options === undefined) return {};
  let own: unknown;
  try {
    own = isPlainObject(options) ? ownCopy(options) : undefined;
  } catch (cause) {
    throw badMakerOptions(maker, "an object that cannot be read", names, cause);
  }
  if (typeof own === "object" && own !== null) return own;
  throw badMakerOptions(maker, describeValue(options), names);
}

/** Throws INVALID_SCHEMA where something was passed behind the last parameter. */
export function noMore(maker: string, more: readonly unknown[]): void {
  refuseMore(`${maker}()`, more, "INVALID_SCHEMA");
}
