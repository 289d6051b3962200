// Every public method with every odd value in every place: whatever goes wrong is a VarveError that is not INTERNAL, and comes at once.

import {
  and,
  connect,
  embed,
  int,
  json,
  list,
  not,
  or,
  sql,
  struct,
  table,
  text,
  timestamp,
  VarveError,
  vector,
} from "varve";
import { builtin } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

// biome-ignore lint/suspicious/noExplicitAny: the point is what happens where types are not looked at.
type Any = any;

const boom = (): never => {
  throw new RangeError("mine");
};
const throwing = new Proxy(
  {},
  { get: boom, ownKeys: boom, getPrototypeOf: boom, has: boom, getOwnPropertyDescriptor: boom },
);
const circle: Any = { a: 1 };
circle.circle = circle;
const ring: Any = [];
ring.push(ring);

const odd: Record<string, () => unknown> = {
  null: () => null,
  undefined: () => undefined,
  NaN: () => Number.NaN,
  "a bigint": () => 2n ** 70n,
  "a symbol": () => Symbol("s"),
  "a function": () => () => 1,
  "a function that throws": () => boom,
  "a class": () => class Odd {},
  "a text": () => "odd",
  "half a character": () => "\ud800",
  "a getter that throws": () => Object.defineProperty({}, "id", { enumerable: true, get: boom }),
  "getters under every name": () =>
    Object.fromEntries(["where", "set", "tag", "from", "column", "select", "own"].map((key) => [key, 1])),
  "a proxy that throws": () => throwing,
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "a revoked list": () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  "a very long list": () => new Array(1e9),
  "a proxy with a great length": () =>
    new Proxy([], { get: (target, key) => (key === "length" ? 2 ** 32 - 1 : Reflect.get(target, key)) }),
  "toJSON that throws": () => ({ toJSON: boom }),
  "valueOf that throws": () => ({ valueOf: boom, toString: boom, [Symbol.toPrimitive]: boom }),
  "an iterable that throws": () => ({ [Symbol.iterator]: boom }),
  "an iterable that is none": () => ({ [Symbol.iterator]: () => 5 }),
  "an iterator without steps": () => ({ [Symbol.asyncIterator]: () => ({ next: () => 5 }) }),
  "a thenable": () => JSON.parse('{"then": 5}'),
  "a promise": () => Promise.resolve([]),
  "no Date": () => Object.create(Date.prototype),
  "an invalid Date": () => new Date(Number.NaN),
  "no prototype": () => Object.create(null),
  "a circle": () => circle,
  "a ring": () => ring,
  "a Map": () => new Map([["id", 1]]),
  "a Set": () => new Set([1]),
  "a RegExp": () => /x/,
  "an error": () => new Error("odd"),
  "a DataView": () => new DataView(new ArrayBuffer(8)),
  "a detached array": () => {
    const view = Float32Array.of(1, 1);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  },
  "integers of 64 bits": () => BigInt64Array.of(1n, 2n),
  "a deep list": () => Array.from({ length: 5000 }).reduce<unknown>((inner) => [inner], 1),
  "a deep filter": () =>
    Array.from({ length: 5000 }).reduce<unknown>((inner) => ({ $and: [inner] }), { id: 1 }),
  "a key of the prototype": () => JSON.parse('{"__proto__": {"id": 1}, "constructor": 1}'),
};

type Call = (t: Any, db: Any, value: unknown) => unknown;

const calls: Record<string, Call> = {
  "get(x)": (t, _, x) => t.get(x),
  "get(1, x)": (t, _, x) => t.get(1, x),
  "find(x)": (t, _, x) => t.find(x),
  "find({ where })": (t, _, x) => t.find({ where: x }),
  "find({ where: [] })": (t, _, x) => t.find({ where: [x] }),
  "find({ where: { id } })": (t, _, x) => t.find({ where: { id: x } }),
  "find({ where: { $in } })": (t, _, x) => t.find({ where: { id: { $in: x } } }),
  "find({ where: { $or } })": (t, _, x) => t.find({ where: { $or: x } }),
  "find({ where: { $or: [] } })": (t, _, x) => t.find({ where: { $or: [x] } }),
  "find({ where: { data } })": (t, _, x) => t.find({ where: { "data.a": x } }),
  "find({ where: () => x })": (t, _, x) => t.find({ where: () => x }),
  "find({ where: c.eq(x) })": (t, _, x) => t.find({ where: (c: Any) => c.id.eq(x) }),
  "find({ where: c.in(x) })": (t, _, x) => t.find({ where: (c: Any) => c.id.in(x) }),
  "find({ where: c.and(x) })": (t, _, x) => t.find({ where: (c: Any) => c.id.eq(1).and(x) }),
  "find({ where: path(x) })": (t, _, x) => t.find({ where: (c: Any) => c.data.path(x).eq(1) }),
  "find({ where: sql })": (t, _, x) => t.find({ where: sql`id = ${x}` }),
  "find({ where: sql IN })": (t, _, x) => t.find({ where: sql`id IN ${x}` }),
  "find({ select })": (t, _, x) => t.find({ select: x }),
  "find({ select: [] })": (t, _, x) => t.find({ select: [x] }),
  "find({ orderBy })": (t, _, x) => t.find({ orderBy: x }),
  "find({ orderBy: [] })": (t, _, x) => t.find({ orderBy: [x] }),
  "find({ orderBy: { column } })": (t, _, x) => t.find({ orderBy: { column: x } }),
  "find({ limit })": (t, _, x) => t.find({ limit: x }),
  "find({ offset })": (t, _, x) => t.find({ offset: x }),
  "find({ after })": (t, _, x) => t.find({ orderBy: "id", after: x }),
  "find({ after: { id } })": (t, _, x) => t.find({ orderBy: "id", after: { id: x } }),
  "count(x)": (t, _, x) => t.count(x),
  "scan(x)": (t, _, x) => t.scan(x).next(),
  "scan({ batchRows })": (t, _, x) => t.scan({ batchRows: x }).next(),
  "search(x)": (t, _, x) => t.search(x),
  "search(v, x)": (t, _, x) => t.search([1, 1], x),
  "search({ column })": (t, _, x) => t.search([1, 1], { column: x }),
  "search({ during })": (t, _, x) => t.search([1, 1], { during: x }),
  "search({ during: { from } })": (t, _, x) => t.search([1, 1], { during: { from: x, to: 1 } }),
  "search({ signal })": (t, _, x) => t.search([1, 1], { signal: x }),
  "search({ recall })": (t, _, x) => t.search([1, 1], { recall: x }),
  "explain(x)": (t, _, x) => t.explain(x),
  "embed(x)": (t, _, x) => t.embed(x),
  "embed(t, x)": (t, _, x) => t.embed("x", x),
  "arrow.find(x)": (t, _, x) => t.arrow.find(x),
  "arrow.search(x)": (t, _, x) => t.arrow.search(x),
  "arrow.scan(x)": (t, _, x) => t.arrow.scan(x).next(),
  "insert(x)": (t, _, x) => t.insert(x),
  "insert([x])": (t, _, x) => t.insert([x]),
  "insert([{ id }])": (t, _, x) => t.insert([{ id: x }]),
  "insert([{ body }])": (t, _, x) => t.insert([{ id: 50, body: x }]),
  "insert([{ own }])": (t, _, x) => t.insert([{ id: 51, own: x }]),
  "insert([{ tags }])": (t, _, x) => t.insert([{ id: 52, tags: x }]),
  "insert([{ tags: [] }])": (t, _, x) => t.insert([{ id: 53, tags: [x] }]),
  "insert([{ info }])": (t, _, x) => t.insert([{ id: 54, info: x }]),
  "insert([{ data }])": (t, _, x) => t.insert([{ id: 55, data: x }]),
  "insert([{ data: { a } }])": (t, _, x) => t.insert([{ id: 56, data: { a: x } }]),
  "insert([{ at }])": (t, _, x) => t.insert([{ id: 57, at: x }]),
  "insert(rows, x)": (t, _, x) => t.insert([{ id: 58 }], x),
  "insert({ properties })": (t, _, x) => t.insert([{ id: 59 }], { properties: x }),
  "insert({ effectiveAt })": (t, _, x) => t.insert([{ id: 60 }], { effectiveAt: x }),
  "insert({ message })": (t, _, x) => t.insert([{ id: 61 }], { message: x }),
  "upsert({ delete })": (t, _, x) => t.upsert([{ id: 62 }], { delete: x }),
  "update(x)": (t, _, x) => t.update(x),
  "update({ where })": (t, _, x) => t.update({ where: x, set: { body: "y" } }),
  "update({ set })": (t, _, x) => t.update({ where: { id: 1 }, set: x }),
  "update({ set: { data } })": (t, _, x) => t.update({ where: { id: 1 }, set: { data: x } }),
  "delete(x)": (t, _, x) => t.delete(x),
  "delete({ where })": (t, _, x) => t.delete({ where: x }),
  "asOf(x)": (t, _, x) => t.asOf(x).count(),
  "asOf({ tag })": (t, _, x) => t.asOf({ tag: x }).count(),
  "diff(x, 1)": (t, _, x) => t.diff(x, 1),
  "diff(0, 1, x)": (t, _, x) => t.diff(0, 1, x),
  "history(x)": (t, _, x) => t.history(x),
  "history({ before })": (t, _, x) => t.history({ before: x }),
  "tag(x)": (t, _, x) => t.tag(x),
  "tag(n, x)": (t, _, x) => t.tag("n", x),
  "deleteTag(x)": (t, _, x) => t.deleteTag(x),
  "restore(x)": (t, _, x) => t.restore(x),
  "addColumn(x)": (t, _, x) => t.addColumn(x, text().nullable()),
  "addColumn(n, x)": (t, _, x) => t.addColumn("n", x),
  "alterColumn(x)": (t, _, x) => t.alterColumn(x, text().nullable()),
  "alterColumn(c, x)": (t, _, x) => t.alterColumn("body", x),
  "alterColumn(c, e, { vouch })": (t, _, x) =>
    t.alterColumn("own", embed(builtin(), { name: "body" }), { vouch: x }),
  "renameColumn(x)": (t, _, x) => t.renameColumn(x, "other"),
  "renameColumn(c, x)": (t, _, x) => t.renameColumn("body", x),
  "migrate(x)": (_, db, x) => db.migrate(x),
  "migrate(d, { allowDrop })": (_, db, x) =>
    db.migrate(table("t", { id: int().primaryKey() }), { allowDrop: x, dryRun: true }),
  "renameTable(x)": (_, db, x) => db.renameTable(x, "other"),
  "renameTable(t, x)": (_, db, x) => db.renameTable("t", x),
  "dropColumn(x)": (t, _, x) => t.dropColumn(x),
  "backfill(x)": (t, _, x) => t.backfill(x),
  "backfill({ column })": (t, _, x) => t.backfill({ column: x }),
  "reembed(x)": (t, _, x) => t.reembed(x, builtin()),
  "reembed(c, x)": (t, _, x) => t.reembed("vec", x),
  "setRetention(x)": (t, _, x) => t.setRetention(x),
  "optimize(x)": (t, _, x) => t.optimize(x),
  "db.table(x)": (_, db, x) => db.table(x),
  "db.openTable(x)": (_, db, x) => db.openTable(x),
  "db.openTable(t, x)": (_, db, x) => db.openTable("t", x),
  "db.verify(x)": (_, db, x) => db.verify(x),
  "db.drop(x)": (_, db, x) => db.drop(x),
  "connect(memory, x)": (_, __, x) => connect("memory:", x as Any),
  "connect({ embeddingCache })": (_, __, x) => connect("memory:", { embeddingCache: x as Any }),
  "and(x)": (_, __, x) => and(x as Any),
  "or(x)": (_, __, x) => or(x as Any),
  "not(x)": (_, __, x) => not(x as Any),
  "table(x)": (_, __, x) => table(x as Any, { id: int() }),
  "table(n, x)": (_, __, x) => table("n", x as Any),
  "table(n, { x })": (_, __, x) => table("n", { a: x as Any }),
  "table(n, c, x)": (_, __, x) => table("n", { a: text() }, x as Any),
  "text(x)": (_, __, x) => text(x as Any),
  "vector(x)": (_, __, x) => vector(x as Any),
  "vector(2, x)": (_, __, x) => vector(2, x as Any),
  "list(x)": (_, __, x) => list(x as Any),
  "struct(x)": (_, __, x) => struct(x as Any),
  "embed(x, c)": (_, __, x) => table("n", { a: text() }, (c) => ({ v: embed(x as Any, c.a) })),
  "embed(f, x)": (_, __, x) => table("n", { a: text() }, () => ({ v: embed(builtin(), x as Any) })),
  "default(x)": (_, __, x) => table("n", { a: list(text()).default(x as Any) }),
};

const MOST_MS = 5000;

describe.each(Object.keys(calls))("%s", (name) => {
  test("fails with the caller's error, or works", async () => {
    const db = await memoryDatabase();
    const t: Any = await db.table(
      table(
        "t",
        {
          id: int().primaryKey(),
          body: text().nullable(),
          own: vector(2).nullable(),
          tags: list(text()).nullable(),
          info: struct({ a: text().nullable() }).nullable(),
          data: json<unknown>().nullable(),
          at: timestamp().nullable(),
        },
        (c) => ({ vec: embed(builtin(), c.body) }),
      ),
    );
    await t.insert([{ id: 1, body: "one", own: [1, 1] }]);
    const faults: string[] = [];
    for (const [what, make] of Object.entries(odd)) {
      const started = performance.now();
      const fault = await faultOf(() => calls[name]?.(t, db, make()));
      const ms = performance.now() - started;
      if (fault !== undefined) faults.push(`${what}: ${fault}`);
      if (ms > MOST_MS) faults.push(`${what}: ${ms} ms`);
    }
    expect(faults).toEqual([]);
  });
});

/** What is wrong with how a call fails. */
async function faultOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (!VarveError.is(error)) return `no VarveError: ${String(error)}`;
    return error.code === "INTERNAL" ? `INTERNAL: ${error.message}` : undefined;
  }
}
