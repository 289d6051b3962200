// What every adapter keeps to, whatever its framework calls it. An adapter's test file says how documents are added, searched and
// deleted; a test that cannot hold for it is skipped with its reason.

import { type AsOf, connect, type Database } from "varve";
import { describe, expect, it } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";
import { loaderDocuments } from "../support/loader-documents";
import { hostileEntries } from "./hostile";
import { describeOdd, oddFilters, oddIds, plain, refusedMetadata, unplain } from "./odd-values";

const tests = {
  givenIds: "keeps the ids that it is given, and shows them with every hit",
  generatedIds: "gives an id of its own to each document that has none",
  upsert: "replaces a document with the same id as a whole",
  sameIdTwice: "keeps the last of two documents with one id in one call, and returns the id once",
  nothing: "takes no documents at all",
  deleteIds: "deletes by ids, and only those",
  deleteFilter: "deletes by a filter, and only what it lets through",
  deleteAll: "deletes everything, and can be filled again",
  oddIds: "deletes nothing that nobody named, whatever stands for the ids",
  oddFilters: "deletes nothing that nobody named, whatever stands for the filter",
  loaders: "takes the metadata of document loaders as it comes",
  plainMetadata: "makes metadata plain as JSON would, and refuses the rest with the way to it",
  vectors: "refuses a query vector that is none",
  contains: "finds with $contains an item of a list and a part of a text",
  prefix: "finds keys with metadata. before them, where there is no such key",
  taken: "writes what was given at the call, whatever becomes of it",
  closed: "says that it is closed, once it is",
  roundTrip: "returns metadata as it was, whatever its shape, and whatever the shape of others",
  texts: "returns texts as they were",
  order: "finds what is nearest first, with scores that fall from 1 to 0",
  fewer: "returns what there is where that is less than was asked for",
  empty: "finds nothing in a store in which nothing is",
  filters: "finds exactly what each filter lets through",
  filterFirst: "filters before it counts",
  badFilter: "refuses a filter that it does not understand",
  asOf: "shows what was, and refuses to change it",
  concurrent: "is used by many at once, and loses nothing",
  concurrentUpsert: "keeps one document where many write one id at once",
  reopen: "shows the same when it is opened again from the disk",
  hostileMetadata: "matches 200 hostile keys and values literally, or refuses them",
  hostileIds: "takes hostile ids literally, or refuses them",
} as const;

/** The name of a test of the contract. */
export type AdapterTest = keyof typeof tests;

/** A document as the contract writes it. */
export interface ContractDocument {
  readonly id?: string;
  readonly text: string;
  readonly metadata?: Record<string, unknown>;
}

/** A document as the contract reads it. */
export interface ContractHit {
  readonly id: string | undefined;
  readonly text: string;
  readonly metadata: Record<string, unknown>;
  readonly score: number;
}

/** A filter in the manner of Mongo. */
export type ContractFilter = Readonly<Record<string, unknown>>;

/** An open store. Vectors come from {@link contractVector}. */
export interface ContractStore {
  /** Adds documents and returns their ids, in their order. */
  add(documents: readonly ContractDocument[]): Promise<readonly string[]>;
  /** Finds documents by the vector of a text. */
  search(text: string, options: { limit: number; filter?: ContractFilter }): Promise<readonly ContractHit[]>;
  /** Deletes documents by their ids. */
  deleteIds(ids: readonly string[]): Promise<void>;
  /** Deletes what a filter lets through. */
  deleteFilter?(filter: ContractFilter): Promise<void>;
  /** Deletes everything. */
  deleteAll?(): Promise<void>;
  /** Finds documents by a vector, where the adapter has a call for it. */
  searchVector?(vector: number[]): Promise<unknown>;
  /** Ends the store. */
  close?(): Promise<void>;
  /** The store as it was. */
  asOf?(at: AsOf): ContractStore | Promise<ContractStore>;
}

/** How an adapter is tested. */
export interface AdapterContract {
  /** Opens the store of a table, which may not be there yet. */
  open(db: Database, table: string): ContractStore | Promise<ContractStore>;
  /**
   * The operators that the framework's filters have. Filters with others are left out.
   * @default all
   */
  readonly operators?: readonly string[];
  /**
   * Whether metadata may hold what JSON cannot, such as dates.
   * @default true
   */
  readonly dates?: boolean;
  /** Tests that cannot hold, and why. */
  readonly skip?: readonly { readonly test: AdapterTest; readonly reason: string }[];
}

/** The length of the vectors of the contract. */
export const CONTRACT_DIMENSIONS = 24;

/** The vector of a text: its words and letters, hashed. No text has none, and only equal texts surely have the same. */
export function contractVector(text: string): number[] {
  const vector = Array.from({ length: CONTRACT_DIMENSIONS }, () => 0.01);
  for (const [index, part] of [...text.toLowerCase().split(/\s+/), ...text].entries()) {
    let state = 2_166_136_261;
    for (const character of part)
      state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
    const slot = state % CONTRACT_DIMENSIONS;
    vector[slot] = (vector[slot] ?? 0) + (part.length > 1 ? 1 : 0.1) / (1 + index / 100);
  }
  return vector;
}

const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

/** Metadata of many shapes; nothing of it is the same in two documents. */
const shapes: readonly Record<string, unknown>[] = [
  {},
  { lang: "en", year: 2024, open: true, tags: ["a", "b"], rating: 4.5 },
  { lang: "de", year: 2025, open: false, tags: ["b"], author: { name: "Ada", born: 1815 } },
  { lang: null, year: 2026, tags: [], note: "" },
  { lang: 7, year: "2024", tags: "a", author: { name: "Grace" } },
  { lang: ["en", "de"], open: "true", rating: -0.25, "author.name": "Flat" },
  { loc: { lines: { from: 1, to: 9 } }, deep: [[1, [2, { three: [3] }]], null, { a: null }] },
  { "": "empty", " ": "space", ключ: "значение", 日本: "語", "👍": "👎\u0000\n" },
  { large: Number.MAX_SAFE_INTEGER, small: 5e-324, negative: -1e308, zero: 0 },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}') as Record<string, unknown>,
];

const documents: readonly ContractDocument[] = shapes.map((metadata, index) => ({
  id: `d${index}`,
  text: `document number ${index}`,
  metadata,
}));

const dated: Record<string, unknown> = {
  at: new Date("2026-02-03T04:05:06.789Z"),
  history: [{ on: new Date(0) }, "1970-01-01T00:00:00.000Z"],
};

type Case = readonly [ContractFilter, ids: readonly number[]];

/** Filters, and the documents that they let through. */
const filters: readonly Case[] = [
  [{ lang: "en" }, [1, 5]],
  [{ lang: { $eq: "en" } }, [1, 5]],
  [{ lang: { $ne: "en" } }, [0, 2, 3, 4, 6, 7, 8, 9]],
  [{ year: 2024 }, [1]],
  [{ year: "2024" }, [4]],
  [{ open: true }, [1]],
  [{ open: { $ne: true } }, [0, 2, 3, 4, 5, 6, 7, 8, 9]],
  [{ year: { $gt: 2024 } }, [2, 3]],
  [{ year: { $gte: 2024 } }, [1, 2, 3]],
  [{ year: { $lt: 2025 } }, [1]],
  [{ year: { $lte: 2025 } }, [1, 2]],
  [{ year: { $gt: 2024, $lt: 2026 } }, [2]],
  [{ rating: { $gte: -0.25 } }, [1, 5]],
  [{ lang: { $in: ["de", 7] } }, [2, 4, 5]],
  [{ lang: { $nin: ["de", 7] } }, [0, 1, 3, 6, 7, 8, 9]],
  [{ lang: { $in: [] } }, []],
  [{ tags: "a" }, [1, 4]],
  [{ tags: { $contains: "b" } }, [1, 2]],
  [{ tags: { $all: ["a", "b"] } }, [1]],
  [{ tags: { $in: ["a"] } }, [1, 4]],
  [{ rating: { $exists: true } }, [1, 5]],
  [{ rating: { $exists: false } }, [0, 2, 3, 4, 6, 7, 8, 9]],
  [{ lang: { $exists: true } }, [1, 2, 4, 5]],
  [{ lang: null }, [0, 3, 6, 7, 8, 9]],
  [{ "author.name": "Ada" }, [2]],
  [{ "author.name": "Flat" }, [5]],
  [{ "loc.lines.from": { $lte: 1 } }, [6]],
  [{ lang: { $like: "e%" } }, [1, 5]],
  [{ lang: { $ilike: "E_" } }, [1, 5]],
  [{ $and: [{ lang: "en" }, { year: { $gte: 2000 } }] }, [1]],
  [{ lang: "en", year: 2024 }, [1]],
  [{ $or: [{ lang: "de" }, { year: 2026 }] }, [2, 3, 5]],
  [{ $nor: [{ lang: "de" }, { year: 2026 }] }, [0, 1, 4, 6, 7, 8, 9]],
  [{ $not: { lang: "en" } }, [0, 2, 3, 4, 6, 7, 8, 9]],
  [{ year: { $not: { $gt: 2024 } } }, [0, 1, 4, 5, 6, 7, 8, 9]],
  [{ $and: [{ $or: [{ lang: "en" }, { lang: "de" }] }, { $not: { open: false } }] }, [1, 5]],
  [{ missing: "x" }, []],
  [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
];

/** The operators that a filter uses. */
function operatorsOf(filter: unknown): string[] {
  if (Array.isArray(filter)) return filter.flatMap(operatorsOf);
  if (typeof filter !== "object" || filter === null) return [];
  return Object.entries(filter).flatMap(([key, value]) => [
    ...(key.startsWith("$") ? [key] : []),
    ...operatorsOf(value),
  ]);
}

/** Runs the contract. */
export function testAdapter(contract: AdapterContract): void {
  const { operators, dates = true, skip = [] } = contract;
  const knows = (filter: ContractFilter): boolean =>
    operators === undefined || operatorsOf(filter).every((one) => operators.includes(one));

  const test = (name: AdapterTest, body: () => Promise<void>): void => {
    const reason = skip.find((one) => one.test === name)?.reason;
    it.skipIf(reason !== undefined)(reason === undefined ? tests[name] : `${tests[name]} (${reason})`, body);
  };

  const open = async (filled: readonly ContractDocument[] = []): Promise<ContractStore> => {
    const store = await contract.open(await memoryDatabase(), "docs");
    if (filled.length > 0) await store.add(filled);
    return store;
  };

  /** The ids of everything that a filter lets through. */
  const found = async (store: ContractStore, filter?: ContractFilter): Promise<(string | undefined)[]> => {
    const hits = await store.search("document", { limit: 1000, ...(filter === undefined ? {} : { filter }) });
    return hits.map((hit) => hit.id).sort();
  };

  describe("the contract of adapters", () => {
    test("givenIds", async () => {
      const store = await open();
      const given = documents.map(({ id }) => id);
      expect(await store.add(documents)).toEqual(given);
      expect(await found(store)).toEqual(given);
    });

    test("generatedIds", async () => {
      const store = await open();
      const ids = await store.add([{ text: "one" }, { id: "mine", text: "two" }, { text: "three" }]);
      expect(ids[1]).toBe("mine");
      expect(new Set(ids).size).toBe(3);
      expect(await found(store)).toEqual([...ids].sort());
    });

    test("upsert", async () => {
      const store = await open([
        { id: "a", text: "the old text", metadata: { version: 1, old: true } },
        { id: "b", text: "another" },
      ]);
      await store.add([{ id: "a", text: "something new", metadata: { version: 2 } }]);
      expect(await found(store)).toEqual(["a", "b"]);
      const [hit] = await store.search("something new", { limit: 1 });
      expect(hit).toMatchObject({ id: "a", text: "something new" });
      expect(hit?.metadata).toEqual({ version: 2 });
      expect(hit?.score).toBeCloseTo(1, 5);
    });

    test("sameIdTwice", async () => {
      const store = await open([
        { id: "a", text: "first" },
        { id: "a", text: "second" },
      ]);
      const hits = await store.search("second", { limit: 10 });
      expect(hits.map(({ id, text }) => [id, text])).toEqual([["a", "second"]]);
      const again = [
        { id: "a", text: "third" },
        { id: "b", text: "other" },
        { id: "a", text: "fourth" },
      ];
      expect(await store.add(again)).toEqual(["a", "b"]);
      const [first] = await store.search("fourth", { limit: 1 });
      expect(first?.text).toBe("fourth");
    });

    test("oddIds", async () => {
      const store = await open(
        ["1", "2", "12", "null", "undefined", "[object Object]"].map((id) => ({ id, text: id })),
      );
      const before = await found(store);
      for (const ids of oddIds) {
        await expect(store.deleteIds(ids as string[]), describeOdd(ids)).rejects.toMatchObject({
          code: "INVALID_ARGUMENT",
        });
        expect(await found(store), describeOdd(ids)).toEqual(before);
      }
    });

    test("oddFilters", async () => {
      const store = await open(documents);
      for (const filter of oddFilters) {
        if (!knows(filter as ContractFilter)) continue;
        await store.deleteFilter?.(filter as ContractFilter).catch((error: { code?: string }) => {
          expect(["INVALID_ARGUMENT", "INVALID_FILTER"], describeOdd(filter)).toContain(error.code);
        });
        expect(await found(store), describeOdd(filter)).toHaveLength(documents.length);
      }
    });

    test("loaders", async () => {
      const loaded = Object.values(loaderDocuments()).flat();
      expect(loaded.length).toBeGreaterThan(6);
      const store = await open(
        loaded.map(({ pageContent, metadata }, index) => ({ id: `${index}`, text: pageContent, metadata })),
      );
      const hits = await store.search("refunds", { limit: 100 });
      for (const [index, { metadata }] of loaded.entries()) {
        const hit = hits.find(({ id }) => id === `${index}`);
        expect(hit?.metadata).toEqual(JSON.parse(JSON.stringify(metadata)));
      }
    });

    test("plainMetadata", async () => {
      const store = await open([{ id: "a", text: "plain", metadata: unplain() }]);
      const [hit] = await store.search("plain", { limit: 1 });
      expect(hit?.metadata).toEqual(plain);
      for (const [metadata, way] of refusedMetadata()) {
        const adding = store.add([
          { id: "b", text: "b" },
          { id: "c", text: "c", metadata },
        ]);
        await expect(adding, way).rejects.toMatchObject({ code: "INVALID_ROW", where: { row: 1 } });
        await expect(adding, way).rejects.toThrow(way);
      }
      expect(await found(store)).toEqual(["a"]);
    });

    test("vectors", async () => {
      for (const filled of [[], documents]) {
        const store = await open(filled);
        for (const vector of [[], [Number.NaN], null, "12", {}]) {
          await expect(
            store.searchVector?.(vector as number[]) ?? Promise.reject(new Error("none")),
            JSON.stringify(vector),
          ).rejects.toThrow();
        }
      }
      const store = await open(documents);
      await expect(store.searchVector?.([1, 2, 3]) ?? Promise.reject(new Error("none"))).rejects.toThrow();
    });

    test("contains", async () => {
      const store = await open([
        { id: "a", text: "a", metadata: { v: "abc" } },
        { id: "b", text: "b", metadata: { v: ["abc", "b"] } },
        { id: "c", text: "c", metadata: { v: ["abc"] } },
        { id: "d", text: "d", metadata: { v: "50%" } },
        { id: "e", text: "e", metadata: { v: 5 } },
      ]);
      expect(await found(store, { v: { $contains: "b" } })).toEqual(["a", "b"]);
      expect(await found(store, { v: { $contains: "%" } })).toEqual(["d"]);
    });

    test("prefix", async () => {
      const store = await open([
        { id: "a", text: "a", metadata: { lang: "en" } },
        { id: "b", text: "b", metadata: { lang: "de", "metadata.lang": "en" } },
        { id: "c", text: "c", metadata: { lang: "en", "metadata.lang": "de" } },
        { id: "d", text: "d", metadata: { lang: "de" } },
      ]);
      expect(await found(store, { "metadata.lang": "en" })).toEqual(["a", "b"]);
      const negated = { "metadata.lang": { $ne: "en" } };
      const hasOwnRules = skip.some((one) => one.test === "filters");
      if (knows(negated) && !hasOwnRules) expect(await found(store, negated)).toEqual(["c", "d"]);
    });

    test("taken", async () => {
      const store = await open();
      const metadata = { deep: { tags: ["a"] }, at: "then" };
      const adding: ContractDocument[] = [
        { id: "a", text: "first", metadata },
        { id: "b", text: "second", metadata: {} },
      ];
      const added = store.add(adding);
      metadata.deep.tags.push("b");
      metadata.at = "now";
      adding.length = 0;
      await added;
      const hits = await store.search("first", { limit: 5 });
      expect(hits.map(({ id, metadata: kept }) => [id, kept])).toEqual([
        ["a", { deep: { tags: ["a"] }, at: "then" }],
        ["b", {}],
      ]);
    });

    test("closed", async () => {
      const store = await open(documents);
      await store.close?.();
      await store.close?.();
      const calls = [
        store.search("document", { limit: 1 }),
        store.add(documents.slice(0, 1)),
        store.deleteIds(["d0"]),
      ];
      for (const call of calls) await expect(call).rejects.toMatchObject({ code: "CLOSED" });
    });

    test("nothing", async () => {
      const store = await open(documents.slice(0, 1));
      expect(await store.add([])).toEqual([]);
      await store.deleteIds([]);
      expect(await found(store)).toEqual(["d0"]);
    });

    test("deleteIds", async () => {
      const store = await open(documents);
      await store.deleteIds(["d1", "d3", "nobody"]);
      expect(await found(store)).toEqual(["d0", "d2", "d4", "d5", "d6", "d7", "d8", "d9"]);
    });

    test("deleteFilter", async () => {
      const store = await open(documents);
      await store.deleteFilter?.({ year: { $gte: 2025 } });
      expect(await found(store)).toEqual(["d0", "d1", "d4", "d5", "d6", "d7", "d8", "d9"]);
      await expect(store.deleteFilter?.({}), "an empty filter would delete everything").rejects.toThrow();
      expect(await found(store)).toHaveLength(8);
    });

    test("deleteAll", async () => {
      const store = await open(documents);
      await store.deleteAll?.();
      expect(await found(store)).toEqual([]);
      await store.add(documents.slice(0, 2));
      expect(await found(store)).toEqual(["d0", "d1"]);
    });

    test("roundTrip", async () => {
      const all = dates ? [...documents, { id: "dated", text: "with dates", metadata: dated }] : documents;
      for (const way of ["in one call", "one after another"]) {
        const store = await open();
        if (way === "in one call") await store.add(all);
        else for (const document of all) await store.add([document]);
        const hits = await store.search("document", { limit: 100 });
        expect(hits).toHaveLength(all.length);
        for (const { id, metadata } of all) {
          expect(hits.find((hit) => hit.id === id)?.metadata, way).toStrictEqual(metadata);
        }
      }
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    });

    test("texts", async () => {
      const texts = [" spaces \n", "日本語 👩‍👩‍👧‍👦 e\u0301", "x".repeat(100_000), "a\u0000b", "'\"\\`${x}"];
      const store = await open(texts.map((text, index) => ({ id: String(index), text })));
      for (const [index, text] of texts.entries()) {
        const [hit] = await store.search(text, { limit: 1 });
        expect([hit?.id, hit?.text]).toEqual([String(index), text]);
      }
    });

    test("order", async () => {
      const words = ["red", "green", "blue", "river", "stone", "music"];
      const texts = words.flatMap((a) => words.map((b) => `${a} ${b}`));
      const store = await open(texts.map((text) => ({ id: text, text })));
      for (const query of ["red river", "stone", "music blue green"]) {
        const hits = await store.search(query, { limit: 7 });
        const near = (text: string): number => cosine(contractVector(query), contractVector(text));
        const expected = texts.map(near).sort((a, b) => b - a);
        expect(hits).toHaveLength(7);
        for (const [index, hit] of hits.entries()) {
          expect(near(hit.text)).toBeCloseTo(expected[index] ?? Number.NaN, 4);
          expect(hit.score).toBeGreaterThanOrEqual(0);
          expect(hit.score).toBeLessThanOrEqual(1);
          if (index > 0) expect(hit.score).toBeLessThanOrEqual(hits[index - 1]?.score ?? 0);
        }
      }
      const [same] = await store.search("red river", { limit: 1 });
      expect(same?.score).toBeCloseTo(1, 5);
    });

    test("fewer", async () => {
      const store = await open(documents.slice(0, 3));
      expect(await store.search("document", { limit: 50 })).toHaveLength(3);
      expect(await store.search("document", { limit: 2 })).toHaveLength(2);
    });

    test("empty", async () => {
      const store = await open();
      expect(await store.search("document", { limit: 3 })).toEqual([]);
      const emptied = await open(documents);
      await emptied.deleteIds(documents.map(({ id }) => id ?? ""));
      expect(await emptied.search("document", { limit: 3 })).toEqual([]);
    });

    test("filters", async () => {
      const store = await open(documents);
      const known = filters.filter(([filter]) => knows(filter));
      expect(known.length).toBeGreaterThan(5);
      for (const [filter, ids] of known) {
        expect(await found(store, filter), JSON.stringify(filter)).toEqual(ids.map((index) => `d${index}`));
      }
      if (dates) {
        await store.add([{ id: "dated", text: "dated", metadata: dated }]);
        const before = { at: { $lt: new Date("2026-02-03T04:05:06.790Z") } };
        if (knows(before)) expect(await found(store, before)).toEqual(["dated"]);
      }
    });

    test("filterFirst", async () => {
      const many = Array.from({ length: 300 }, (_, index) => ({
        id: `n${index}`,
        text: index < 5 ? "far away from all of it" : "near near near",
        metadata: { far: index < 5 },
      }));
      const store = await open(many);
      const hits = await store.search("near near near", { limit: 5, filter: { far: true } });
      expect(hits.map(({ id }) => id).sort()).toEqual(["n0", "n1", "n2", "n3", "n4"]);
    });

    test("badFilter", async () => {
      const store = await open(documents);
      const wrong = [
        { $where: "1" },
        { lang: { $regex: "e" } },
        { lang: { $eq: { $gt: "" } } },
        { lang: undefined },
      ];
      for (const filter of wrong) {
        await expect(
          store.search("document", { limit: 1, filter }),
          JSON.stringify(filter),
        ).rejects.toThrow();
      }
    });

    test("asOf", async () => {
      const db = await memoryDatabase();
      const store = await contract.open(db, "docs");
      await store.add([{ id: "a", text: "the first text", metadata: { n: 1 } }]);
      const { version } = await (await db.openTable("docs")).tag("first");
      await store.add([
        { id: "a", text: "the second text", metadata: { n: 2 } },
        { id: "b", text: "another text", metadata: { n: 2 } },
      ]);
      const second = await (await db.openTable("docs")).version();
      await store.deleteIds(["a"]);
      for (const at of [version, { tag: "first" }] satisfies AsOf[]) {
        const past = await store.asOf?.(at);
        const hits = await past?.search("text", { limit: 5 });
        expect(hits?.map(({ id, text }) => [id, text])).toEqual([["a", "the first text"]]);
        expect(hits?.[0]?.metadata).toEqual({ n: 1 });
        expect(await past?.search("text", { limit: 5, filter: { n: 2 } })).toEqual([]);
        await expect(past?.add([{ id: "c", text: "too late" }])).rejects.toThrow();
        await expect(past?.deleteIds(["a"])).rejects.toThrow();
      }
      const between = await store.asOf?.(second);
      expect((await between?.search("text", { limit: 5 }))?.map(({ id }) => id).sort()).toEqual(["a", "b"]);
      expect(await found(store)).toEqual(["b"]);
    });

    test("concurrent", async () => {
      const db = await memoryDatabase();
      const stores = await Promise.all(Array.from({ length: 8 }, () => contract.open(db, "docs")));
      await Promise.all(
        stores.flatMap((store, who) =>
          Array.from({ length: 5 }, async (_, index) => {
            await store.add([{ id: `${who}-${index}`, text: `text ${who} ${index}`, metadata: { who } }]);
            const hits = await store.search(`text ${who} ${index}`, { limit: 50, filter: { who } });
            expect(hits.map(({ id }) => id)).toContain(`${who}-${index}`);
          }),
        ),
      );
      for (const store of stores) expect(await found(store)).toHaveLength(40);
    });

    test("concurrentUpsert", async () => {
      const db = await memoryDatabase();
      const stores = await Promise.all(Array.from({ length: 6 }, () => contract.open(db, "docs")));
      await Promise.all(
        stores.map((store, who) => store.add([{ id: "a", text: `text of ${who}`, metadata: { who } }])),
      );
      const [first] = stores;
      const hits = (await first?.search("text", { limit: 10 })) ?? [];
      expect(hits).toHaveLength(1);
      expect(hits[0]?.text).toBe(`text of ${String(hits[0]?.metadata["who"])}`);
    });

    test("reopen", async () => {
      const folder = temporaryFolder();
      const db = await connect(folder);
      const store = await contract.open(db, "docs");
      await store.add(documents);
      const before = await store.search("document number 3", { limit: 100 });
      await db.close();
      const again = await connect(folder);
      try {
        const opened = await contract.open(again, "docs");
        expect(await opened.search("document number 3", { limit: 100 })).toEqual(before);
        await opened.add([{ id: "new", text: "new" }]);
        expect(await found(opened)).toHaveLength(documents.length + 1);
      } finally {
        await again.close();
      }
    });

    test("hostileMetadata", async () => {
      const store = await open();
      const written: { id: string; key: string; value: unknown }[] = [];
      let refused = 0;
      for (const [index, { key, value }] of hostileEntries().entries()) {
        const id = `h${index}`;
        const adding = store.add([{ id, text: "document", metadata: { [key]: value } }]);
        await adding.then(
          () => written.push({ id, key, value }),
          () => (refused += 1),
        );
      }
      expect(written.length + refused).toBe(200);
      const matched = new Set<string>();
      for (const { key, value } of hostileEntries()) {
        const expected = written.filter((one) => one.key === key && one.value === value).map(({ id }) => id);
        const ids = await found(store, { [key]: value }).catch(() => undefined);
        if (ids === undefined) continue;
        expect(ids, `${key.slice(0, 80)} = ${String(value).slice(0, 80)}`).toEqual(expected.sort());
        for (const id of ids) matched.add(id ?? "");
      }
      expect(matched.size, "most are matched, not refused").toBeGreaterThan(150);
      const all = await store.search("document", { limit: 1000 });
      for (const { id, key, value } of written) {
        expect(all.find((hit) => hit.id === id)?.metadata).toStrictEqual({ [key]: value });
      }
    });

    test("hostileIds", async () => {
      const store = await open();
      const ids = [...new Set(hostileEntries().map(({ key }) => key))];
      const written: string[] = [];
      for (const id of ids) {
        await store.add([{ id, text: "document" }]).then(
          () => written.push(id),
          () => undefined,
        );
      }
      expect(written.length).toBeGreaterThan(ids.length - 10);
      expect(await found(store)).toEqual([...written].sort());
      const gone = written.filter((_, index) => index % 2 === 0);
      for (const id of gone) await store.deleteIds([id]);
      expect(await found(store)).toEqual(written.filter((_, index) => index % 2 === 1).sort());
    });
  });
}
