// A store or a tool with a mistyped option would do something else than was meant: with `wher` a model would see every row.

import { embed, type Table, table, text, type VarveError } from "varve";
import { rerankHits, rerankWith, retrievalTools } from "varve/ai";
import { rowsFromArrow, withArrow } from "varve/arrow";
import {
  VarveVectorStore as LangChainStore,
  VarveRecordManager,
  type VarveStoreConfig,
  type VarveTableConfig,
} from "varve/langchain";
import { fromLlamaIndex, VarveVectorStore as LlamaIndexStore, VarveEmbedding } from "varve/llamaindex";
import { VarveVector } from "varve/mastra";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const fn = hashEmbedding();
const docs = table("docs", { id: text().primaryKey(), body: text(), team: text() }, (c) => ({
  vec: embed(fn, c.body),
}));

async function filled(): Promise<Table<typeof docs>> {
  const t = await (await memoryDatabase()).table(docs);
  await t.insert([
    { id: "1", body: "refunds take days", team: "a" },
    { id: "2", body: "refunds are secret", team: "b" },
  ]);
  return t;
}

type Odd = Record<string, unknown>;

const embedModel = new VarveEmbedding(fn);
const location = "memory:";

/** Everything of an integration that takes options, with some that are right. */
const factories: Record<string, (t: Table<typeof docs>, odd: Odd) => unknown> = {
  retrievalTools: (t, odd) => retrievalTools(t, { limit: 3, ...odd }),
  rerankHits: (_, odd) =>
    rerankHits([{ id: 1 }], {
      query: "x",
      rerank: () => Promise.resolve({ ranking: [] }),
      text: () => "x",
      ...odd,
    }),
  rerankWith: (_, odd) => rerankWith(() => Promise.resolve({ ranking: [] }), { text: () => "x", ...odd }),
  withArrow: (t, odd) => withArrow(t, odd),
  rowsFromArrow: (_, odd) => rowsFromArrow([], odd),
  "LangChain, a store": (_, odd) => new LangChainStore(fn, { location, ...odd } as VarveStoreConfig),
  "LangChain, a table": (t, odd) => new LangChainStore(t, { content: "body", ...odd } as VarveTableConfig),
  "LangChain, records": (_, odd) => new VarveRecordManager("docs", { location, ...odd }),
  "LangChain, mmr": (t, odd) =>
    new LangChainStore(t, { content: "body" }).maxMarginalRelevanceSearch("x", { k: 1, ...odd }),
  "LlamaIndex, a store": (_, odd) => new LlamaIndexStore({ location, embedModel, ...odd }),
  "LlamaIndex, a query": (t, odd) =>
    new LlamaIndexStore({ table: t.untyped, content: "body", embedModel }).query({
      queryEmbedding: new Array<number>(16).fill(1),
      similarityTopK: 1,
      mode: "default" as never,
      customParams: odd,
    }),
  "LlamaIndex, a function": (_, odd) => fromLlamaIndex(embedModel, { dimensions: 16, ...odd }),
  Mastra: (_, odd) => new VarveVector({ id: "v", location, ...odd }),
};

async function refusal(run: () => unknown): Promise<string> {
  try {
    await run();
    return "taken";
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return `${code}: ${message} ${hint}`;
  }
}

describe("an option that there is not", () => {
  it.each(Object.entries(factories))("is refused: %s", async (_, make) => {
    const t = await filled();
    expect(await refusal(() => make(t, { wher: { team: "a" } }))).toMatchSnapshot();
    expect(await refusal(() => make(t, {}))).toBe("taken");
  });
});

describe("the options of tools", () => {
  const found = async (tools: Awaited<ReturnType<typeof retrievalTools>>): Promise<string[]> =>
    (await tools.search.execute({ query: "refunds" })).results.map(({ id }) => String(id));

  it("are read before anything is waited for", async () => {
    const options = { where: { team: "a" } as { team?: string } };
    const making = retrievalTools(await filled(), options);
    options.where = {};
    expect(await found(await making)).toEqual(["1"]);
  });

  it("are their own afterwards", async () => {
    const where: Record<string, unknown> = { team: { $in: ["a"] } };
    const tools = await retrievalTools(await filled(), { where: [where] as never });
    where["team"] = { $in: ["a", "b"] };
    expect(await found(tools)).toEqual(["1"]);
    const list = ["a"];
    const others = await retrievalTools(await filled(), { where: { team: { $in: list } } });
    list.push("b");
    expect(await found(others)).toEqual(["1"]);
  });
});
