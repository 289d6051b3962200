import { inspect } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type AiSdkEmbeddingModel, type AiSdkOptions, custom, fromAiSdk, registry } from "varve/embeddings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  inTurn,
  type OpenAiServer,
  rateLimited,
  startOpenAiServer,
  vectorOf,
} from "../support/openai-server";
import { testEmbeddingFunction } from "./contract";

const canary = "sk-canary-0123456789";
const document = { kind: "document" } as const;

/** A model of the AI SDK as its own provider package makes it. */
const modelOf = (server: OpenAiServer) =>
  createOpenAICompatible({ name: "loopback", baseURL: server.url, apiKey: canary }).embeddingModel("a-model");

describe("over a provider of the AI SDK", () => {
  let server: OpenAiServer;
  beforeAll(async () => {
    server = await startOpenAiServer({ apiKey: canary });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  testEmbeddingFunction({ make: () => fromAiSdk(modelOf(server), { dimensions: 8 }), secret: canary });
});

describe("a failure", () => {
  it("says whether to go on, and is not repeated by the provider", async () => {
    const refused = { kind: "status", status: 400, message: "Array too long" } as const;
    await using server = await startOpenAiServer({
      faults: inTurn(rateLimited({ seconds: 3 }), refused, { kind: "drop" }, { kind: "half" }),
    });
    const fn = fromAiSdk(modelOf(server), { dimensions: 8 });
    const failure = () => fn.embed(["a", "b"], document).catch((error: unknown) => error);
    expect(await failure()).toMatchObject({ status: 429, retryable: true, retryAfterMs: 3000 });
    expect(await failure()).toMatchObject({ status: 400, retryable: false, tooLarge: true });
    expect(await failure()).toMatchObject({ status: undefined, retryable: true });
    expect(await failure()).toMatchObject({
      retryable: "once",
      message: expect.stringContaining("expected 2 vectors"),
    });
    expect(server.requests.length).toBe(4);
  });
});

interface Call {
  readonly values: string[];
  readonly dimensions?: number;
  readonly providerOptions?: unknown;
}

/** A model that keeps what it was asked. */
function recording(parts: Partial<AiSdkEmbeddingModel> = {}): { model: AiSdkEmbeddingModel; calls: Call[] } {
  const calls: Call[] = [];
  const model: AiSdkEmbeddingModel = {
    specificationVersion: "v4",
    provider: "test",
    modelId: "a-model",
    maxEmbeddingsPerCall: 3,
    supportsParallelCalls: true,
    doEmbed: ({ abortSignal: _, ...call }) => {
      calls.push(call);
      return Promise.resolve({ embeddings: call.values.map((value) => [...vectorOf(value, 4)]) });
    },
    ...parts,
  };
  return { model, calls };
}

describe("a model", () => {
  it.each(["v2", "v3", "v4"] as const)("of specification %s is asked in its own way", async (version) => {
    const { model, calls } = recording({ specificationVersion: version });
    const query = { test: { inputType: "query" } };
    const fn = fromAiSdk(model, { dimensions: 4, query });
    await fn.embed(["a"], { kind: "query" });
    await fn.embed(["b"], document);
    const sized = version === "v4" ? { dimensions: 4 } : {};
    expect(calls).toEqual([
      { values: ["a"], ...sized, providerOptions: query },
      { values: ["b"], ...sized },
    ]);
  });

  it("is not asked for a length where that is switched off", async () => {
    const { model, calls } = recording();
    await fromAiSdk(model, { dimensions: 4, requestDimensions: false }).embed(["a"], document);
    expect(calls).toEqual([{ values: ["a"] }]);
  });

  it("that gives another length is refused for good", async () => {
    const { model } = recording();
    const fn = fromAiSdk(model, { dimensions: 8 });
    await expect(fn.embed(["a"], document)).rejects.toMatchObject({
      retryable: false,
      code: "EMBEDDING_FAILED",
    });
  });

  it.each<[string, Partial<AiSdkEmbeddingModel>, Partial<AiSdkOptions>, object]>([
    ["a number", {}, {}, { maxBatch: 3, maxConcurrency: undefined }],
    ["nothing", { maxEmbeddingsPerCall: undefined }, {}, { maxBatch: 128 }],
    ["no end", { maxEmbeddingsPerCall: Number.POSITIVE_INFINITY }, {}, { maxBatch: 2048 }],
    ["less than is wanted", {}, { maxBatch: 10 }, { maxBatch: 3 }],
    ["more than is wanted", {}, { maxBatch: 2 }, { maxBatch: 2 }],
    ["that calls must not overlap", { supportsParallelCalls: false }, {}, { maxConcurrency: 1 }],
    ["that they may", {}, { maxConcurrency: 5 }, { maxConcurrency: 5 }],
  ])("says as its limit %s", (_, parts, options, expected) => {
    expect(fromAiSdk(recording(parts).model, { dimensions: 4, ...options })).toMatchObject(expected);
  });

  it("may say its limits later", async () => {
    const { model, calls } = recording({
      maxEmbeddingsPerCall: Promise.resolve(2),
      supportsParallelCalls: Promise.resolve(true),
    });
    const fn = fromAiSdk(model, { dimensions: 4 });
    expect(fn).toMatchObject({ maxBatch: 128, maxConcurrency: 1 });
    expect(await fn.embed(["a", "b", "c"], document)).toEqual(
      ["a", "b", "c"].map((text) => vectorOf(text, 4)),
    );
    expect(calls.map(({ values }) => values)).toEqual([["a", "b"], ["c"]]);
    expect(fn).toMatchObject({ maxBatch: 2, maxConcurrency: undefined });
  });

  it("is told from what is none", () => {
    const options = { dimensions: 4 };
    // @ts-expect-error: a name is no model
    expect(() => fromAiSdk("openai/text-embedding-3-small", options)).toThrow("(v2, v3 or v4), found");
    // @ts-expect-error: no such specification
    expect(() => fromAiSdk(recording({ specificationVersion: "v1" }).model, options)).toThrow('found "v1"');
    // @ts-expect-error: dimensions are needed
    expect(() => fromAiSdk(recording().model, {})).toThrow("dimensions");
  });
});

describe("what a table stores", () => {
  const fn = fromAiSdk(recording().model, { dimensions: 4 });

  it("is the provider, the model and the length", () => {
    expect(fn.config).toEqual({ provider: "test", modelId: "a-model", dimensions: 4 });
    expect(inspect(fn)).not.toContain("doEmbed");
  });

  it("cannot make it again, and says what can", () => {
    expect(() => registry.resolve(fn)).toThrow(
      expect.objectContaining({
        code: "EMBEDDING_UNAVAILABLE",
        hint: expect.stringContaining("A model of the AI SDK cannot be made again from its name"),
      }),
    );
    const mine = custom({ name: "mine", dimensions: 4, embed: async () => [] });
    expect(() => registry.resolve(mine)).toThrow('No embedding function is registered as "mine".');
  });
});
