// The retrievers of `@langchain/classic` over our store, by what they return.

import { MultiVectorRetriever } from "@langchain/classic/retrievers/multi_vector";
import { ParentDocumentRetriever } from "@langchain/classic/retrievers/parent_document";
import { ScoreThresholdRetriever } from "@langchain/classic/retrievers/score_threshold";
import { SelfQueryRetriever } from "@langchain/classic/retrievers/self_query";
import { TimeWeightedVectorStoreRetriever } from "@langchain/classic/retrievers/time_weighted";
import { Document } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { RunnableLambda } from "@langchain/core/runnables";
import { InMemoryStore } from "@langchain/core/stores";
import {
  BasicTranslator,
  type Comparator,
  Comparison,
  type FilterDirective,
  Operation,
  type Operator,
  StructuredQuery,
} from "@langchain/core/structured_query";
import { RecursiveCharacterTextSplitter } from "@langchain/textsplitters";
import { sql } from "varve";
import { VarveTranslator, VarveVectorStore } from "varve/langchain";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashVector } from "../support/hash-embedding";

/** Texts that share words are near. */
const embed = (text: string): number[] => Array.from(hashVector(text, 64) ?? new Float32Array(64).fill(1));
const embeddings: EmbeddingsInterface = {
  embedQuery: (text) => Promise.resolve(embed(text)),
  embedDocuments: (texts) => Promise.resolve(texts.map(embed)),
};

async function newStore(): Promise<VarveVectorStore> {
  return new VarveVectorStore(embeddings, { db: await memoryDatabase() });
}

const contents = (documents: readonly { pageContent: string }[]): string[] =>
  documents.map(({ pageContent }) => pageContent);

it("score threshold: only what is similar enough, however much it is", async () => {
  const store = await newStore();
  await store.addDocuments(
    ["red apple", "red apple pie", "green pear", "red apple", "blue sky"].map(
      (pageContent) => new Document({ pageContent }),
    ),
  );
  const retriever = ScoreThresholdRetriever.fromVectorStore(store, {
    minSimilarityScore: 0.9,
    maxK: 10,
    kIncrement: 1,
  });
  expect(contents(await retriever.invoke("red apple"))).toEqual(["red apple", "red apple", "red apple pie"]);
});

it("parent document: finds small pieces and returns what they are from", async () => {
  const docstore = new InMemoryStore<Document>();
  const retriever = new ParentDocumentRetriever({
    vectorstore: await newStore(),
    docstore,
    childSplitter: new RecursiveCharacterTextSplitter({ chunkSize: 24, chunkOverlap: 0 }),
    childK: 6,
    parentK: 1,
  });
  const long = "apples grow on trees\n\nrivers flow to the sea\n\nstones lie on the ground";
  const other = "music is made by bands\n\nbooks are made by writers\n\nbread is made by bakers";
  await retriever.addDocuments([
    new Document({ pageContent: long, metadata: { title: "nature" } }),
    new Document({ pageContent: other, metadata: { title: "people" } }),
  ]);
  for (const [query, title] of [
    ["rivers flow to the sea", "nature"],
    ["bread is made by bakers", "people"],
  ]) {
    const found = await retriever.invoke(query ?? "");
    expect(found.map(({ metadata }) => metadata["title"])).toEqual([title]);
    expect([long, other]).toContain(found[0]?.pageContent);
  }
});

it("multi-vector: finds summaries and returns what they are of", async () => {
  const vectorstore = await newStore();
  const docstore = new InMemoryStore<Document>();
  const retriever = new MultiVectorRetriever({
    vectorstore,
    docstore,
    idKey: "doc_id",
    childK: 2,
    parentK: 1,
  });
  await docstore.mset([
    ["n", new Document({ pageContent: "a long page on nature" })],
    ["p", new Document({ pageContent: "a long page on people" })],
  ]);
  await vectorstore.addDocuments([
    new Document({ pageContent: "trees and rivers", metadata: { doc_id: "n" } }),
    new Document({ pageContent: "bands and bakers", metadata: { doc_id: "p" } }),
    new Document({ pageContent: "what do bakers bake", metadata: { doc_id: "p" } }),
  ]);
  expect(contents(await retriever.invoke("bakers"))).toEqual(["a long page on people"]);
  expect(contents(await retriever.invoke("rivers"))).toEqual(["a long page on nature"]);
});

it("time-weighted: what was seen lately comes first", async () => {
  const store = await newStore();
  const retriever = new TimeWeightedVectorStoreRetriever({
    vectorStore: store,
    decayRate: 0.99,
    k: 2,
  });
  const hourAgo = Math.floor(Date.now() / 1000) - 3600 * 5;
  await retriever.addDocuments([
    new Document({ pageContent: "red apple", metadata: { last_accessed_at: hourAgo, created_at: hourAgo } }),
    new Document({ pageContent: "red pear", metadata: {} }),
    new Document({ pageContent: "red plum", metadata: {} }),
  ]);
  expect(contents(await store.similaritySearch("red apple", 1))).toEqual(["red apple"]);
  expect(contents(await retriever.invoke("red apple")).at(-1)).toBe("red apple");
});

describe("self-query", () => {
  const films = [
    ["dinosaurs and mayhem", { year: 1993, rating: 7.7, genre: "science fiction" }],
    ["a dream within a dream", { year: 2010, director: "Christopher Nolan", rating: 8.2 }],
    ["a detective in dreams", { year: 2006, director: "Satoshi Kon", rating: 8.6 }],
    ["toys come alive", { year: 1995, genre: "animated" }],
    ["three men walk into the zone", { year: 1979, director: "Andrei Tarkovsky", rating: 9.9, seen: true }],
  ] as const;

  const compare = (how: Comparator, attribute: string, value: string | number): Comparison =>
    new Comparison(how, attribute, value);
  const join = (how: Operator, ...args: FilterDirective[]): Operation => new Operation(how, args);

  const cases: readonly [string, filter: FilterDirective | undefined, years: number[]][] = [
    ["equal", compare("eq", "director", "Satoshi Kon"), [2006]],
    ["greater", compare("gt", "rating", 8.5), [1979, 2006]],
    ["between", join("and", compare("gte", "year", 1995), compare("lt", "year", 2010)), [1995, 2006]],
    [
      "different, also where there is nothing",
      compare("ne", "director", "Satoshi Kon"),
      [1979, 1993, 1995, 2010],
    ],
    [
      "one or the other",
      join("or", compare("eq", "genre", "animated"), compare("lte", "year", 1979)),
      [1979, 1995],
    ],
    ["not", join("not", compare("gt", "rating", 8)), [1993, 1995]],
    [
      "not inside and",
      join("and", join("not", compare("eq", "genre", "animated")), compare("gt", "year", 1990)),
      [1993, 2006, 2010],
    ],
    ["no filter", undefined, [1979, 1993, 1995, 2006, 2010]],
  ];

  async function retrieve(
    filter: FilterDirective | undefined,
    structuredQueryTranslator: BasicTranslator,
    searchParams: object = {},
  ): Promise<number[]> {
    const store = await newStore();
    await store.addDocuments(films.map(([pageContent, metadata]) => new Document({ pageContent, metadata })));
    const retriever = new SelfQueryRetriever({
      // In place of a language model: what it would have made of the question.
      queryConstructor: RunnableLambda.from(() => new StructuredQuery("films", filter)) as never,
      vectorStore: store,
      structuredQueryTranslator: structuredQueryTranslator as never,
      searchParams: { k: 10, ...searchParams },
    });
    const found = await retriever.invoke("which films?");
    return found.map(({ metadata }) => metadata["year"] as number).sort();
  }

  it.each(cases)("%s", async (_name, filter, years) => {
    expect(await retrieve(filter, new VarveTranslator())).toEqual(years);
  });

  it("works with the translator of LangChain too", async () => {
    const filter = join("and", compare("gte", "year", 1995), compare("lt", "year", 2010));
    expect(await retrieve(filter, new BasicTranslator())).toEqual([1995, 2006]);
  });

  it("keeps to a filter of the retriever, in whatever form", async () => {
    const given = [
      { year: { $lt: 2000 } },
      sql`metadata.year < 2000`,
      (c: { metadata: { path(key: string): { lt(value: number): unknown } } }) =>
        c.metadata.path("year").lt(2000),
    ];
    for (const filter of given) {
      const params = { filter, mergeFiltersOperator: "and" };
      expect(await retrieve(compare("gt", "rating", 7), new VarveTranslator(), params)).toEqual([1979, 1993]);
    }
    const either = { filter: { year: 1995 }, mergeFiltersOperator: "or" };
    expect(await retrieve(compare("gt", "rating", 9), new VarveTranslator(), either)).toEqual([1979, 1995]);
  });
});
