import { type CallEvent, connect, type Database, embed, int, table, text, vector } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";
import { served, TOKEN } from "../support/served";

const docs = table("docs", { id: text().primaryKey(), body: text(), size: int().default(0) }, (c) => ({
  vec: embed(hashEmbedding({ maxBatch: 2 }), c.body),
}));

const rows = [
  { id: "1", body: "refunds take thirty days" },
  { id: "2", body: "parcels leave at noon" },
  { id: "3", body: "shops are closed on sunday" },
];

/** Every event from now on. */
function eventsOf(db: Database): CallEvent[] {
  const events: CallEvent[] = [];
  for (const kind of ["write", "embed", "search", "read", "upkeep", "request"] as const)
    db.on(kind, (event) => events.push(event));
  return events;
}

/** What is the same in every run. */
function lasting({ startedAt: _, ms: __, ...rest }: CallEvent): object {
  return rest;
}

test("a write says its rows and its version, and what was embedded for it", async () => {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  const events = eventsOf(db);
  const before = Date.now();
  await t.insert(rows);
  await t.upsert([{ id: "1", body: "refunds take ten days" }, ...rows.slice(1)]);
  await t.update({ where: { id: "1" }, set: { size: 4 } });
  await t.delete({ where: { id: "2" } });
  const embedded = { kind: "embed", operation: "documents", table: "docs", column: "vec", function: "hash" };
  expect(events.map(lasting)).toMatchObject([
    { ...embedded, inputs: 3, requests: 2, cacheHits: 0 },
    { kind: "write", operation: "insert", table: "docs", rows: 3, version: 1 },
    { ...embedded, inputs: 1, requests: 1 },
    { kind: "write", operation: "upsert", table: "docs", rows: 1, version: 2 },
    { kind: "write", operation: "update", table: "docs", rows: 1, version: 3 },
    { kind: "write", operation: "delete", table: "docs", rows: 1, version: 4 },
  ]);
  for (const { startedAt, ms } of events) {
    expect(startedAt).toBeGreaterThanOrEqual(before);
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(30_000);
  }
});

test("a read says its rows, and the version that it saw", async () => {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  await t.insert(rows);
  await t.insert({ id: "4", body: "one more" });
  const events = eventsOf(db);
  await t.search("refunds", { limit: 2 });
  await t.searchMany(["refunds", "parcels"], { limit: 2 });
  await t.find({ where: { size: 0 } });
  await t.get("1");
  await t.get(["1", "none"]);
  await t.get("none");
  await t.findFirst({ where: { id: "none" } });
  await t.asOf(1).find();
  await t.asOf(1).get("4");
  await t.count();
  for await (const _ of t.scan({ batchRows: 3 }));
  for await (const _ of t.asOf(1).scan({ batchRows: 1 })) break;
  const stream = await t.arrow.find();
  const told = events.filter(({ kind }) => kind !== "embed").map(lasting);
  const read = { kind: "read", table: "docs" };
  expect(told).toEqual([
    { kind: "search", operation: "search", table: "docs", rows: 2, version: 2 },
    { kind: "search", operation: "searchMany", table: "docs", rows: 4, version: 2 },
    { ...read, operation: "find", rows: 4, version: 2 },
    { ...read, operation: "get", rows: 1, version: 2 },
    { ...read, operation: "get", rows: 1, version: 2 },
    { ...read, operation: "get", rows: 0, version: 2 },
    { ...read, operation: "findFirst", rows: 0, version: 2 },
    { ...read, operation: "find", rows: 3, version: 1 },
    { ...read, operation: "get", rows: 0, version: 1 },
    { ...read, operation: "count", version: 2 },
    { ...read, operation: "scan", rows: 4, version: 2 },
    { ...read, operation: "scan", rows: 1, version: 1 },
    { ...read, operation: "find", bytes: stream.byteLength, version: 2 },
  ]);
  expect(events.filter(({ kind }) => kind === "embed").map(lasting)).toEqual(
    Array.from({ length: 3 }, () => ({
      kind: "embed",
      operation: "query",
      table: "docs",
      column: "vec",
      function: "hash",
      inputs: 1,
    })),
  );
});

test("upkeep says the bytes that it looked at", async () => {
  const db = await diskDatabase(temporaryFolder());
  const t = await db.table(table("points", { id: int().primaryKey(), at: vector(2) }));
  await t.insert({ id: 1, at: [1, 2] });
  const events = eventsOf(db);
  const { bytes } = await t.verify();
  await t.optimize();
  const { tables } = await db.backup(temporaryFolder());
  expect(events.filter(({ kind }) => kind === "upkeep").map(lasting)).toMatchObject([
    { operation: "verify", table: "points", bytes },
    { operation: "optimize", table: "points" },
    { operation: "backup", bytes: tables[0]?.copiedBytes },
  ]);
});

test("a failure says its code, to its own listeners and to those of errors", async () => {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  await t.insert(rows);
  const events: CallEvent[] = [];
  db.on("write", (event) => events.push(event));
  db.on("error", (event) => events.push(event));
  await expect(t.insert(rows)).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
  const thrower = function* () {
    yield { id: "9", body: "nine" };
    throw new Error("the caller's own");
  };
  await expect(t.insert(thrower())).rejects.toThrow("the caller's own");
  const failed = { kind: "write", operation: "insert", table: "docs" };
  const both = [
    { ...failed, error: "DUPLICATE_KEY" },
    { ...failed, error: "OTHER" },
  ];
  expect(events.map(lasting)).toEqual(both.flatMap((event) => [event, event]));
});

test("a request to a server says its bytes and its attempts", async () => {
  const db = await memoryDatabase();
  await (await db.table(docs)).insert(rows);
  const remote = await connect(await served(db), { token: TOKEN });
  const events = eventsOf(remote);
  const t = await remote.table(docs);
  await t.get("1");
  const asked = events.filter(({ kind }) => kind === "request");
  expect(asked.map(({ operation, table, attempts }) => ({ operation, table, attempts }))).toEqual([
    { operation: "info", table: "docs", attempts: 1 },
    { operation: "page", table: "docs", attempts: 1 },
  ]);
  for (const { bytes } of asked) expect(bytes).toBeGreaterThan(0);
  expect(events.at(-1)).toMatchObject({ kind: "read", operation: "get", rows: 1 });
  await remote.close();
});

test("a listener that is taken off is told nothing more, not even of a call that runs", async () => {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  const events: CallEvent[] = [];
  const off = db.on("write", (event) => events.push(event));
  await t.insert(rows);
  const running = t.insert({ id: "5", body: "five" });
  off();
  off();
  await running;
  expect(events).toHaveLength(1);
});

test("an event that there is none of is refused", async () => {
  const db = await memoryDatabase();
  const on = db.on.bind(db) as (...given: unknown[]) => unknown;
  expect(() => on("searches", () => undefined)).toThrow(/on: event: expected one of write, embed, search/);
  expect(() => on("search", "log")).toThrow(/on: listener: expected a function/);
  expect(() => on("search", () => undefined, 3)).toThrow(/on was given the number 3/);
  expect(() => db.observe(undefined as never)).toThrow(/observe: expected an object with a method begin/);
});
