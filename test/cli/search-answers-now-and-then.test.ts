import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

interface Found {
  table: string;
  version: number;
  hits: { id: string; body: string; _score: number; _distance: number }[];
  reason?: string;
}

let place: Workplace;
const search = (...args: string[]): Found => place.json<Found>("search", ...args);
const best = (...args: string[]): string | undefined => search(...args).hits[0]?.id;

beforeAll(() => {
  place = new Workplace();
  place.write("docs/money.md", "# Refunds\n\nWe pay the money back within 14 days.\n");
  place.write("docs/animals.md", "# Animals\n\nThe cat sleeps and the dog barks.\n");
  place.run("ingest", "docs", "--effective-at", "2025-01-15");
  place.run("tag", "launch");
  place.write("docs/money.md", "# Refunds\n\nWe pay the money back within 30 days.\n");
  place.write("docs/weather.md", "# Weather\n\nIt rains in autumn.\n");
  place.run("ingest", "docs", "--effective-at", "2025-07-15");
});

afterAll(() => place[Symbol.dispose]());

describe("varve search", () => {
  it("finds the nearest rows, the best first", () => {
    const found = search("when do I get a refund?");
    expect(found).toMatchObject({ table: "docs", version: 2 });
    expect(found.hits[0]).toMatchObject({
      id: "docs/money.md#refunds",
      body: "We pay the money back within 30 days.",
    });
    const scores = found.hits.map(({ _score }) => _score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(found.hits).toHaveLength(3);
    expect(Object.keys(found.hits[0] ?? {})).toEqual([
      "id",
      "source",
      "path",
      "heading",
      "body",
      "start",
      "end",
      "_score",
      "_distance",
      "_textScore",
      "_textRank",
      "_vectorRank",
    ]);
    const near = search("when do I get a refund?", "--mode", "vector");
    expect(Object.keys(near.hits[0] ?? {}).slice(-2)).toEqual(["_score", "_distance"]);
  });

  it("answers as of a version, a tag, a date and an effective date", () => {
    const then = "We pay the money back within 14 days.";
    const points = [
      ...["1", "v1", "launch", "@launch", "tag:launch"],
      ...["effective:2025-03-01", "effective:2025-01-15T00:00:00Z", "effective:2025-03-01 12:00Z"],
    ];
    for (const point of points) {
      const found = search("refund", "--as-of", point);
      expect([found.version, found.hits[0]?.body], point).toEqual([1, then]);
    }
    expect(search("refund", "--as-of", "effective:2025-08-01").version).toBe(2);
    for (const point of ["2020-01-01", "yesterday", "3 days ago", "last tuesday"])
      expect(search("refund", "--as-of", point), point).toMatchObject({ version: 0, hits: [] });
    expect(search("refund", "--as-of", "now").version).toBe(2);
  });

  it("looks only at rows that a filter lets through, and at no more than the limit", () => {
    expect(best("refund", "--where", "path LIKE 'weather%'")).toBe("docs/weather.md#weather");
    expect(best("refund", "--where", "path = 'animals.md' OR start > 1000000")).toBe(
      "docs/animals.md#animals",
    );
    expect(search("refund", "--limit", "1").hits).toHaveLength(1);
  });

  it("searches by words where it is told so", () => {
    const found = search("+refu* -cat", "--mode", "text");
    expect(found.hits.map(({ id }) => id)).toEqual(["docs/money.md#refunds"]);
    expect(search('"14 days"', "--mode", "text").hits).toEqual([]);
    expect(search('"14 days"', "--mode", "text", "--as-of", "1").hits).toHaveLength(1);
    expect(search("refund", "--mode", "vector").hits).toHaveLength(3);
    expect(place.run("search", "refunds", "--mode", "text").stdout).toMatch(/^ 1 {2}\d\.\d\d {2}money\.md/);
  });

  it("shows where the text is and how it begins", () => {
    const { code, stdout } = place.run("search", "refund", "--limit", "1");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^ 1 {2}0\.\d\d {2}money\.md {2}Refunds\n {10}We pay the money back within 30 days\.\n$/,
      ),
    ]);
    for (const line of place.run("search", "anything at all").stdout.split("\n")) {
      expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  it("says why there is nothing", () => {
    const found = search("qqqqzzzzxxxx vvvvkkkkjjjj", "--where", "path = 'none'");
    expect(found.hits).toEqual([]);
    expect(place.run("search", "x", "--where", "path = 'none'")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Nothing was found."),
    });
  });

  it("never lets a document steer the terminal", () => {
    place.write("evil/e.md", "# E\u001b[2J\u202e\n\ntext \u001b]0;title\u0007 \u009b31m red\n");
    place.run("ingest", "evil", "--db", "evil.db");
    const { stdout } = place.run("search", "text", "--db", "evil.db");
    expect(stdout).toContain("red");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
