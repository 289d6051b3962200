import { describe, expect, it } from "vitest";
import type { StudioCommit } from "../../../src/studio/api-types";
import { hashOf, routeOf } from "../../../src/studio/page/route";
import { heightOf, ROW_HEIGHT, windowOf } from "../../../src/studio/page/row-window";
import { nearest, placesOf, stopsOf } from "../../../src/studio/page/stops";

const commit = (version: number, committedAt: string, effectiveAt: string | null = null): StudioCommit => ({
  version,
  committedAt,
  effectiveAt,
  operation: "upsert",
  inserted: 1,
  updated: 0,
  deleted: 0,
  message: null,
  tags: [],
});

describe("a timeline", () => {
  it("has its marks as far apart as their dates, and never too close", () => {
    expect(placesOf([0, 50, 100], 0.1)).toEqual([0, 0.5, 1]);
    const [first = 0, second = 0, third = 0] = placesOf([0, 0, 100], 0.1);
    expect([first, second, third]).toEqual([0, 0.1, 1]);
    const many = placesOf(
      Array.from({ length: 500 }, () => 7),
      0.1,
    );
    expect(many[0]).toBe(0);
    expect(many.at(-1)).toBeCloseTo(1);
    expect(nearest([0, 0.1, 1], 0.4)).toBe(1);
  });

  it("goes by either date, and a commit without a date has that of the one before", () => {
    const commits = [
      commit(1, "2026-06-01T00:00:00.000Z"),
      commit(2, "2026-06-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
      commit(3, "2026-06-03T00:00:00.000Z"),
      commit(4, "2026-06-04T00:00:00.000Z", "2026-03-01T00:00:00.000Z"),
    ];
    const dates = (axis: "committed" | "effective", oldest = 0): [number, string][] =>
      stopsOf(commits, axis, oldest).map(({ version, time }) => [
        version,
        new Date(time).toISOString().slice(5, 10),
      ]);
    expect(dates("committed")).toEqual([
      [0, "06-01"],
      [1, "06-01"],
      [2, "06-02"],
      [3, "06-03"],
      [4, "06-04"],
    ]);
    expect(dates("effective")).toEqual([
      [0, "01-01"],
      [1, "01-01"],
      [2, "01-01"],
      [3, "01-01"],
      [4, "03-01"],
    ]);
    expect(dates("committed", 3)).toEqual([
      [3, "06-03"],
      [4, "06-04"],
    ]);
  });

  it("has a version whose date was taken back where it was", () => {
    const commits = [
      commit(1, "2026-06-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
      commit(2, "2026-06-02T00:00:00.000Z", "2036-01-01T00:00:00.000Z"),
      commit(3, "2026-06-03T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
    ];
    expect(stopsOf(commits, "effective", 0).map(({ version }) => version)).toEqual([0, 1, 3, 2]);
  });
});

describe("a view", () => {
  it("is its address, and an address is never trusted", () => {
    const address = "#/plants/search?at=4&from=1&q=apple+%26+pear";
    expect(hashOf(routeOf(address))).toBe(address);
    expect(routeOf("#/%E0%A4%A/nowhere?at=x&axis=y")).toMatchObject({
      table: "",
      pane: "rows",
      at: "",
      axis: "committed",
    });
  });
});

describe("a long list", () => {
  it("is drawn where somebody looks, to its last row, however long it is", () => {
    for (const count of [0, 1, 40, 10_000, 3_000_000]) {
      const sight = 600;
      const bottom = Math.max(0, heightOf(count) - sight);
      expect(windowOf(count, 0, sight).first).toBe(0);
      const last = windowOf(count, bottom, sight);
      expect(last.end, `${count}`).toBe(count);
      const drawn = last.top + (last.end - last.first) * ROW_HEIGHT;
      expect(drawn).toBeLessThanOrEqual(heightOf(count) + ROW_HEIGHT * 8);
      expect(last.end - last.first).toBeLessThan(40);
    }
  });
});
