// The store of LangGraph: what its own store in memory answers, ours answers too, and knows what was before.

import { Embeddings } from "@langchain/core/embeddings";
import {
  type BaseStore,
  InMemoryStore,
  type Item,
  type Operation,
  type SearchItem,
} from "@langchain/langgraph-checkpoint";
import { connect, type VarveError } from "varve";
import { fromLangChain } from "varve/embeddings";
import { VarveStore, type VarveStoreConfig } from "varve/langgraph";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding, hashVector } from "../support/hash-embedding";

const DIMENSIONS = 64;

class HashEmbeddings extends Embeddings {
  constructor() {
    super({});
  }
  override embedDocuments(texts: string[]): Promise<number[][]> {
    return Promise.all(texts.map((text) => this.embedQuery(text)));
  }
  override embedQuery(text: string): Promise<number[]> {
    return Promise.resolve([...(hashVector(text, DIMENSIONS) ?? new Float32Array(DIMENSIONS))]);
  }
}

async function varve(options: Partial<VarveStoreConfig> = {}): Promise<VarveStore> {
  const embedding = hashEmbedding({ dimensions: DIMENSIONS });
  return new VarveStore({ db: await memoryDatabase(), embedding, fields: ["text"], ...options });
}

function inMemory(): BaseStore {
  return new InMemoryStore({
    index: { dims: DIMENSIONS, embeddings: new HashEmbeddings(), fields: ["text"] },
  });
}

const byKey = (items: readonly { namespace: string[]; key: string }[]): string[] =>
  items.map(({ namespace, key }) => [...namespace, key].join("/")).sort();

const best = (items: readonly SearchItem[]): unknown[] =>
  items.map(({ key, score }) => [key, score?.toFixed(4)]);

async function filled(store: BaseStore): Promise<BaseStore> {
  await store.put(["users", "ada"], "food", {
    text: "allergic to nuts",
    kind: "fact",
    weight: 3,
    tags: ["a"],
  });
  await store.put(["users", "ada"], "city", { text: "lives in Bern", kind: "fact", weight: 1, old: true });
  await store.put(["users", "ada", "notes"], "n1", { text: "asked about trains", kind: "note" });
  await store.put(["users", "adam"], "food", { text: "likes nuts and figs", kind: "fact", weight: 2 });
  await store.put(["docs"], "a:b", { text: "a page", kind: "page", nothing: null });
  return store;
}

const searched = (filter: Record<string, unknown>) => async (store: BaseStore) =>
  byKey(await store.search([], { filter, limit: 50 }));

type Results = [undefined, null, Item, undefined, undefined, Item[], string[][]];

/** What is asked of both stores, which must answer alike. */
const cases: Record<string, (store: BaseStore) => Promise<unknown>> = {
  "an item": async (store) => {
    const item = await store.get(["users", "ada"], "food");
    return [item?.key, item?.namespace, item?.value, item?.createdAt instanceof Date];
  },
  "an item that is not there": (store) => store.get(["users", "ada"], "nothing"),
  "an item of a namespace above": (store) => store.get(["users"], "ada"),
  "what was replaced": async (store) => {
    const before = await store.get(["docs"], "a:b");
    const created = before?.createdAt;
    await store.put(["docs"], "a:b", { text: "another page" });
    const item = await store.get(["docs"], "a:b");
    return [item?.value, item?.createdAt.getTime() === created?.getTime()];
  },
  "what was deleted": async (store) => {
    await store.delete(["users", "ada"], "food");
    await store.delete(["users", "ada"], "never there");
    return [await store.get(["users", "ada"], "food"), byKey(await store.search(["users"]))];
  },
  "everything below a namespace": async (store) => byKey(await store.search(["users", "ada"])),
  everything: async (store) => byKey(await store.search([])),
  "a page of them": async (store) => (await store.search(["users"], { limit: 2, offset: 1 })).length,
  "nothing at all": (store) => store.search(["users"], { limit: 0 }),
  "a filter by a text": searched({ kind: "fact" }),
  "a filter by a number": searched({ weight: 2 }),
  "a filter by a boolean": searched({ old: true }),
  "a filter by two keys": searched({ kind: "fact", weight: { $gte: 2 } }),
  $eq: searched({ kind: { $eq: "note" } }),
  $ne: searched({ kind: { $ne: "fact" } }),
  "$ne where some have no value": searched({ weight: { $ne: 2 } }),
  "$gt and $lt": searched({ weight: { $gt: 1, $lt: 3 } }),
  $lte: searched({ weight: { $lte: 2 } }),
  $in: searched({ kind: { $in: ["note", "page"] } }),
  "$in of nothing": searched({ kind: { $in: [] } }),
  $nin: searched({ kind: { $nin: ["fact"] } }),
  "a filter that asks nothing": searched({}),
  "a filter by keys that look like paths and operators": async (store) => {
    const odd = { "a.b": 1, $or: "x", $not: 2, "": 3, value: 4, a: { c: 1 }, "metadata.k": 5 };
    await store.put(["odd"], "keys", odd);
    await store.put(["odd"], "nested", { a: { b: 1 }, metadata: { k: 5 }, k: 5 });
    const filters = [
      { "a.b": 1 },
      { "a.b": { $in: [1, 2] } },
      { "a.c": 1 },
      { "a.c": { $ne: 1 } },
      { $or: "x" },
      { $or: { $ne: "x" }, $not: { $gt: 1 } },
      { $not: 2 },
      { "": 3 },
      { value: { $lt: 5 } },
      { "metadata.k": 5 },
    ];
    return await Promise.all(filters.map(async (filter) => await searched(filter)(store)));
  },
  "a filter by values of several types": async (store) => {
    const values = [1, "1", true, ["1"], { b: 1 }, null, "one", 2];
    for (const [n, a] of values.entries()) await store.put(["types"], String(n), { a });
    const filters = [
      1,
      "1",
      true,
      { $ne: 1 },
      { $ne: "1" },
      { $in: [1, "1"] },
      { $nin: [1, "1"] },
      { $nin: [true] },
    ];
    return await Promise.all(filters.map(async (a) => await searched({ a })(store)));
  },
  "the nearest": async (store) =>
    best(await store.search(["users"], { query: "allergic to nuts", limit: 2 })),
  "the nearest below a namespace": async (store) =>
    best(await store.search(["users", "adam"], { query: "nuts" })),
  "the nearest with a filter": async (store) =>
    best(await store.search([], { query: "nuts figs", filter: { weight: { $lt: 3 } }, limit: 1 })),
  "the second": async (store) =>
    best(await store.search(["users"], { query: "allergic to nuts", limit: 1, offset: 1 })),
  "a path of its own": async (store) => {
    await store.put(["users", "eve"], "x", { text: "zebras", title: "about nuts" }, ["title"]);
    return best(await store.search(["users", "eve"], { query: "about nuts" }));
  },
  "all namespaces": (store) => store.listNamespaces(),
  "namespaces by a prefix": (store) => store.listNamespaces({ prefix: ["users"] }),
  "namespaces by a prefix with any label": (store) => store.listNamespaces({ prefix: ["*", "ada"] }),
  "namespaces by a suffix": (store) => store.listNamespaces({ suffix: ["notes"] }),
  "namespaces to a depth": (store) => store.listNamespaces({ maxDepth: 1 }),
  "a page of namespaces": (store) => store.listNamespaces({ limit: 2, offset: 1 }),
  "a batch, in its order, reads before its writes": async (store) => {
    const operations: Operation[] = [
      { namespace: ["b"], key: "1", value: { text: "first" } },
      { namespace: ["b"], key: "1" },
      { namespace: ["docs"], key: "a:b" },
      { namespace: ["b"], key: "1", value: { text: "second" } },
      { namespace: ["docs"], key: "a:b", value: null },
      { namespacePrefix: ["docs"] },
      { matchConditions: [{ matchType: "prefix", path: ["docs"] }], limit: 5, offset: 0 },
    ];
    const [, b, doc, , , docs, names] = (await store.batch(operations)) as unknown as Results;
    const after = await store.get(["b"], "1");
    return [b, doc.key, byKey(docs), names, after?.value, await store.get(["docs"], "a:b")];
  },
};

/** What both refuse, with the same error. */
const refusals: Record<string, (store: BaseStore) => Promise<unknown>> = {
  "an empty namespace": (store) => store.put([], "a", {}),
  "a label with a period": (store) => store.put(["a.b"], "a", {}),
  "a label with a colon": (store) => store.put(["a:b"], "a", {}),
  "an empty label": (store) => store.put([""], "a", {}),
  "a label with NUL": (store) => store.get(["a\0"], "a"),
  "the root of LangGraph": (store) => store.put(["langgraph"], "a", {}),
  "an empty namespace in a batch": (store) => store.batch([{ namespace: [], key: "a", value: {} }]),
  "an odd label of a search": (store) => store.search(["a.b"]),
};

async function refusal(run: () => unknown): Promise<string> {
  try {
    await run();
    return "taken";
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return [code ?? "", message, hint ?? ""].join(" | ");
  }
}

describe("a store answers as the one of LangGraph does", () => {
  it.each(Object.entries(cases))("%s", async (_, ask) => {
    const expected = await ask(await filled(inMemory()));
    expect(await ask(await filled(await varve()))).toEqual(expected);
  });

  it.each(Object.entries(refusals))("and refuses %s", async (_, ask) => {
    const expected = await refusal(() => ask(inMemory()));
    expect(expected).not.toBe("taken");
    expect(await refusal(async () => await ask(await varve()))).toBe(expected);
  });
});

describe("a store", () => {
  it("knows what it knew", async () => {
    const store = await varve();
    await store.put(["ada"], "diet", { text: "eats everything" });
    await store.put(["ada"], "diet", { text: "eats no nuts" });
    await store.delete(["ada"], "diet");
    expect(await store.get(["ada"], "diet")).toBeNull();
    expect((await store.asOf(1).get(["ada"], "diet"))?.value).toEqual({ text: "eats everything" });
    const [then] = await store.asOf(2).search(["ada"], { query: "nuts" });
    expect(then?.value).toEqual({ text: "eats no nuts" });
    const history = await store.history(["ada"], "diet");
    expect(history.map(({ from, to, row }) => [row.value["text"], from.version, to?.version])).toEqual([
      ["eats everything", 1, 2],
      ["eats no nuts", 2, 3],
    ]);
    expect(await store.asOf(1).history(["ada"], "diet")).toMatchObject([{ to: null }]);
  });

  it("writes a batch as one commit, and reads nothing that others write meanwhile", async () => {
    const store = await varve();
    const puts = Array.from(
      { length: 20 },
      (_, n): Operation => ({ namespace: ["n"], key: `${n}`, value: { n } }),
    );
    await store.batch(puts);
    await store.batch([
      { namespace: ["n"], key: "0", value: null },
      { namespace: ["m"], key: "0", value: { n: 1 } },
    ]);
    const t = await (await store.database()).openTable("langgraph_store");
    expect((await t.history()).map(({ inserted, deleted }) => [inserted, deleted])).toEqual([
      [1, 1],
      [20, 0],
    ]);
  });

  it("forgets an item, or all below a namespace, where that is asked for", async () => {
    const store = await varve();
    await store.put(["ada"], "a", { text: "one" });
    await store.put(["ada"], "a", { text: "two" });
    await store.put(["ada", "x"], "b", { text: "three" });
    await store.put(["adam"], "c", { text: "four" });
    await store.delete(["ada"], "a", { purge: true });
    expect(await store.history(["ada"], "a")).toEqual([]);
    expect(await store.asOf(1).get(["ada"], "a")).toBeNull();
    expect(await store.purge(["ada"])).toBe(1);
    expect(byKey(await store.asOf(3).search([]))).toEqual([]);
    expect(byKey(await store.search([]))).toEqual(["adam/c"]);
  });

  it("shows the newest first where nothing is asked for", async () => {
    const store = await varve();
    for (const key of ["a", "b", "c"]) {
      await store.put(["n"], key, { text: key });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await store.put(["n"], "a", { text: "again" });
    expect((await store.search(["n"])).map(({ key }) => key)).toEqual(["a", "c", "b"]);
  });

  it("finds by a query only what is indexed, by the paths that are given", async () => {
    const store = await varve({ fields: ["facts[*].text", "title"] });
    await store.put(["n"], "a", { title: "plain", facts: [{ text: "walnuts" }, { text: "trains" }] });
    await store.put(["n"], "b", { title: "walnuts" }, false);
    expect((await store.search(["n"], { query: "walnuts" })).map(({ key }) => key)).toEqual(["a"]);
    await store.put(["n"], "a", { title: "walnuts", list: [["x", "figs"]] }, ["list[0][-1]"]);
    const [hit] = await store.search(["n"], { query: "figs" });
    expect(hit?.score).toBeCloseTo(1, 5);
    expect(hit).not.toHaveProperty("vector");
  });

  it("searches by words where nothing is embedded", async () => {
    const store = await varve({ embedding: undefined });
    await filled(store);
    expect((await store.search(["users"], { query: "nuts" })).map(({ key }) => key)).toEqual([
      "food",
      "food",
    ]);
    expect(await store.search([], { query: "elephants" })).toEqual([]);
  });

  it("takes embeddings of LangChain as a function", async () => {
    const embedding = fromLangChain(new HashEmbeddings(), { name: "hashes", dimensions: DIMENSIONS });
    const store = await varve({ embedding });
    await filled(store);
    const [hit] = await store.search(["users"], { query: "allergic to nuts" });
    expect(hit?.key).toBe("food");
  });

  it("keeps values as JSON, as they were at the call", async () => {
    const store = await varve();
    const value = {
      text: "x",
      at: new Date(0),
      list: [1, undefined],
      deep: { "a.b": null },
      gone: undefined,
    };
    const putting = store.put(["n"], "a", value);
    value.text = "changed";
    await putting;
    expect((await store.get(["n"], "a"))?.value).toEqual({
      text: "x",
      at: "1970-01-01T00:00:00.000Z",
      list: [1, null],
      deep: { "a.b": null },
    });
  });

  it("is shared by several databases on one folder", async () => {
    const folder = temporaryFolder();
    const stores = [new VarveStore({ location: folder }), new VarveStore({ location: folder })];
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    await Promise.all(
      stores.flatMap((store, n) =>
        Array.from({ length: 10 }, (_, m) => store.put(["n", `${n}`], `${m}`, { text: `${n} ${m}` })),
      ),
    );
    await Promise.all(stores.map((store, n) => store.put(["same"], "key", { text: `same ${n}` })));
    expect((await stores[0]?.search([], { limit: 100 }))?.length).toBe(21);
    expect((await stores[1]?.history(["same"], "key"))?.length).toBe(2);
  });

  it("opens what another one made", async () => {
    const db = await connect("memory:");
    onTestFinished(() => db.close());
    await (await VarveStore.open(db, { table: "memories" })).put(["n"], "a", { text: "x" });
    expect(await db.tables()).toEqual(["memories"]);
    const other = await VarveStore.open("memory:");
    expect(await other.search([])).toEqual([]);
    await other.close();
    expect(await refusal(() => other.search([]))).toContain("CLOSED");
  });
});

/** What is refused, with a message that says what to do. */
const odd: Record<string, (store: VarveStore) => unknown> = {
  "a write to the past": (store) => store.asOf(0).put(["n"], "a", {}),
  "a deletion in the past": (store) => store.asOf(0).delete(["n"], "a", { purge: true }),
  "a purge of the past": (store) => store.asOf(0).purge(["n"]),
  "a purge of everything": (store) => store.purge([]),
  "a namespace that is a text": (store) => store.batch([{ namespace: "n" as never, key: "a" }]),
  "a key that is a number": (store) => store.batch([{ namespace: ["n"], key: 1 as never }]),
  "a value that is a list": (store) => store.put(["n"], "a", [1]),
  "a value that is a text": (store) => store.put(["n"], "a", "x" as never),
  "a value that is nothing": (store) => store.put(["n"], "a", undefined as never),
  "a value that JSON cannot hold": (store) => store.put(["n"], "a", { deep: { n: Number.NaN } }),
  "an index that is a text": (store) => store.put(["n"], "a", {}, "x" as never),
  "no operation": (store) => store.batch([{ other: 1 } as never]),
  "no list of operations": (store) => store.batch({} as never),
  "an unknown operator": (store) => store.search([], { filter: { a: { $regex: "x" } } }),
  "an object in a filter": (store) => store.search([], { filter: { a: { b: 1 } } }),
  "a list in a filter": (store) => store.search([], { filter: { a: [1] } }),
  "an empty condition": (store) => store.search([], { filter: { a: {} } }),
  "$in of a text": (store) => store.search([], { filter: { a: { $in: "x" } } }),
  "a filter that is a text": (store) => store.search([], { filter: "a" as never }),
  "a limit that is none": (store) => store.search([], { limit: -1 }),
  "a query that is a number": (store) => store.search([], { query: 1 as never }),
  "a condition of namespaces that is none": (store) =>
    store.batch([{ matchConditions: [{ matchType: "infix" as never, path: ["a"] }], limit: 1, offset: 0 }]),
  "an embedding that is none": () => varve({ embedding: new HashEmbeddings() as never }),
  "paths that are a text": () => varve({ fields: "text" as never }),
  "a way to search that there is not": () => varve({ searchMode: "fast" as never }),
  "an option that there is not": () => varve({ fild: 1 } as never),
  "an option of delete that there is not": (store) => store.delete(["n"], "a", { purg: true } as never),
  "no database": () => new VarveStore({}),
  "a table that is embedded, without its function": async (store) => {
    await store.put(["n"], "a", { text: "x" });
    await new VarveStore({ db: await store.database() }).put(["n"], "b", { text: "y" });
  },
  "a table that another function embeds": async (store) => {
    await store.put(["n"], "a", { text: "x" });
    const embedding = hashEmbedding({ name: "other", dimensions: DIMENSIONS });
    await new VarveStore({ db: await store.database(), embedding }).search([]);
  },
};

it("is closed with its past, also where the database stays open", async () => {
  const store = await varve();
  await store.put(["n"], "a", { text: "x" });
  const past = store.asOf(1);
  expect(await past.get(["n"], "a")).not.toBeNull();
  const db = await store.database();
  await store.close();
  expect(await refusal(() => past.get(["n"], "a"))).toBe(await refusal(() => store.get(["n"], "a")));
  expect(await db.tables()).toEqual(["langgraph_store"]);
});

it("finds nothing that is missing by a condition, and everything that is missing by its opposite", async () => {
  const store = await varve();
  await store.put(["n"], "null", { a: null });
  await store.put(["n"], "none", {});
  await store.put(["n"], "some", { a: 1 });
  const keys = async (a: unknown) => byKey(await store.search([], { filter: { a } }));
  expect(await keys(null)).toEqual(["n/none", "n/null"]);
  expect(await keys({ $ne: null })).toEqual(["n/some"]);
  expect(await keys({ $in: [null, 1] })).toEqual(["n/none", "n/null", "n/some"]);
  expect(await keys({ $nin: [null] })).toEqual(["n/some"]);
  expect(await keys({ $nin: [1] })).toEqual(["n/none", "n/null"]);
});

describe("a store refuses", () => {
  it.each(Object.entries(odd))("%s", async (_, run) => {
    const store = await varve();
    expect(await refusal(() => run(store))).toMatchSnapshot();
    expect(await store.search([], { filter: { text: "none" } })).toEqual([]);
  });
});
