import { tooManyArguments } from "../embedding-errors";

/** Throws INVALID_ARGUMENT where something was passed behind the last parameter of a method. */
export function refuseMore(call: string, more: readonly unknown[]): void {
  const extra = more.find((value) => value !== undefined);
  if (extra !== undefined) throw tooManyArguments(call, `an argument of the type ${typeof extra}`);
}
