// A store of bytes for LangChain: parents of documents, and what embeddings answered.

import { CacheBackedEmbeddings } from "@langchain/classic/embeddings/cache_backed";
import { ParentDocumentRetriever } from "@langchain/classic/retrievers/parent_document";
import { Document } from "@langchain/core/documents";
import { InMemoryStore } from "@langchain/core/stores";
import { SyntheticEmbeddings } from "@langchain/core/utils/testing";
import { CharacterTextSplitter } from "@langchain/textsplitters";
import type { VarveError } from "varve";
import { VarveByteStore, VarveVectorStore } from "varve/langchain";
import { describe, expect, it } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

async function keysOf(store: VarveByteStore | InMemoryStore, prefix?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.yieldKeys(prefix)) keys.push(key);
  return keys.sort();
}

async function storeOf(): Promise<VarveByteStore> {
  return new VarveByteStore("x", { db: await memoryDatabase() });
}

/** What is asked of LangChain's store in memory and ours, which must answer alike. */
const cases: Record<string, (store: VarveByteStore | InMemoryStore) => Promise<unknown>> = {
  "values in the order of the keys": async (store) => {
    await store.mset([
      ["a", bytes(1)],
      ["b", bytes()],
      ["ä%_", bytes(3)],
    ]);
    return await store.mget(["b", "nothing", "a", "a", "ä%_"]);
  },
  "the last of two for one key": async (store) => {
    await store.mset([
      ["a", bytes(1)],
      ["a", bytes(2)],
    ]);
    await store.mset([]);
    return await store.mget(["a"]);
  },
  "nothing of what was deleted": async (store) => {
    await store.mset([
      ["a", bytes(1)],
      ["b", bytes(2)],
    ]);
    await store.mdelete(["a", "never there"]);
    await store.mdelete([]);
    return [await store.mget(["a", "b"]), await keysOf(store)];
  },
  "keys by their beginning": async (store) => {
    await store.mset(["doc_1", "doc_2", "doc", "dod", "d%c", "other", "doc😀"].map((key) => [key, bytes(1)]));
    return [
      await keysOf(store),
      await keysOf(store, "doc"),
      await keysOf(store, "d%"),
      await keysOf(store, "doc😀"),
    ];
  },
};

describe("a byte store", () => {
  it.each(Object.entries(cases))("answers as the one in memory does: %s", async (_, ask) => {
    expect(await ask(await storeOf())).toEqual(await ask(new InMemoryStore()));
  });

  it("yields more than a page of keys, of one version", async () => {
    const store = await storeOf();
    await store.mset(Array.from({ length: 2500 }, (_, n) => [`k${n}`, bytes(n % 256)]));
    const keys = store.yieldKeys("k");
    const first = await keys.next();
    await store.mdelete(["k999"]);
    let count = first.done ? 0 : 1;
    for await (const _ of keys) count++;
    expect(count).toBe(2500);
  });

  it("knows what it held, and keeps namespaces apart", async () => {
    const db = await memoryDatabase();
    const [store, other] = [new VarveByteStore("one", { db }), new VarveByteStore("two", { db })];
    await store.mset([["a", bytes(1)]]);
    await other.mset([["a", bytes(2)]]);
    await store.mset([["a", bytes(3)]]);
    await store.mdelete(["a"]);
    expect(await store.asOf(2).mget(["a"])).toEqual([bytes(1)]);
    expect(await keysOf(store.asOf(3))).toEqual(["a"]);
    expect(await other.mget(["a"])).toEqual([bytes(2)]);
    expect(await keysOf(store)).toEqual([]);
  });

  it("takes bytes as they were at the call, also of a Buffer", async () => {
    const store = await storeOf();
    const value = Buffer.from([1, 2]);
    const setting = store.mset([["a", value]]);
    value[0] = 9;
    await setting;
    expect(await store.mget(["a"])).toEqual([bytes(1, 2)]);
  });

  it("keeps the parents of documents, after a restart too", async () => {
    const folder = temporaryFolder();
    const made = () => {
      const vectorstore = new VarveVectorStore(new SyntheticEmbeddings({ vectorSize: 16 }), {
        location: folder,
      });
      const byteStore = new VarveByteStore("parents", { location: folder });
      const childSplitter = new CharacterTextSplitter({ separator: ".", chunkSize: 12, chunkOverlap: 0 });
      const retriever = new ParentDocumentRetriever({ vectorstore, byteStore, childSplitter });
      return {
        retriever,
        close: async () => void (await Promise.all([vectorstore.close(), byteStore.close()])),
      };
    };
    const first = made();
    const pageContent = "one two. three four. five six.";
    await first.retriever.addDocuments([new Document({ pageContent, metadata: { source: "a" } })]);
    await first.close();
    const second = made();
    const [parent] = await second.retriever.invoke("three four");
    expect(parent).toMatchObject({ pageContent, metadata: { source: "a" } });
    await second.close();
  });

  it("keeps what embeddings answered", async () => {
    const underlying = new SyntheticEmbeddings({ vectorSize: 16 });
    const cached = CacheBackedEmbeddings.fromBytesStore(underlying, await storeOf(), {
      namespace: "synthetic",
    });
    const vectors = await cached.embedDocuments(["one", "two"]);
    underlying.embedDocuments = () => Promise.reject(new Error("asked again"));
    expect(await cached.embedDocuments(["two", "one"])).toEqual([vectors[1], vectors[0]]);
  });

  it("shows no handle and no key", async () => {
    const store = await storeOf();
    expect(JSON.stringify(store)).not.toContain("db");
  });
});

const odd: Record<string, (store: VarveByteStore) => unknown> = {
  "keys that are a text": (store) => store.mget("ab" as never),
  "keys to delete that are a text": (store) => store.mdelete("ab" as never),
  "a key that is a number": (store) => store.mset([[1 as never, bytes(1)]]),
  "a value that is a text": (store) => store.mset([["a", "x" as never]]),
  "pairs that are no list": (store) => store.mset({} as never),
  "a prefix that is a number": (store) => keysOf(store, 1 as never),
  "a write to the past": (store) => store.asOf(0).mset([["a", bytes(1)]]),
  "a deletion in the past": (store) => store.asOf(0).mdelete(["a"]),
  "a namespace that is none": () => new VarveByteStore(undefined as never, { location: "memory:" }),
  "an option that there is not": () => new VarveByteStore("x", { location: "memory:", tabel: "x" } as never),
};

describe("a byte store refuses", () => {
  it.each(Object.entries(odd))("%s", async (_, run) => {
    const store = await storeOf();
    const refusal = await Promise.resolve()
      .then(() => run(store))
      .then(
        () => "taken",
        ({ code, message, hint }: VarveError) => `${code}: ${message} ${hint ?? ""}`,
      );
    expect(refusal).toMatchSnapshot();
  });
});
