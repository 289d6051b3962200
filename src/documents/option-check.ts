import { badArgument } from "./document-errors";

/** Throws INVALID_ARGUMENT where a value is not a whole number from `least` on. */
export function checkCount(name: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw badArgument(name, `a whole number from ${least} on`, value);
}

/** Throws INVALID_ARGUMENT where a value is not a text. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw badArgument(name, "a text", value);
}
