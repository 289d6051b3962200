// What a model remembers, recalls and forgets.

import type { VarveError } from "varve";
import { type FactToolOptions, type FactTools, factTable, factTools } from "varve/ai";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

async function opened(embedded = true) {
  const fn = embedded ? hashEmbedding({ dimensions: 64 }) : undefined;
  return await (await memoryDatabase()).table(factTable("facts", fn));
}

const facts = async (
  tools: FactTools,
  input: Parameters<FactTools["recall"]["execute"]>[0],
): Promise<string[]> => (await tools.recall.execute(input)).facts.map(({ fact }) => fact);

describe("the tools of facts", () => {
  it("remember, recall now and then, and forget", async () => {
    const tools = factTools(await opened());
    expect(await tools.remember.execute({ topic: "diet", fact: "Ada eats everything." })).toEqual({
      topic: "diet",
      replaced: null,
      version: 1,
    });
    await tools.remember.execute({ topic: "home", fact: "Ada lives in Bern." });
    const after = await tools.remember.execute({ topic: " diet ", fact: "Ada eats no nuts." });
    expect(after).toEqual({ topic: "diet", replaced: "Ada eats everything.", version: 3 });
    expect(await facts(tools, { query: "nuts diet", limit: 1 })).toEqual(["Ada eats no nuts."]);
    expect(await facts(tools, { query: "diet", limit: 1, asOf: "1" })).toEqual(["Ada eats everything."]);
    expect(await facts(tools, {})).toEqual(["Ada eats no nuts.", "Ada lives in Bern."]);
    expect(await tools.forget.execute({ topic: "diet" })).toEqual({ topic: "diet", forgotten: true });
    expect(await tools.forget.execute({ topic: "diet" })).toEqual({ topic: "diet", forgotten: false });
    expect(await facts(tools, {})).toEqual(["Ada lives in Bern."]);
    expect(await facts(tools, { asOf: "3", limit: 1 })).toEqual(["Ada eats no nuts."]);
  });

  it("answer with dates, versions and scores, and no vectors", async () => {
    const tools = factTools(await opened());
    await tools.remember.execute({ topic: "diet", fact: "no nuts" });
    const { version, facts: found } = await tools.recall.execute({ query: "nuts" });
    expect(version).toBe(1);
    expect(found.map((fact) => Object.keys(fact))).toEqual([["topic", "fact", "since", "score"]]);
    expect(Number.isNaN(Date.parse(found[0]?.since ?? ""))).toBe(false);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it("write nothing where a fact is known already", async () => {
    const t = await opened();
    const tools = factTools(t);
    await tools.remember.execute({ topic: "diet", fact: "no nuts" });
    expect((await tools.remember.execute({ topic: "diet", fact: "no nuts" })).version).toBe(1);
  });

  it("find facts by their words where nothing is embedded", async () => {
    const tools = factTools(await opened(false));
    await tools.remember.execute({ topic: "diet", fact: "Ada eats no nuts." });
    await tools.remember.execute({ topic: "home", fact: "Ada lives in Bern." });
    expect(await facts(tools, { query: "Bern" })).toEqual(["Ada lives in Bern."]);
  });

  it("keep the facts of each scope apart", async () => {
    const t = await opened();
    const [ada, bob] = [factTools(t, { scope: "ada" }), factTools(t, { scope: "bob" })];
    await ada.remember.execute({ topic: "diet", fact: "no nuts" });
    expect(await facts(bob, { query: "nuts" })).toEqual([]);
    expect((await bob.forget.execute({ topic: "diet" })).forgotten).toBe(false);
    expect(await facts(ada, { query: "nuts" })).toEqual(["no nuts"]);
  });

  it("forget for good where the program says so", async () => {
    const t = await opened();
    const tools = factTools(t, { purge: true });
    await tools.remember.execute({ topic: "diet", fact: "no nuts" });
    await tools.remember.execute({ topic: "diet", fact: "no figs" });
    expect(await tools.forget.execute({ topic: "diet" })).toEqual({ topic: "diet", forgotten: true });
    expect(await facts(tools, { asOf: "1" })).toEqual([]);
  });

  it("say in JSON what they take", async () => {
    const tools = factTools(await opened());
    const schemas = Object.entries(tools).map(([name, { description, inputSchema }]) => [
      name,
      description,
      inputSchema["~standard"].jsonSchema.input({ target: "draft-07" }),
    ]);
    expect(schemas).toMatchSnapshot();
  });
});

const odd: Record<string, (tools: FactTools, make: (options: FactToolOptions) => unknown) => unknown> = {
  "a fact without a topic": (tools) => tools.remember.execute({ fact: "x" } as never),
  "an empty fact": (tools) => tools.remember.execute({ topic: "x", fact: " " }),
  "a fact that is too long": (tools) => tools.remember.execute({ topic: "x", fact: "x".repeat(5000) }),
  "a limit that is too large": (tools) => tools.recall.execute({ limit: 1000 }),
  "a point that is none": (tools) => tools.recall.execute({ asOf: "the day of days" }),
  "a version that there is not": (tools) => tools.recall.execute({ asOf: "77" }),
  "an option that there is not": (_, make) => make({ scpe: "x" } as never),
  "a scope that is a number": (_, make) => make({ scope: 1 as never }),
};

describe("the tools of facts refuse", () => {
  it.each(Object.entries(odd))("%s", async (_, run) => {
    const t = await opened();
    const refusal = await Promise.resolve()
      .then(() => run(factTools(t), (options) => factTools(t, options)))
      .then(
        () => "taken",
        ({ code, message, hint }: VarveError) => `${code}: ${message} ${hint ?? ""}`,
      );
    expect(refusal).toMatchSnapshot();
  });
});
