import { SyntheticEmbeddings } from "@langchain/core/utils/testing";
import { fromLangChain } from "varve/embeddings";
import { describe, expect, it } from "vitest";
import { vectorOf } from "../support/openai-server";
import { testEmbeddingFunction } from "./contract";

const document = { kind: "document" } as const;

/** Embeddings of LangChain's own, which keep what they were asked. */
class RecordingEmbeddings extends SyntheticEmbeddings {
  readonly calls: string[] = [];

  override embedDocuments(texts: string[]): Promise<number[][]> {
    this.calls.push(`documents ${texts.join(",")}`);
    return Promise.resolve(texts.map((text) => [...vectorOf(text)]));
  }

  override embedQuery(text: string): Promise<number[]> {
    this.calls.push(`query ${text}`);
    return Promise.resolve([...vectorOf(text)]);
  }
}

const embeddings = () => new RecordingEmbeddings({ vectorSize: 8 });
const options = { name: "my-langchain", dimensions: 8 };

testEmbeddingFunction({ make: () => fromLangChain(embeddings(), options) });

describe("fromLangChain", () => {
  it("asks for documents together and for queries one by one", async () => {
    const model = embeddings();
    const fn = fromLangChain(model, options);
    await fn.embed(["a", "b"], document);
    await fn.embed(["c", "d"], { kind: "query" });
    expect(model.calls).toEqual(["documents a,b", "query c", "query d"]);
    expect(fn).toMatchObject({ name: "my-langchain", maxBatch: 128, config: { dimensions: 8 } });
  });

  it("stops waiting when the signal is aborted", async () => {
    const never = {
      embedDocuments: () => new Promise<never>(() => undefined),
      embedQuery: () => Promise.reject(),
    };
    const signal = AbortSignal.timeout(10);
    const work = fromLangChain(never, options).embed(["a"], { kind: "document", signal });
    await expect(work).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("says whether to go on after a failure", async () => {
    const failing = (error: unknown) => {
      const fail = () => Promise.reject(error);
      return fromLangChain({ embedDocuments: fail, embedQuery: fail }, options).embed(["a"], document);
    };
    const limited = Object.assign(new Error("slow down"), { status: 429, headers: { "retry-after": "1" } });
    await expect(failing(limited)).rejects.toMatchObject({
      status: 429,
      retryable: true,
      retryAfterMs: 1000,
    });
    await expect(failing(new Error("no such model"))).rejects.toMatchObject({
      retryable: false,
      cause: expect.any(Error),
    });
  });

  it("refuses vectors of another length, and too few of them", async () => {
    const model = { embedDocuments: async () => [[1, 2]], embedQuery: async () => [1, 2] };
    const fn = fromLangChain(model, options);
    await expect(fn.embed(["a"], document)).rejects.toThrow("expected 8 dimensions, found 2");
    await expect(fn.embed(["a", "b"], document)).rejects.toThrow("expected 2 vectors, found 1 vectors");
  });

  it("needs a name and a length", () => {
    // @ts-expect-error: a name is needed
    expect(() => fromLangChain(embeddings(), { dimensions: 8 })).toThrow("name: expected a text");
    // @ts-expect-error: a length is needed
    expect(() => fromLangChain(embeddings(), { name: "a" })).toThrow("dimensions: expected a whole number");
  });
});
