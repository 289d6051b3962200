import { VarveError } from "varve";

/** A clock that is behind the time at which indexing began. */
export function clockBehind(now: number, least: number): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `update: the clock shows ${new Date(now).toISOString()}, which is before timeAtLeast, ${new Date(least).toISOString()}.`,
    { hint: "The clock was set back, or another one was asked for timeAtLeast: take it from getTime()." },
  );
}
