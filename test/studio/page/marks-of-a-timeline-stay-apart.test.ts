import { describe, expect, it } from "vitest";
import type { StudioCommit } from "../../../src/studio/api-types";
import { hashOf, routeOf } from "../../../src/studio/page/route";
import { heightOf, ROW_HEIGHT, windowOf } from "../../../src/studio/page/row-window";
import { nearest, placesOf, pointOf, stopsOf } from "../../../src/studio/page/stops";

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

  it("goes by either date, and names points as people type them", () => {
    const commits = [
      commit(1, "2026-06-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"),
      commit(2, "2026-06-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
    ];
    const byCommit = stopsOf(commits, "committed", 0);
    expect(byCommit.map(({ version }) => version)).toEqual([0, 1, 2]);
    const byFact = stopsOf(commits, "effective", 0);
    expect(byFact.map(({ version }) => version)).toEqual([0, 2, 1]);
    const told = byFact.map((stop) => pointOf(stop, "effective"));
    expect(told).toEqual(["v0", "effective:2026-01-01T00:00:00.000Z", "effective:2026-03-01T00:00:00.000Z"]);
    expect(byCommit.map((stop) => pointOf(stop, "committed"))).toEqual(["v0", "v1", "v2"]);
    expect(stopsOf(commits, "committed", 2).map(({ version }) => version)).toEqual([2]);
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
