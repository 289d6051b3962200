import type { AsOf } from "varve";
import { usageError } from "./cli-error";

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
  if (kind === "effective") return { effective: rest };
  if (/^\d+$/.test(text)) return Number(text);
  return /^\d{4}-\d{2}/.test(text) ? text : { tag: text };
}
