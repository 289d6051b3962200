// A point in the history as a person types it. Everything is in UTC, so that a text means the same on every machine and on every day
// of the year.

import { describeValue } from "../../describe-value";
import { parseInstant } from "../schema/calendar";
import { type AsOf, type Instant, toInstant } from "./as-of";
import { badArgument, notAPoint } from "./errors";
import { checkOptions, DATA, type OptionRules } from "./options";

/** Which of the two dates of a commit a date means: when it was made, or since when its facts are true. */
export type DateAxis = "committed" | "effective";

/** What `parsePoint` takes beside the text. */
export interface ParsePointOptions {
  /**
   * The clock, from which "yesterday" and "3 days ago" are counted.
   * @default the time of the call
   */
  readonly now?: Instant | undefined;
  /**
   * What a date means that does not say it.
   * @default "committed"
   */
  readonly dates?: DateAxis | undefined;
}

const RULES: OptionRules<ParsePointOptions> = { now: DATA, dates: DATA };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TEXT_MAX = 200;

const LENGTHS: Readonly<Record<string, number>> = {
  s: SECOND,
  sec: SECOND,
  second: SECOND,
  min: MINUTE,
  minute: MINUTE,
  h: HOUR,
  hour: HOUR,
  d: DAY,
  day: DAY,
  w: 7 * DAY,
  week: 7 * DAY,
};
const MONTHS: Readonly<Record<string, number>> = { month: 1, year: 12 };
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const PREFIX = /^(tag|effective|committed):\s*(.*)$/is;
const VERSION = /^(?:v|#|version\s+)?(\d+)$/i;
const TAG = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]*$/u;
const AGO = /^(\d{1,9}|an?|one)\s?([a-z]+) ago$/;
/** What begins like a date is meant as one. */
const DATELIKE = /^[+-]?\d{4,6}-\d/;

/**
 * A point in the history that a person has typed, as `asOf`, `diff`, `tag` and `restore` take it.
 *
 * | Text | Point |
 * |---|---|
 * | `12`, `v12`, `#12`, `version 12` | the version |
 * | `2026-03-01` | that date: its start in UTC |
 * | `2026-03-01T12:00:00+01:00`, `2026-03-01 12:00Z` | that instant; the zone must be said |
 * | `now`, `today`, `yesterday`, `last tuesday` | now; the start of that day in UTC |
 * | `3 days ago`, `an hour ago`, `last week` | that long before now; a day has 24 hours, a month is a calendar month |
 * | `@launch`, `tag:launch`, `launch` | the tag; `@` is needed where the name reads like one of the others |
 * | `effective:2026-03-01`, `committed:yesterday` | what was true by then, or was committed by then, whatever `dates` says |
 *
 * Words may be written in capitals. Throws INVALID_ARGUMENT for anything else, and lists what is understood.
 *
 * @example
 * ```ts
 * const then = t.asOf(parsePoint("last tuesday"));
 * const spring = t.asOf(parsePoint("2026-03-01", { dates: "effective" }));
 * ```
 */
export function parsePoint(text: string, options?: ParsePointOptions, ...more: readonly never[]): AsOf {
  const { now, dates = "committed" } = checkOptions("parsePoint", RULES, options, more);
  if (typeof text !== "string")
    throw badArgument("parsePoint", "a text such as yesterday", describeValue(text));
  if (dates !== "committed" && dates !== "effective")
    throw badArgument("dates", '"committed" or "effective"', describeValue(dates));
  const clock = now === undefined ? Date.now() : toInstant("now", now);
  const written = text.trim();
  if (written.length > TEXT_MAX) throw notAPoint(text);
  const [, kind, rest = written] = PREFIX.exec(written) ?? [];
  return kind === undefined ? unmarked(written, clock, dates) : marked(kind.toLowerCase(), rest, clock, text);
}

function marked(kind: string, rest: string, now: number, text: string): AsOf {
  if (kind === "tag") return tagged(rest, text);
  const ms = momentOf(rest, now);
  if (ms === undefined) throw notAPoint(text, notADate(rest));
  return dated(ms, kind === "effective" ? "effective" : "committed");
}

function unmarked(text: string, now: number, dates: DateAxis): AsOf {
  if (text.startsWith("@")) return tagged(text.slice(1), text);
  const version = VERSION.exec(text)?.[1];
  if (version !== undefined && Number.isSafeInteger(Number(version))) return Number(version);
  const ms = momentOf(text, now);
  if (ms !== undefined) return dated(ms, dates);
  if (DATELIKE.test(text)) throw notAPoint(text, notADate(text));
  if (version !== undefined) throw notAPoint(text);
  return tagged(text, text);
}

function tagged(name: string, text: string): AsOf {
  if (!TAG.test(name)) throw notAPoint(text);
  return { tag: name };
}

function dated(ms: number, dates: DateAxis): AsOf {
  return dates === "effective" ? { effective: new Date(ms) } : new Date(ms);
}

function notADate(text: string): string {
  return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}[\d:.]*$/i.test(text)
    ? "it has no time zone"
    : "it is not a date of the calendar";
}

/** The milliseconds of a moment that was typed; undefined where it is none. */
function momentOf(text: string, now: number): number | undefined {
  const words = text.toLowerCase().replace(/\s+/g, " ");
  const ms = wordsOf(words, now) ?? parseInstant(text.toUpperCase().replace(/^([\d-]+) (?=\d)/, "$1T"));
  return ms === undefined || Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
}

function wordsOf(words: string, now: number): number | undefined {
  if (words === "now") return now;
  if (words === "today") return startOfDay(now);
  if (words === "yesterday") return startOfDay(now) - DAY;
  const last = /^last ([a-z]+)$/.exec(words)?.[1];
  if (last !== undefined)
    return lastDay(last, now) ?? (/^(week|month|year)$/.test(last) ? before(now, 1, last) : undefined);
  const [, count = "", unit = ""] = AGO.exec(words) ?? [];
  return before(now, /^\d/.test(count) ? Number(count) : 1, unit);
}

/** The start of the last day of that name before today. */
function lastDay(name: string, now: number): number | undefined {
  const weekday = name.length < 3 ? -1 : WEEKDAYS.findIndex((day) => day.startsWith(name));
  if (weekday < 0) return undefined;
  const passed = (new Date(now).getUTCDay() - weekday + 7) % 7;
  return startOfDay(now) - (passed === 0 ? 7 : passed) * DAY;
}

function before(now: number, count: number, unit: string): number | undefined {
  const one = unit.length > 1 ? unit.replace(/s$/, "") : unit;
  const length = Object.hasOwn(LENGTHS, one) ? LENGTHS[one] : undefined;
  if (length !== undefined) return now - count * length;
  const months = Object.hasOwn(MONTHS, one) ? MONTHS[one] : undefined;
  return months === undefined ? undefined : monthsBefore(now, count * months);
}

/** This day in an earlier month, or the last day of that month if it is shorter. */
function monthsBefore(now: number, months: number): number {
  const date = new Date(now);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() - months, 1);
  const end = new Date(date);
  end.setUTCMonth(end.getUTCMonth() + 1, 0);
  return date.setUTCDate(Math.min(day, end.getUTCDate()));
}

function startOfDay(ms: number): number {
  return Math.floor(ms / DAY) * DAY;
}
