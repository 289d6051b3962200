// When close() has resolved, no file of the table is open or mapped any more: not when the garbage collector comes by, but then.

import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Database, int, type Table, table, vector } from "varve";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const points = table("points", { id: int().primaryKey(), at: vector(64) });
const folder = mkdtempSync(join(tmpdir(), "varve-close-"));
const query = new Float32Array(64).fill(1);

/** The descriptors and the mappings of this process that are of the folder. */
function held(): string[] {
  const maps = readFileSync("/proc/self/maps", "utf8").split("\n");
  const open = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return [...maps, ...open].filter((line) => line.includes(folder));
}

function rows(from: number, count: number): { id: number; at: Float32Array }[] {
  return Array.from({ length: count }, (_, i) => ({
    id: from + i,
    at: Float32Array.from({ length: 64 }, (_, j) => Math.sin((from + i) * 0.7 + j)),
  }));
}

async function opened(): Promise<{ db: Database; t: Table<typeof points> }> {
  const db = await connect(folder);
  return { db, t: await db.table(points) };
}

// Elsewhere the operating system does not say in files what a process holds.
const linux = process.platform === "linux" ? describe : describe.skip;

linux("after close nothing of the folder is held, though", () => {
  beforeAll(async () => {
    const { db, t } = await opened();
    await t.insert(rows(0, 20_000));
    await t.optimize();
    // Enough commits that there is a journal, and another fragment that no index covers.
    for (let i = 0; i < 40; i++) await t.insert(rows(100_000 + i, 1));
    await t.insert(rows(200_000, 3000));
    await t.tag("then", 1);
    expect((await t.stats()).indexes).toBeGreaterThan(0);
    expect(held()).not.toEqual([]);
    await db.close();
    expect(held()).toEqual([]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const uses: Record<string, (t: Table<typeof points>, db: Database) => Promise<unknown>> = {
    "nothing was done": async () => undefined,
    "rows were read": async (t) => [await t.get(5), await t.find({ limit: 500 }), await t.count()],
    "vectors were read": (t) => t.find({ limit: 500, select: ["id", "at"] }),
    "it was searched": async (t) => [await t.search(query), await t.search(query, { exact: true })],
    "the past was read": async (t) => [await t.asOf(1).count(), await t.asOf({ tag: "then" }).count()],
    "a snapshot is still there": (t) => Promise.resolve(t.asOf(1)),
    "a scan was broken off": async (t) => {
      for await (const batch of t.scan({ batchRows: 100 })) return batch;
      return [];
    },
    "a scan goes on": (t) => t.scan({ batchRows: 100 }).next(),
    "an Arrow scan goes on": (t) => t.arrow.scan({ batchRows: 100 }).next(),
    "a write of many batches goes on": async (t) => {
      const many = async function* (): AsyncGenerator<{ id: number; at: Float32Array }> {
        yield* rows(1_000_000, 5000);
        await new Promise(() => undefined);
      };
      void t.insert(many()).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
    "it was verified, optimized and described": async (t) => [
      await t.verify(),
      await t.optimize(),
      await t.describe(),
      await t.history(),
      await t.stats(),
    ],
    "it was open twice": async (t, db) => [await db.openTable("points"), await db.table(points), t],
    "tables were listed and verified": async (_, db) => [await db.tables(), await db.verify("points")],
  };

  test.each(Object.keys(uses))("%s", async (name) => {
    const { db, t } = await opened();
    const kept = await (uses[name] as (t: Table<typeof points>, db: Database) => Promise<unknown>)(t, db);
    await db.close();
    expect(held()).toEqual([]);
    expect(kept === t).toBe(false);
    await expect(t.get(5)).rejects.toMatchObject({ code: "CLOSED" });
  });

  test.each(Object.keys(uses).filter((name) => !name.includes("twice")))(
    "only the table was closed, and %s",
    async (name) => {
      const { db, t } = await opened();
      await (uses[name] as (t: Table<typeof points>, db: Database) => Promise<unknown>)(t, db);
      await t.close();
      expect(held()).toEqual([]);
      expect((await (await db.table(points)).get(5))?.id).toBe(5);
      await db.close();
      expect(held()).toEqual([]);
    },
  );

  test("calls were under way: each is answered or says CLOSED, and close waits for them", async () => {
    const { db, t } = await opened();
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 50; i++) {
      calls.push(
        t.search(query, { limit: 5, select: ["id", "at"] }),
        t.asOf(1).count(),
        t.history(),
        t.explain(query),
      );
    }
    calls.push(
      t.verify(),
      t.optimize(),
      t.insert(rows(3_000_000, 2000)),
      t.delete({ where: { id: { $gte: 3_000_000 } } }),
    );
    const settled = Promise.allSettled(calls);
    await db.close();
    expect(held()).toEqual([]);
    for (const result of await settled) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CLOSED" });
    }
    expect(held()).toEqual([]);
  });

  test("one of two handles was closed: the other goes on, its upkeep too", async () => {
    const { db, t } = await opened();
    const other = await db.table(points);
    await t.close();
    expect((await other.get(5))?.id).toBe(5);
    await other.insert(rows(4_000_000, 20_000));
    const { indexedRows } = await other.optimize();
    expect(indexedRows).toBeGreaterThan(0);
    await other.close();
    expect(held()).toEqual([]);
    await db.close();
  });
});
