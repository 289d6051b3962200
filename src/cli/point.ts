import { type AsOf, parsePoint, VarveError } from "varve";
import { isDate } from "../realm";
import { usageError } from "./cli-error";
import { type Input, textOption } from "./command";

/** How points in the history are written, for the help. */
export const pointHelp = [
  "A point in the history is a version (3, v3), a date or an instant with its zone (2026-09-30 means",
  'its start in UTC, 2026-09-30T12:00:00+02:00), now, yesterday, "3 days ago", "last tuesday", a tag',
  "(launch), or effective:<date> for what was true by then. A tag that reads like one of the others",
  "is written @name. Days are days in UTC.",
];

/** The point in the history that somebody has written; throws a usage error for what is none. */
export function pointOf(text: string): AsOf {
  try {
    return parsePoint(text);
  } catch (error) {
    throw VarveError.is(error) ? usageError(error.message, error.hint) : error;
  }
}

/** A date, an instant or a word such as yesterday as an option; throws a usage error for what is none. */
export function dateOption(input: Input, name: string): Date | undefined {
  const text = textOption(input, name);
  if (text === undefined) return undefined;
  const date = dateOf(text);
  if (date !== undefined) return date;
  throw usageError(
    `--${name} is not a date: ${JSON.stringify(text)}.`,
    'Write a date (2026-09-30), an instant with its zone (2026-09-30T12:00:00+02:00), yesterday, or "3 days ago".',
  );
}

function dateOf(text: string): Date | undefined {
  try {
    const point = parsePoint(text);
    return isDate(point) ? point : undefined;
  } catch {
    return undefined;
  }
}
