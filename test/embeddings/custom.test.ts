import { custom } from "varve/embeddings";
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

  it("refuses what makes no sense", () => {
    const embed = async () => [];
    expect(() => custom({ name: "", dimensions: 3, embed })).toThrow(
      "name: expected a text that is not empty",
    );
    expect(() => custom({ name: "a", dimensions: 0, embed })).toThrow("dimensions");
    // @ts-expect-error: dimensions are needed
    expect(() => custom({ name: "a", embed })).toThrow("dimensions");
    expect(() => custom({ name: "a", dimensions: 3, maxConcurrency: 1.5, embed })).toThrow("maxConcurrency");
  });
});
