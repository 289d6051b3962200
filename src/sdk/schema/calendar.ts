// Days and instants as text. A date is the text "YYYY-MM-DD" in JavaScript and a number of days since 1970-01-01 below it.

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT =
  /^(?!-000000)(?<year>\d{4}|[+-]\d{6})-(?<day>\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
/** The years after which the calendar repeats. */
const CYCLE = 400;

/** The days since 1970-01-01 of a date such as "2026-02-28", or undefined where there is no such day. */
export function parseDate(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // Date.parse takes "2026-02-30" for a day in March on some engines.
  return Number.isNaN(ms) || formatDate(ms / DAY_MS) !== text ? undefined : ms / DAY_MS;
}

/** The date that lies `days` days after 1970-01-01. */
export function formatDate(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The milliseconds since 1970 of an ISO 8601 instant with its zone, or of the start (in UTC) of an ISO date. Anything else,
 * a local time without a zone included, is undefined. Years beyond 9999 and before 0 have a sign and six digits, as a Date prints them.
 */
export function parseInstant(text: string): number | undefined {
  const { year, day } = INSTANT.exec(text)?.groups ?? {};
  if (year === undefined || parseDate(`${alikeYear(Number(year))}-${day}`) === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A year of four digits with the same days. */
function alikeYear(year: number): string {
  return String((((year % CYCLE) + CYCLE) % CYCLE) + CYCLE).padStart(4, "0");
}
