import { custom, fromAiSdk, fromLangChain, huggingface, openai } from "varve/embeddings";
import { describe, expect, it } from "vitest";
import { vectorOf } from "../support/openai-server";
import { testEmbeddingFunction } from "./contract";

const make = () =>
  custom({ name: "mine", dimensions: 8, embed: async (texts) => texts.map((text) => vectorOf(text)) });

const reason = "a function of one's own decides";
testEmbeddingFunction({
  make,
  skip: [
    { test: "blank", reason },
    { test: "aborted", reason },
  ],
});

describe("custom", () => {
  it("keeps limits, revision and dispose", () => {
    const dispose = async () => undefined;
    const fn = custom({
      name: "mine",
      dimensions: 3,
      config: { model: "m" },
      revision: "2",
      maxBatchTokens: 100,
      requestsPerMinute: 60,
      embed: async () => [],
      dispose,
    });
    expect(fn).toMatchObject({
      maxBatch: 128,
      maxBatchTokens: 100,
      requestsPerMinute: 60,
      revision: "2",
      dispose,
    });
    expect(fn.config).toEqual({ model: "m", revision: "2" });
  });

  it("takes its own patience, as every function that asks a network does", () => {
    const retry = { attempts: 3, forMs: 5000 };
    const embeddings = { embedDocuments: async () => [], embedQuery: async () => [] };
    const model = {
      specificationVersion: "v3",
      provider: "p",
      modelId: "m",
      maxEmbeddingsPerCall: 8,
      supportsParallelCalls: true,
      doEmbed: async () => ({ embeddings: [] }),
    } as const;
    for (const fn of [
      custom({ name: "mine", dimensions: 3, retry, embed: async () => [] }),
      openai("text-embedding-3-small", { apiKey: "k", retry }),
      huggingface("Xenova/bge-small-en-v1.5", { retry }),
      fromAiSdk(model, { dimensions: 3, retry, timeoutMs: 9 }),
      fromLangChain(embeddings, { name: "lc", dimensions: 3, retry }),
    ]) {
      expect(fn.retry).toEqual(retry);
      expect(JSON.stringify(fn.config)).not.toContain("5000");
    }
  });

  it("refuses what makes no sense", () => {
    const embed = async () => [];
    expect(() => custom({ name: "", dimensions: 3, embed })).toThrow(
      "name: expected a text that is not empty",
    );
    expect(() => custom({ name: "a", dimensions: 0, embed })).toThrow("dimensions");
    // @ts-expect-error: dimensions are needed
    expect(() => custom({ name: "a", embed })).toThrow("dimensions");
    expect(() => custom({ name: "a", dimensions: 3, maxConcurrency: 1.5, embed })).toThrow("maxConcurrency");
    const retrying = (retry: object) => () => custom({ name: "a", dimensions: 3, retry, embed });
    expect(retrying({ attempts: 0 })).toThrow(
      "retry.attempts: expected a whole number from 1 on, found the number 0",
    );
    expect(retrying({ forMs: Number.NaN })).toThrow("retry.forMs");
    expect(retrying({ times: 3 })).toThrow('retry: expected attempts and forMs, found "times"');
    expect(retrying([3])).toThrow("retry: expected an object");
  });
});
