import { expect, it } from "vitest";
import { familyOf } from "../../src/embeddings/support/model-families";

it.each([
  "intfloat/e5-base-v2",
  "Xenova/multilingual-e5-large-instruct",
  "BAAI/bge-large-en-v1.5",
  "Xenova/bge-small-zh-v1.5",
  "BAAI/bge-m3",
  "nomic-ai/nomic-embed-text-v1.5",
  "nomic-embed-text:latest",
  "thenlper/gte-small",
  "Alibaba-NLP/gte-base-en-v1.5",
  "Alibaba-NLP/gte-multilingual-base",
  "sentence-transformers/all-MiniLM-L6-v2",
  "all-minilm",
  "mixedbread-ai/mxbai-embed-large-v1",
  "Snowflake/snowflake-arctic-embed-xs",
  "Snowflake/snowflake-arctic-embed-l-v2.0",
  "onnx-community/Qwen3-Embedding-0.6B-ONNX",
  "Xenova/clip-vit-base-patch32",
  "Xenova/siglip-base-patch16-224",
  "somebody/some-model",
])("%s", (model) => {
  expect(familyOf(model) ?? null).toMatchSnapshot();
});
