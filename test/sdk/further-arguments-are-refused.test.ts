// An argument that a method does not take was meant to do something: `close(true)`, `drop("docs", { ifExists: true })`.

import {
  ArrowReader,
  Column,
  connect,
  Database,
  DatabaseSnapshot,
  EmbeddingCache,
  embed,
  parsePoint,
  Registry,
  Snapshot,
  Table,
  TableView,
  table,
  text,
  VarveError,
} from "varve";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

// biome-ignore lint/suspicious/noExplicitAny: the point is what happens where types are not looked at.
type Any = any;

const fn = hashEmbedding({ dimensions: 8 });
const docs = table("docs", { id: text().primaryKey(), body: text().nullable() }, (c) => ({
  vec: embed(fn, c.body),
}));

let db: Database;
let t: Table<typeof docs>;

beforeEach(async () => {
  db = await memoryDatabase();
  t = await db.table(docs);
  await t.insert([{ id: "1", body: "x" }]);
});

/** For each method all arguments that it takes; the optional ones left out. */
type Calls = Readonly<Record<string, readonly unknown[]>>;

const reads: Calls = {
  find: [undefined],
  scan: [undefined],
  search: ["x", undefined],
};
const viewed: Calls = {
  searchMany: [["x"], undefined],
  timeline: ["x", undefined],
  describe: [],
  get: ["1", undefined],
  historyOf: ["1", undefined],
  findFirst: [undefined],
  count: [undefined],
  aggregate: [undefined],
  groupBy: ["body", undefined],
  distinct: ["body", undefined],
  embed: ["x", undefined],
  explain: ["x", undefined],
  explainFind: [undefined],
  explainCount: [undefined],
  version: [],
};
const classes: Readonly<Record<string, { of: readonly Any[]; object: () => Any; calls: Calls }>> = {
  Table: {
    of: [Table, TableView],
    object: () => t,
    calls: {
      ...reads,
      ...viewed,
      insert: [[{ id: "2" }], undefined],
      upsert: [[{ id: "2" }], undefined],
      update: [{ all: true, set: { body: "y" } }],
      delete: [{ all: true }],
      purge: [{ all: true }],
      asOf: [1],
      diff: [0, 1, undefined],
      history: [undefined],
      tag: ["one", undefined],
      tags: [],
      deleteTag: ["one"],
      branch: ["trial", undefined],
      branches: [],
      deleteBranch: ["trial"],
      merge: ["trial", undefined],
      restore: [0, undefined],
      addColumn: ["other", text().nullable(), undefined],
      dropColumn: ["body", undefined],
      renameColumn: ["body", "text", undefined],
      alterColumn: ["body", text().nullable(), undefined],
      stats: [],
      backfill: [undefined],
      verify: [],
      optimize: [undefined],
      pin: [undefined],
      setRetention: ["forever"],
      reembed: ["vec", fn, undefined],
      close: [],
    },
  },
  Snapshot: {
    of: [Snapshot, TableView],
    object: () => t.asOf(1),
    calls: { ...reads, ...viewed, point: [], pin: [undefined] },
  },
  ArrowReader: { of: [ArrowReader], object: () => t.arrow, calls: reads },
  Database: {
    of: [Database],
    object: () => db,
    calls: {
      table: [docs, undefined],
      openTable: ["docs", undefined],
      branch: ["trial"],
      migrate: [docs, undefined],
      renameTable: ["docs", "pages"],
      tables: [],
      asOf: ["2026-01-01"],
      observe: [{ begin: () => undefined }],
      on: ["search", () => undefined],
      history: [undefined],
      verify: ["docs"],
      backup: ["memory:", undefined],
      drop: ["docs"],
      close: [],
    },
  },
  DatabaseSnapshot: {
    of: [DatabaseSnapshot],
    object: () => db.asOf(new Date()),
    calls: { tables: [], table: [docs], openTable: ["docs", undefined] },
  },
  EmbeddingCache: {
    of: [EmbeddingCache],
    object: () => db.embeddingCache,
    calls: { stats: [], clear: [] },
  },
  Registry: {
    of: [Registry],
    object: () => new Registry().register("known", () => fn as Any),
    calls: { register: ["other", () => fn], resolve: [{ name: "known", config: {} }], names: [] },
  },
  Column: {
    of: [Column],
    object: () => text(),
    calls: { primaryKey: [], nullable: [], default: ["x"], indexed: [undefined], renamedFrom: ["old"] },
  },
};

/** What is no method for users: `@internal` ones. */
const internal: ReadonlySet<string> = new Set([
  "seen",
  "constructor",
  "read",
  ...["ready", "flush", "beginWrite", "get", "add"].map((name) => `EmbeddingCache.${name}`),
]);

/** The names of the methods of a class, with those of the classes that it extends. */
function methodsOf(of: Any): string[] {
  const names: string[] = [];
  for (let at = of.prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const own = Object.entries(Object.getOwnPropertyDescriptors(at));
    names.push(...own.filter(([, { value }]) => typeof value === "function").map(([name]) => name));
  }
  return [...new Set(names)];
}

/** What came of a call, also of one whose answer is asked for step by step. */
async function outcome(call: () => Any): Promise<unknown> {
  try {
    const answer = call();
    return typeof answer?.next === "function" ? await answer.next() : await answer;
  } catch (error) {
    return error;
  }
}

for (const [name, { of, object, calls }] of Object.entries(classes)) {
  describe(name, () => {
    test("has no other methods than these", () => {
      const found = of.flatMap(methodsOf).filter((method) => {
        return !internal.has(method) && !internal.has(`${name}.${method}`);
      });
      expect([...new Set(found)].sort()).toEqual(Object.keys(calls).sort());
    });

    test.each(Object.entries(calls))("%s", async (method, given) => {
      const target = object();
      const refused = await outcome(() => target[method](...given, "further"));
      expect(refused).toBeInstanceOf(VarveError);
      const { code, message } = refused as VarveError;
      expect(code).toBe(name === "Column" ? "INVALID_SCHEMA" : "INVALID_ARGUMENT");
      const call = name === "Column" ? `${method}()` : method;
      expect(message).toBe(`${call} was given the text "further", which it does not take.`);
      expect(await t.asOf(1).count()).toBe(1);
      // `undefined` is no argument, so what comes of the call now has nothing to do with it.
      const asked = await outcome(() => target[method](...given, undefined));
      expect(String(asked)).not.toContain("does not take");
    });
  });
}

test("functions refuse them too", async () => {
  const opened = await outcome(() => (connect as Any)("memory:", undefined, "further"));
  const read = await outcome(() => (parsePoint as Any)("now", undefined, "further"));
  expect([opened, read].map((error) => (error as VarveError).message)).toEqual([
    'connect was given the text "further", which it does not take.',
    'parsePoint was given the text "further", which it does not take.',
  ]);
});
