import { afterAll, beforeAll, expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

interface Moment {
  version: number;
  date: string;
  effectiveAt: string | null;
}

interface Told {
  table: string;
  from: number;
  to: number;
  periods: { from: Moment; to: Moment | null; hit: Readonly<Record<string, unknown>> }[];
  reason?: string;
}

const QUESTION = "when do I get a refund?";
let place: Workplace;
const timeline = (...args: string[]): Told => place.json<Told>("timeline", QUESTION, ...args);
const spans = ({ periods }: Told) =>
  periods.map(({ from, to, hit }) => [from.version, to?.version ?? null, hit["body"]]);

beforeAll(() => {
  place = new Workplace();
  const refunds = (days: number): string => `# Refunds\n\nWe pay the money back within ${days} days.\n`;
  place.write("docs/animals.md", "# Animals\n\nThe cat sleeps and the dog barks.\n");
  place.write("docs/money.md", refunds(14));
  place.run("ingest", "docs", "--effective-at", "2025-01-15");
  place.write("docs/money.md", `# Gifts\n\nA card is a gift.\n\n${refunds(14)}`);
  place.run("ingest", "docs", "--effective-at", "2025-03-15");
  place.write("docs/money.md", refunds(30));
  place.run("ingest", "docs", "--effective-at", "2025-07-15");
});

afterAll(() => place[Symbol.dispose]());

const fourteen = "We pay the money back within 14 days.";
const thirty = "We pay the money back within 30 days.";

it("shows which row was the nearest, from when until when, and no change of place as a change", () => {
  const told = timeline();
  expect(told).toMatchObject({ table: "docs", from: 0, to: 3 });
  expect(spans(told)).toEqual([
    [1, 3, fourteen],
    [3, null, thirty],
  ]);
  const [then, now] = told.periods;
  expect(then?.to).toEqual(now?.from);
  expect([then?.from.effectiveAt, now?.from.effectiveAt]).toEqual([
    "2025-01-15T00:00:00.000Z",
    "2025-07-15T00:00:00.000Z",
  ]);
  expect(Object.keys(now?.hit ?? {})).toEqual(["id", "path", "heading", "body", "_score", "_distance"]);
});

it("keeps to a span, a filter, a number of periods and columns", () => {
  expect(spans(timeline("--to", "effective:2025-04-01"))).toEqual([[1, null, fourteen]]);
  expect(spans(timeline("--from", "2"))).toEqual([
    [2, 3, fourteen],
    [3, null, thirty],
  ]);
  expect(spans(timeline("--limit", "1"))).toEqual([[3, null, thirty]]);
  expect(spans(timeline("--where", "heading = 'Gifts'"))).toEqual([[2, 3, "A card is a gift."]]);
  expect(spans(timeline("--select", "body, start"))).toHaveLength(3);
  expect(spans(timeline("--select", "heading"))).toEqual([[1, null, undefined]]);
});

it("prints a period with its dates, and then the row", () => {
  const { code, stdout, stderr } = place.run("timeline", QUESTION);
  const date = String.raw`\d{4}-\d\d-\d\d \d\d:\d\dZ`;
  const lines = [
    `^ 1  0\\.\\d\\d  ${date} until ${date}  effective 2025-01-15 00:00Z until 2025-07-15 00:00Z`,
    " {10}money\\.md  Refunds",
    ` {10}${fourteen}`,
    ` 3  0\\.\\d\\d  since ${date}  effective since 2025-07-15 00:00Z`,
    " {10}money\\.md  Refunds",
    ` {10}${thirty}\n$`,
  ];
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(lines.join("\n")));
  expect(stderr).toBe("2 periods in versions 0 to 3 of docs\n");
});

it("prints rows that are no passages as JSON, on one line", () => {
  const { stdout } = place.run("timeline", QUESTION, "--select", "id,body", "--limit", "1");
  expect(stdout).toContain(`{"id":"docs/money.md#refunds","body":"${thirty}"}\n`);
});

it("says that there is nothing, and refuses a span that ends before it begins", () => {
  const none = place.run("timeline", QUESTION, "--where", "path = 'none'");
  expect(none).toMatchObject({ code: 0, stdout: "Nothing was found.\n" });
  expect(timeline("--to", "2020-01-01")).toMatchObject({ from: 0, to: 0, periods: [] });
  for (const [from, to] of [
    ["3", "1"],
    ["3", "2020-01-01"],
  ] as const)
    expect(place.run("timeline", QUESTION, "--from", from, "--to", to)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("The span ends before it starts"),
    });
});
