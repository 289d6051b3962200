import { expect, test } from "vitest";
import { toAsOfJson } from "../../src/sdk/call/as-of";
import { formatDate, parseDate, parseInstant } from "../../src/sdk/schema/calendar";

test("every day of four centuries comes back", () => {
  for (let days = -80_000; days < 80_000; days += 7) expect(parseDate(formatDate(days))).toBe(days);
});

test.each([
  "2026-02-29",
  "2026-13-01",
  "2026-00-10",
  "2026-1-1",
  "26-01-01",
  "2026-01-01T00:00:00Z",
  " 2026-01-01",
  "",
])("%j is no date", (text) => expect(parseDate(text)).toBeUndefined());

test.each([
  ["2026-01-01", 1_767_225_600_000],
  ["2026-01-01T00:00Z", 1_767_225_600_000],
  ["2026-01-01T01:30:00.5+01:00", 1_767_227_400_500],
  ["2024-02-29T00:00:00Z", 1_709_164_800_000],
])("%s is an instant", (text, ms) => expect(parseInstant(text)).toBe(ms));

test.each([
  "2026-01-01T00:00:00",
  "2026-01-01 00:00:00Z",
  "yesterday",
  "1767225600000",
  "2026-02-30T00:00:00Z",
  "2026-01-01T25:00Z",
])("%j is no instant", (text) => expect(parseInstant(text)).toBeUndefined());

test("points in the history", () => {
  expect(toAsOfJson(3)).toEqual({ version: 3 });
  expect(toAsOfJson(new Date(5))).toEqual({ date: 5 });
  expect(toAsOfJson("2026-01-01")).toEqual({ date: 1_767_225_600_000 });
  expect(toAsOfJson({ tag: "launch" })).toEqual({ tag: "launch" });
  expect(toAsOfJson({ effective: new Date(5) })).toEqual({ effective: 5 });
});

test.each([
  -1,
  1.5,
  Number.NaN,
  null,
  undefined,
  {},
  [],
  { tag: 3 },
  { version: 3 },
  new Date(Number.NaN),
  "soon",
])("%j is no point in the history", (at) => expect(() => toAsOfJson(at as never)).toThrow(/asOf: expected/));
