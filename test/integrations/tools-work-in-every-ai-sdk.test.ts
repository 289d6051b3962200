// The tools run in the loops of three major versions of the AI SDK. Versions 5 and 6 are installed under other names, and their types
// are not looked at: what is tested is that their loops take the tools and hand on what they answer.

import { embed, table, text } from "varve";
import { type RetrievalTools, retrievalTools } from "varve/ai";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

interface Sdk {
  generateText(options: object): Promise<{ text: string }>;
  stepCountIs?(steps: number): unknown;
  isStepCount?(steps: number): unknown;
}

interface Call {
  readonly prompt: readonly { readonly role: string; readonly content: readonly object[] }[];
  readonly tools?: readonly { readonly name: string; readonly inputSchema: object }[];
}

type MockModel = new (options: { doGenerate: () => Promise<object> }) => { doGenerateCalls: Call[] };

const total = { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0, text: 1, reasoning: 0 };
const versions = [
  { name: "ai-5", model: "MockLanguageModelV2", finish: "tool-calls", stop: "stop", usage: 1 },
  {
    name: "ai-6",
    model: "MockLanguageModelV3",
    finish: { unified: "tool-calls" },
    stop: { unified: "stop" },
    usage: total,
  },
  {
    name: "ai",
    model: "MockLanguageModelV4",
    finish: { unified: "tool-calls" },
    stop: { unified: "stop" },
    usage: total,
  },
] as const;

async function tools(): Promise<RetrievalTools> {
  const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(hashEmbedding({ dimensions: 64 }), c.body),
  }));
  const t = await (await memoryDatabase()).table(docs);
  await t.insert([{ id: "refunds", body: "refunds take 14 days" }]);
  await t.upsert([{ id: "refunds", body: "refunds take 30 days" }]);
  return await retrievalTools(t, { filterBy: ["id"] });
}

describe.each(versions)("$name", ({ name, model: modelName, finish, stop, usage: count }) => {
  /** The message with the tool's answer as the model read it, and the model's calls. */
  async function afterCall(toolName: string, input: object): Promise<{ read: string; calls: Call[] }> {
    const sdk = (await import(name)) as Sdk;
    const { [modelName]: Model } = (await import(`${name}/test`)) as Record<string, MockModel>;
    if (Model === undefined) throw new Error(`${name}/test has no ${modelName}`);
    const call = { type: "tool-call", toolCallId: "1", toolName, input: JSON.stringify(input) };
    const usage = { inputTokens: count, outputTokens: count, totalTokens: 2 };
    const steps = [
      { content: [call], finishReason: finish, usage, warnings: [] },
      { content: [{ type: "text", text: "done" }], finishReason: stop, usage, warnings: [] },
    ];
    let step = 0;
    const model = new Model({ doGenerate: () => Promise.resolve(steps[step++] ?? {}) });
    const stopWhen = (sdk.isStepCount ?? sdk.stepCountIs)?.(3);
    const answer = await sdk.generateText({ model, tools: await tools(), stopWhen, prompt: "?" });
    expect(answer.text).toBe("done");
    const message = model.doGenerateCalls[1]?.prompt.findLast(({ role }) => role === "tool");
    return { read: JSON.stringify(message?.content), calls: model.doGenerateCalls };
  }

  it.each<[string, object, string]>([
    [
      "search",
      { query: "refunds", limit: 1, filter: [{ column: "id", op: "eq", value: "refunds" }] },
      "30 days",
    ],
    ["searchAsOf", { query: "refunds", asOf: "1" }, "14 days"],
    ["timeline", { query: "how long do refunds take" }, "14 days"],
    ["diff", { from: "1" }, "14 days"],
  ])("%s answers", async (tool, input, part) => {
    const { read, calls } = await afterCall(tool, input);
    expect(read).toContain(part);
    const schema = calls[0]?.tools?.find((one) => one.name === tool)?.inputSchema;
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  });

  it("tells the model what is wrong with its input", async () => {
    const { read } = await afterCall("search", { query: "refunds", limit: 1000 });
    expect(read).toContain("limit: expected a whole number from 1 to 20");
  });
});
