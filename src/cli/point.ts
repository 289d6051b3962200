import type { AsOf } from "varve";
import { usageError } from "./cli-error";
import { type Input, textOption } from "./command";

/** How points in the history are written, for the help. */
export const pointHelp = [
  "A point in the history is a version (3), a date or an instant with its zone (2026-09-30 means its",
  "start in UTC, 2026-09-30T12:00:00+02:00), a tag (launch), or effective:<date> for what was true on",
  "that day. A tag that looks like a version or a date is written tag:<name>.",
];

/** The point in the history that somebody has written. */
export function pointOf(text: string): AsOf {
  const [, kind, rest = ""] = /^(tag|effective):(.*)$/s.exec(text) ?? [];
  if (kind !== undefined && rest === "") throw usageError(`${text} names nothing.`);
  if (kind === "tag") return { tag: rest };
  if (kind === "effective") {
    checkDate("What stands after effective:", rest);
    return { effective: rest };
  }
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}/.test(text)) return { tag: text };
  checkDate("The point in the history", text);
  return text;
}

/** A date or an instant as an option; throws a usage error for what is none. */
export function dateOption(input: Input, name: string): string | undefined {
  const text = textOption(input, name);
  if (text !== undefined) checkDate(`--${name}`, text);
  return text;
}

/** Throws a usage error where a text is no date of the calendar and no instant with its zone. */
function checkDate(what: string, text: string): void {
  const [, day = "", time] =
    /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.exec(text) ?? [];
  const date = new Date(`${day}T00:00:00Z`);
  const real = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  if (day !== "" && real && (time === undefined || !Number.isNaN(Date.parse(text)))) return;
  throw usageError(
    `${what} is not a date: ${JSON.stringify(text)}.`,
    "Write a date (2026-09-30), or an instant with its zone (2026-09-30T12:00:00+02:00).",
  );
}
