// A point in the history as people type it: the same text is the same point wherever and whenever it is read.

import { type AsOf, parsePoint, VarveError } from "varve";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Random } from "../support/random";

/** A Sunday: clocks went forward in Europe that night. */
const now = new Date("2026-03-29T10:30:15.250Z");
const point = (text: string): AsOf => parsePoint(text, { now });
const at = (text: string): Date => new Date(text);

const meanings: Readonly<Record<string, AsOf>> = {
  "0": 0,
  "12": 12,
  v12: 12,
  V12: 12,
  "#12": 12,
  "version 12": 12,
  " 12 ": 12,
  "2026-03-01": at("2026-03-01T00:00:00Z"),
  "2024-02-29": at("2024-02-29T00:00:00Z"),
  "2026-03-01T12:00Z": at("2026-03-01T12:00:00Z"),
  "2026-03-01t12:00z": at("2026-03-01T12:00:00Z"),
  "2026-03-01 12:00Z": at("2026-03-01T12:00:00Z"),
  "2026-03-01T12:00:00.5+02:00": at("2026-03-01T10:00:00.500Z"),
  "+012026-03-01": at("+012026-03-01T00:00:00Z"),
  now,
  NOW: now,
  today: at("2026-03-29T00:00:00Z"),
  Yesterday: at("2026-03-28T00:00:00Z"),
  "last saturday": at("2026-03-28T00:00:00Z"),
  "last tuesday": at("2026-03-24T00:00:00Z"),
  "last tue": at("2026-03-24T00:00:00Z"),
  "Last  Monday": at("2026-03-23T00:00:00Z"),
  // Today is a Sunday, so the last one is that of a week ago.
  "last sunday": at("2026-03-22T00:00:00Z"),
  "3 days ago": at("2026-03-26T10:30:15.250Z"),
  "3d ago": at("2026-03-26T10:30:15.250Z"),
  "1 day ago": at("2026-03-28T10:30:15.250Z"),
  "an hour ago": at("2026-03-29T09:30:15.250Z"),
  "90 minutes ago": at("2026-03-29T09:00:15.250Z"),
  "15 seconds ago": at("2026-03-29T10:30:00.250Z"),
  "a week ago": at("2026-03-22T10:30:15.250Z"),
  "last week": at("2026-03-22T10:30:15.250Z"),
  // There is no 29 February in 2026.
  "a month ago": at("2026-02-28T10:30:15.250Z"),
  "last month": at("2026-02-28T10:30:15.250Z"),
  "2 months ago": at("2026-01-29T10:30:15.250Z"),
  "one year ago": at("2025-03-29T10:30:15.250Z"),
  "25 years ago": at("2001-03-29T10:30:15.250Z"),
  launch: { tag: "launch" },
  "@launch": { tag: "launch" },
  "tag:launch": { tag: "launch" },
  "tag: launch": { tag: "launch" },
  "1.2.0": { tag: "1.2.0" },
  "v1.2.0": { tag: "v1.2.0" },
  größer: { tag: "größer" },
  // What reads like something else is a tag where that is said.
  "@today": { tag: "today" },
  "@12": { tag: "12" },
  "tag:2026-03-01": { tag: "2026-03-01" },
  "effective:2026-03-01": { effective: at("2026-03-01T00:00:00Z") },
  "Effective: yesterday": { effective: at("2026-03-28T00:00:00Z") },
  "committed:2026-03-01": at("2026-03-01T00:00:00Z"),
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("what people type", () => {
  test.each(Object.entries(meanings))("%s", (text, meaning) => {
    expect(point(text)).toEqual(meaning);
  });

  test("dates are effective dates where that is asked for, and nothing else changes", () => {
    for (const [text, meaning] of Object.entries(meanings)) {
      const expected = meaning instanceof Date && !/^committed/.test(text) ? { effective: meaning } : meaning;
      expect(parsePoint(text, { now, dates: "effective" }), text).toEqual(expected);
    }
  });

  test("is counted from the time of the call where no clock is given", () => {
    vi.useFakeTimers({ now });
    for (const [text, meaning] of Object.entries(meanings)) expect(parsePoint(text), text).toEqual(meaning);
  });
});

describe("the zone of the machine", () => {
  const zones = ["Pacific/Auckland", "America/New_York", "Europe/Berlin", "Asia/Kathmandu"];
  /** Around the nights in which clocks of these zones are changed, and in the hour that there is twice. */
  const moments = [
    "2026-03-08T06:59:59Z",
    "2026-03-29T00:30:00Z",
    "2026-04-04T13:59:59Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-11-01T05:30:00Z",
    "2026-12-31T23:59:59.999Z",
  ];
  const texts = [
    "today",
    "yesterday",
    "last sunday",
    "2026-03-29",
    "1 day ago",
    "24 hours ago",
    "a month ago",
  ];
  const answers = (): AsOf[] =>
    moments.flatMap((moment) => texts.map((text) => parsePoint(text, { now: moment })));

  test.each(zones)("%s changes nothing, on no day of the year", (zone) => {
    vi.stubEnv("TZ", "UTC");
    const expected = answers();
    vi.stubEnv("TZ", zone);
    expect(new Date("2026-07-01T00:00:00Z").getTimezoneOffset()).not.toBe(0);
    expect(answers()).toEqual(expected);
  });

  test("a day begins and ends in UTC, also where it has 23 or 25 hours", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    const day = 24 * 60 * 60 * 1000;
    for (const moment of moments) {
      const today = parsePoint("today", { now: moment }) as Date;
      expect(today.toISOString()).toBe(`${moment.slice(0, 10)}T00:00:00.000Z`);
      expect(today.getTime() - (parsePoint("yesterday", { now: moment }) as Date).getTime()).toBe(day);
      expect(parsePoint("1 day ago", { now: moment })).toEqual(parsePoint("24 hours ago", { now: moment }));
    }
  });
});

describe("what is none", () => {
  const refused = [
    "",
    " ",
    "@",
    "tag:",
    "effective:",
    "committed: ",
    "3 dais ago",
    "days ago",
    "last day",
    "last t",
    "last launch",
    "-1",
    "a tag of mine",
    "nobody's tag",
    "../../etc/passwd",
    "99999999999999999999",
    "99999999 years ago",
    "2026-02-30",
    "2026-00-01",
    "2026-03",
    "2026-03-01T12:00",
    "2026-03-01 12:00:00",
    "2026-03-01T25:00Z",
    "effective:nonsense",
    "effective:2026-02-30",
    "effective:12",
    "x".repeat(1_000_000),
    `${" ".repeat(100_000)}x ago`,
    "\ud800",
    "1\0",
  ];

  test.each(refused.map((text) => [text.slice(0, 40), text]))(
    "%j is refused, and the hint lists what is understood",
    (_, text) => {
      const failure = failureOf(() => point(text));
      expect(failure.code).toBe("INVALID_ARGUMENT");
      expect(failure.message.length).toBeLessThan(200);
      for (const form of ["12", "2026-03-01", "yesterday", "3 days ago", "@launch", "effective:"])
        expect(failure.hint).toContain(form);
    },
  );

  test("says why where it can", () => {
    const message = (text: string): string => failureOf(() => point(text)).message;
    expect(message("2026-03-01T12:00")).toBe(
      '"2026-03-01T12:00" is not a point in the history: it has no time zone.',
    );
    expect(message("2026-02-30")).toBe(
      '"2026-02-30" is not a point in the history: it is not a date of the calendar.',
    );
  });

  test("options and values of the wrong kind are refused", () => {
    const wrong: readonly [unknown, unknown][] = [
      [12, {}],
      [undefined, {}],
      ["now", { clock: now }],
      ["now", { now: "nonsense" }],
      ["now", { dates: "both" }],
      ["now", "effective"],
    ];
    for (const [text, options] of wrong) {
      const call = () => parsePoint(text as string, options as object);
      expect(failureOf(call), JSON.stringify([text, options])).toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(failureOf(() => parsePoint("now", { clock: now } as object)).hint).toBe(
      "Its options are now, dates.",
    );
  });

  test("any text is a point or refused, and never anything else", () => {
    const random = new Random(5);
    const parts = [
      "last",
      "ago",
      "3",
      "days",
      "-",
      "2026",
      "03",
      "T",
      ":",
      "Z",
      " ",
      "@",
      "v",
      "tag",
      "effective",
      "é",
      "\n",
      "_",
    ];
    for (let i = 0; i < 5000; i++) {
      const text = Array.from({ length: random.below(8) }, () => random.pick(parts)).join("");
      try {
        const found = point(text);
        const ms = found instanceof Date ? found.getTime() : 0;
        expect(Number.isNaN(ms), text).toBe(false);
      } catch (error) {
        expect(error, text).toMatchObject({ code: "INVALID_ARGUMENT" });
      }
    }
  });
});

function failureOf(call: () => unknown): VarveError {
  try {
    call();
  } catch (error) {
    if (VarveError.is(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
