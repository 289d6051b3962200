// Commits may come faster than milliseconds pass; what was acknowledged before an instant is there at that instant.

import { type Database, int, type Table, table, vector } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const readings = table("readings", { id: int().primaryKey(), v: vector(2) });
const COMMITS = 300;

type Readings = Table<typeof readings>;

const places: readonly [string, () => Promise<Database>][] = [
  ["in memory", () => memoryDatabase()],
  ["in a folder", () => diskDatabase(temporaryFolder())],
];

describe.each(places)("%s", (_, open) => {
  async function burst(): Promise<{ db: Database; t: Readings; now: Date }> {
    const db = await open();
    const t = await db.table(readings);
    for (let id = 0; id < COMMITS; id++) await t.insert([{ id, v: [id, 1] }]);
    return { db, t, now: new Date() };
  }

  test("every read by the date of now sees every commit", async () => {
    const { t, now } = await burst();
    expect(await t.asOf(now).count()).toBe(COMMITS);
    expect(await t.asOf(now.toISOString()).version()).toBe(COMMITS);
    expect((await t.diff(0, now)).added).toHaveLength(COMMITS);
    expect((await t.diff(now, COMMITS)).added).toHaveLength(0);
    const during = { from: 0, to: now };
    expect(await t.search([1, 1], { during, limit: 2 * COMMITS })).toHaveLength(COMMITS);
    await t.tag("now", now);
    expect(await t.asOf({ tag: "now" }).version()).toBe(COMMITS);
  });

  test("going back to now changes nothing", async () => {
    const { t } = await burst();
    expect(await t.restore(new Date())).toMatchObject({ version: COMMITS, inserted: 0, deleted: 0 });
    expect(await t.count()).toBe(COMMITS);
  });

  test("no commit is dated after the clock, and of one date the last one counts", async () => {
    const { t, now } = await burst();
    const commits = await t.history({ limit: COMMITS });
    const dates = new Map<number, number>();
    for (const { version, committedAt, clock } of commits.reverse()) {
      expect(committedAt.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(clock).toBeUndefined();
      dates.set(committedAt.getTime(), version);
    }
    for (const [date, version] of dates) expect(await t.asOf(new Date(date)).version()).toBe(version);
  });

  test("a retention of no days lets all go that was removed by now", async () => {
    const { t } = await burst();
    await t.delete({ all: true });
    await t.setRetention({ days: 0 });
    await t.optimize();
    expect(await t.stats()).toMatchObject({ rows: 0, deadRows: 0 });
  });

  test("nothing is warned of", async () => {
    const { db, t } = await burst();
    expect(await t.verify()).toMatchObject({ ok: true, problems: [], warnings: [] });
    expect(await db.verify("readings")).toMatchObject({ ok: true, warnings: [] });
  });
});
