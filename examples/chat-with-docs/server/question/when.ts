// Dates in words: "in March", "last week", "on 2 June 2025", "before the price change". What they name, not yet where it lies in the library.

/** A date in a question. */
export interface When {
  /** The words that name it, as they stand in the question. */
  readonly words: string;
  /** The question without them. */
  readonly rest: string;
  /** The day at whose end the documents are read, or the change just before or since which they are. */
  readonly at: { readonly day: string } | { readonly side: "before" | "after"; readonly topic: string };
  /** Whether the question may be about the date itself: "Is the shop open in March?" is no question about the past. */
  readonly isDoubtful: boolean;
}

/** What a month without a year needs to know. */
export interface Calendar {
  readonly today: Date;
  /** The days of the oldest and the newest version; undefined where there is none. */
  readonly known: { readonly from: Date; readonly to: Date } | undefined;
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const MONTH =
  "(?<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const DAY = "(?<day>\\d{1,2})(?:st|nd|rd|th)?";
const YEAR = "(?<year>20\\d\\d)";
const COUNT = "(?<count>\\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)";
const NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const LEAD =
  "(?<lead>(?:back )?(?:as of|in|on|at|by|during|until|till|before|as they were (?:in|on))(?: the)?(?: (?:end|start|beginning|middle) of)? )";
const PAST = /\b(was|were|did|had|used to|could|cost|back in|at that time|then)\b/i;

type Groups = Readonly<Record<string, string | undefined>>;
type Reading = readonly [pattern: RegExp, day: (groups: Groups, calendar: Calendar) => Date | undefined];

const pattern = (text: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}-])${text}(?![\\p{L}\\p{N}-])`, "iu");
const utc = (year: number, month: number, day: number): Date => new Date(Date.UTC(year, month, day));
const monthOf = ({ month = "" }: Groups): number => MONTHS.indexOf(month.slice(0, 3).toLowerCase());

/** The ways to name a date, the longest first. Each gives the last day of what it names. */
const READINGS: readonly Reading[] = [
  [
    pattern(`${LEAD}?(?<iso>20\\d\\d-\\d\\d(?:-\\d\\d)?)`),
    ({ iso = "" }) => {
      const [year, month, day] = iso.split("-").map(Number);
      return day === undefined ? utc(year ?? 0, month ?? 0, 0) : exact(year ?? 0, (month ?? 0) - 1, day);
    },
  ],
  [pattern(`${LEAD}?${MONTH} ${DAY}(?:,? ${YEAR})?`), dayOfMonth],
  [pattern(`${LEAD}?${DAY}(?: of)? ${MONTH}(?:,? ${YEAR})?`), dayOfMonth],
  [
    pattern(`${LEAD}?${MONTH},? (?:of )?${YEAR}`),
    (groups) => utc(Number(groups["year"]), monthOf(groups) + 1, 0),
  ],
  [
    pattern(`(?:${LEAD}(?:last )?|last )${MONTH}`),
    (groups, calendar) => lastKnown(calendar, monthOf(groups)),
  ],
  [
    pattern(
      `${LEAD}?(?:the )?(?:q(?<quarter>[1-4])|(?<nth>first|second|third|fourth) quarter(?: of)?) ${YEAR}`,
    ),
    ({ quarter, nth = "", year }) => {
      const number = Number(quarter ?? ["first", "second", "third", "fourth"].indexOf(nth.toLowerCase()) + 1);
      return utc(Number(year), number * 3, 0);
    },
  ],
  [pattern(`${LEAD}${YEAR}`), ({ year }) => utc(Number(year), 12, 0)],
  [
    pattern(`${COUNT} (?<unit>day|week|month|year)s? ago`),
    ({ count = "", unit = "" }, { today }) => back(today, numberOf(count), unit),
  ],
  [pattern("the day before yesterday"), (_, { today }) => back(today, 2, "day")],
  [pattern("yesterday"), (_, { today }) => back(today, 1, "day")],
  [
    pattern("(?:in |during )?(?:the )?last (?<unit>week|month|year)"),
    ({ unit = "" }, { today }) => endOfLast(today, unit),
  ],
];

const CHANGE =
  /\b(?<side>before|until|prior to|after|since)\s+(?:the\s+|their\s+|its\s+|your\s+)?(?<topic>[\p{L}\p{N}' -]{0,60}?)\s*\b(?:(?:was|were|has|had|been|have)\s+)*(?:chang(?:e|ed|es)|raised|increas(?:e|ed)|lowered|updated?|went (?:up|down)|rise|rose)\b(?:\s+of\s+(?<of>[\p{L}\p{N}' -]{1,60}))?/iu;

/** The date that a question names; undefined where it names none. */
export function readWhen(question: string, calendar: Calendar): When | undefined {
  const change = CHANGE.exec(question);
  if (change !== null) {
    const { side = "", topic = "", of = "" } = change.groups ?? {};
    const subject = `${topic} ${of}`.replace(/\b(it|this|that|they|last|latest)\b/gi, " ").trim();
    const at = { side: /after|since/i.test(side) ? "after" : "before", topic: subject } as const;
    const isDoubtful = !PAST.test(question) && !/\b(the|its?|changed|raised|increased)\b/i.test(change[0]);
    return { ...without(question, change), at, isDoubtful };
  }
  for (const [one, dayOf] of READINGS) {
    const match = one.exec(question);
    const end = match === null ? undefined : dayOf(match.groups ?? {}, calendar);
    if (match === null || end === undefined || Number.isNaN(end.getTime())) continue;
    if (isNoDate(match)) continue;
    const { lead = "", year, iso, count, unit } = match.groups ?? {};
    const isBefore = /^(before|until|till) /i.test(lead);
    const start = isBefore || /\b(start|beginning) of /i.test(lead) ? startOf(end, match.groups ?? {}) : end;
    const day = isBefore ? back(start, 1, "day") : start;
    const isMonthAlone = year === undefined && iso === undefined && count === undefined && unit === undefined;
    const isDoubtful =
      isMonthAlone && /^(in|on|at|during|until|till|by|before) /i.test(lead) && !PAST.test(question);
    return { ...without(question, match), at: { day: day.toISOString().slice(0, 10) }, isDoubtful };
  }
  return undefined;
}

/** "May I" is no date, and "what changed since March 2025?" does not ask what held then. */
function isNoDate(match: RegExpExecArray): boolean {
  if (/\b(since|from|after)( the)?( (start|end|beginning) of)? $/i.test(match.input.slice(0, match.index)))
    return true;
  const { month, lead, day, year } = match.groups ?? {};
  return /^(may|march|mar)$/i.test(month ?? "") && !lead && !day && !year && !/^last /i.test(match[0]);
}

function without(question: string, { index, 0: words }: RegExpExecArray): { words: string; rest: string } {
  const rest = `${question.slice(0, index)} ${question.slice(index + words.length)}`;
  return {
    words: words.trim(),
    rest: rest
      .replace(/\s+/g, " ")
      .replace(/[\s,]+([?.!]|$)/g, "$1")
      .replace(/^[\s,]+/, ""),
  };
}

function dayOfMonth(groups: Groups, calendar: Calendar): Date | undefined {
  const month = monthOf(groups);
  const day = Number(groups["day"]);
  const year = Number(groups["year"] ?? lastKnown(calendar, month).getUTCFullYear());
  return exact(year, month, day);
}

/** A day that exists. */
function exact(year: number, month: number, day: number): Date | undefined {
  const date = utc(year, month, day);
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date : undefined;
}

/** The last day of a month: the last one that the library knows, or else the last one that has begun. */
function lastKnown({ today, known }: Calendar, month: number): Date {
  const newest = known !== undefined && known.to < today ? known.to : today;
  const yearOf = (date: Date): number => date.getUTCFullYear() - Number(month > date.getUTCMonth());
  const end = utc(yearOf(newest), month + 1, 0);
  return known !== undefined && end < known.from ? utc(yearOf(today), month + 1, 0) : end;
}

function startOf(end: Date, { day, month, year, iso, quarter, nth }: Groups): Date {
  if (day !== undefined || iso?.length === 10) return end;
  if (quarter !== undefined || nth !== undefined) return utc(end.getUTCFullYear(), end.getUTCMonth() - 2, 1);
  if (month === undefined && iso === undefined && year !== undefined) return utc(end.getUTCFullYear(), 0, 1);
  return utc(end.getUTCFullYear(), end.getUTCMonth(), 1);
}

function back(date: Date, count: number, unit: string): Date {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === "day" || unit === "week") return utc(year, month, day - count * (unit === "week" ? 7 : 1));
  const months = unit === "year" ? 12 * count : count;
  const last = utc(year, month - months + 1, 0).getUTCDate();
  return utc(year, month - months, Math.min(day, last));
}

/** The last day of the week, month or year before this one. Weeks begin on Monday. */
function endOfLast(today: Date, unit: string): Date {
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
  if (unit === "year") return utc(year, 0, 0);
  if (unit === "month") return utc(year, month, 0);
  return utc(year, month, day - ((today.getUTCDay() + 6) % 7) - 1);
}

function numberOf(count: string): number {
  const word = count.toLowerCase();
  return /^an?$/.test(word) ? 1 : Math.max(NUMBERS.indexOf(word), Number(word) || 0);
}
