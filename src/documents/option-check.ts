import { badArgument, unknownOption, unreadableOptions } from "./document-errors";

/** Every name that options of a type may have. */
export type Names<T> = Readonly<Record<keyof T, true>>;

/** The own options, read once, without a prototype; throws INVALID_ARGUMENT for a name that is none of those that there are. */
export function ownOptions<T extends object>(call: string, options: T | undefined, names: Names<T>): T {
  if (options !== undefined && (typeof options !== "object" || options === null || Array.isArray(options)))
    throw badArgument(`${call}: options`, "an object", options);
  const own = readOnce(call, options);
  const stray = Object.keys(own).find((name) => !Object.hasOwn(names, name));
  if (stray !== undefined) throw unknownOption(call, stray, Object.keys(names));
  return own;
}

function readOnce<T extends object>(call: string, options: T | undefined): T {
  try {
    return Object.assign(Object.create(null), options) as T;
  } catch (cause) {
    throw unreadableOptions(call, cause);
  }
}

/** Throws INVALID_ARGUMENT where a value is not a whole number from `least` on. */
export function checkCount(name: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw badArgument(name, `a whole number from ${least} on`, value);
}

/** Throws INVALID_ARGUMENT where a value is not a text. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw badArgument(name, "a text", value);
}
