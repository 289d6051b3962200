// Quick reads are answered inside the call. Whoever awaits many of them must not keep timers and sockets waiting until all are done.

import { connect, embed, float, int, type Table, table, text, vector } from "varve";
import { builtin } from "varve/embeddings";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const rows = 2000;
const numbers = table("numbers", { id: int().primaryKey(), half: float(), name: text(), at: vector(8) });
const db = await connect("memory:");
let t: Table<typeof numbers>;

beforeAll(async () => {
  t = await db.table(numbers);
  await t.insert(
    Array.from({ length: rows }, (_, id) => ({
      id,
      half: id / 2,
      name: `row ${id}`,
      at: Float32Array.from({ length: 8 }, (_, i) => Math.sin(id + i)),
    })),
  );
});

afterAll(() => db.close());

/** How often a timer of a millisecond comes by while work is done. */
async function turnsDuring(work: (seen: { readonly turns: number }) => Promise<void>): Promise<number> {
  const seen = { turns: 0 };
  const timer = setInterval(() => {
    seen.turns += 1;
  }, 1);
  await work(seen);
  clearInterval(timer);
  return seen.turns;
}

/** Makes calls one after another until a timer has come by three times, which other processes may delay; at most for ten seconds. */
function untilItTurns(call: (i: number) => Promise<unknown>): Promise<number> {
  return turnsDuring(async (seen) => {
    const end = performance.now() + 10_000;
    for (let i = 0; seen.turns < 3 && performance.now() < end; i++) await call(i);
  });
}

const query = new Float32Array(8).fill(0.5);

describe("a timer of a millisecond goes on beside awaited calls of", () => {
  const calls: Record<string, (i: number) => Promise<unknown>> = {
    get: (i) => t.get(i % rows),
    "get of nothing": () => t.get(-1),
    find: (i) => t.find({ limit: 3, where: { id: { $gte: i % rows } } }),
    count: () => t.count(),
    search: () => t.search(query, { limit: 3 }),
    "get at a version": (i) => t.asOf(1).get(i % rows),
    "get of one snapshot": (() => {
      let then: ReturnType<typeof t.asOf> | undefined;
      return (i: number) => {
        then ??= t.asOf(1);
        return then.get(i % rows);
      };
    })(),
    "search across time": () => t.search(query, { limit: 3, during: { from: 1, to: 1 } }),
    "arrow.find": () => t.arrow.find({ limit: 3 }),
    version: () => t.version(),
    history: () => t.history(),
    tags: () => t.tags(),
    stats: () => t.stats(),
    explain: () => t.explain(query),
    diff: () => t.diff(0, 1, { where: { id: 7 } }),
    tables: () => db.tables(),
    openTable: () => db.openTable("numbers"),
  };
  test.each(Object.keys(calls))("%s", async (name) => {
    expect(await untilItTurns(calls[name] as (i: number) => Promise<unknown>)).toBeGreaterThanOrEqual(3);
  });
});

test("embed, which asks the function inside the call, lets the event loop go on", async () => {
  const own = await connect("memory:");
  const docs = table("docs", { id: int().primaryKey(), body: text() }, (c) => ({
    vec: embed(builtin(), c.body),
  }));
  const d = await own.table(docs);
  expect(await untilItTurns((i) => d.embed(`text ${i}`))).toBeGreaterThanOrEqual(3);
  await own.close();
});

test("reads that are all asked for at once come back right and in order, and let the event loop go on", async () => {
  const order: number[] = [];
  const turns = await turnsDuring(async () => {
    const all = Array.from({ length: 20_000 }, async (_, i) => {
      const row = await t.get(i % rows);
      order.push(i);
      return row?.id;
    });
    expect(await Promise.all(all)).toEqual(Array.from({ length: 20_000 }, (_, i) => i % rows));
  });
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(turns).toBeGreaterThan(2);
});

test("a read that waited shows the newest version", async () => {
  const many = Array.from({ length: 5000 }, (_, i) => t.get(i % rows));
  const late = t.get(1_000_000);
  await t.insert([{ id: 1_000_000, half: 0, name: "new", at: query }]);
  await Promise.all(many);
  expect([undefined, "new"]).toContain((await late)?.name);
  expect((await t.get(1_000_000))?.name).toBe("new");
});
