// The store of LangChain is a vector store to the compiler, takes typed tables, and its past cannot be written to.

import type { VectorStore } from "@langchain/core/vectorstores";
import { type Database, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { VarveVectorStore } from "varve/langchain";
import { expectTypeOf, test } from "vitest";

const articles = table("articles", { slug: text().primaryKey(), body: text(), views: int() }, (c) => ({
  vec: embed(builtin(), c.body),
}));

test("types of the store", async () => {
  const db = {} as Database;
  const store = new VarveVectorStore(builtin(), { db, table: "docs", metric: "l2" });
  expectTypeOf(store).toExtend<VectorStore>();
  expectTypeOf(await store.addDocuments([])).toEqualTypeOf<string[]>();
  new VarveVectorStore(await db.table(articles), { content: "body", metadata: ["views"] });
  await VarveVectorStore.fromExistingTable(builtin(), { table: await db.table(articles), content: "body" });

  store.asRetriever({ k: 3, filter: { lang: "en", year: { $gte: 2024 } } });
  store.asRetriever({ k: 3, filter: (c) => c["metadata"]?.path("lang").eq("en") as never });
  await store.similaritySearch("x", 4, [{ lang: "en" }, { year: 2025 }]);
  // @ts-expect-error: a filter is no text
  await store.similaritySearch("x", 4, "lang = 'en'");
  // @ts-expect-error: a misspelt option
  new VarveVectorStore(builtin(), { db, tabel: "docs" });
  // @ts-expect-error: nothing by that name can be deleted
  await store.delete({ id: "1" });

  const then = store.asOf({ tag: "launch" });
  expectTypeOf(then).toExtend<VectorStore>();
  expectTypeOf(then.addDocuments()).toEqualTypeOf<Promise<never>>();
  // @ts-expect-error: the past cannot be written to
  await then.addDocuments([]);
  // @ts-expect-error: the past has no past
  then.asOf(1);
});
