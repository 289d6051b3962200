import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { OpenAI } from "openai";
import { bytes, embed, table, text } from "varve";
import { type EmbeddingFunction, fromAiSdk, huggingface, onnx, openai } from "varve/embeddings";
import { expectTypeOf, test } from "vitest";

test("a function of texts takes columns of text", () => {
  expectTypeOf(openai("m")).toEqualTypeOf<EmbeddingFunction<string>>();
  expectTypeOf(onnx("m")).toEqualTypeOf<EmbeddingFunction<string>>();
  expectTypeOf(huggingface("m")).toEqualTypeOf<EmbeddingFunction<string>>();
  table("docs", { body: text(), file: bytes() }, (c) => ({
    ofText: embed(openai("m"), c.body),
    // @ts-expect-error: bytes are no text
    ofBytes: embed(openai("m"), c.file),
  }));
});

test("a function of images takes columns of bytes, and of text", () => {
  const clip = huggingface("m", { images: true });
  expectTypeOf(clip).toEqualTypeOf<EmbeddingFunction<string | Uint8Array>>();
  table("docs", { body: text(), file: bytes() }, (c) => ({
    ofText: embed(clip, c.body),
    ofBytes: embed(clip, c.file),
  }));
});

test("clients and models of others fit as they are", () => {
  expectTypeOf<OpenAI>().toExtend<NonNullable<Parameters<typeof openai>[1]>["client"]>();
  const model = createOpenAICompatible({ name: "x", baseURL: "http://localhost" }).embeddingModel("m");
  expectTypeOf(model).toExtend<Parameters<typeof fromAiSdk>[0]>();
  // @ts-expect-error: a length is needed
  void (() => fromAiSdk(model, {}));
});
