// The entry `varve/embeddings`: importing it registers the functions that come with the package.

import { builtinFrom } from "./builtin";
import { huggingfaceFrom } from "./huggingface";
import { onnxFrom } from "./onnx";
import { openaiFrom } from "./openai";
import { type EmbeddingFactory, registry } from "./registry";

export { builtin } from "./builtin";
export { type CustomEmbedding, custom } from "./custom";
export { type EmbedderIdentity, embedderIdentity, isSameEmbedder } from "./embedder-identity";
export { EmbeddingRequestError } from "./embedding-errors";
export type {
  EmbeddingConfig,
  EmbeddingFailure,
  EmbeddingFunction,
  EmbeddingInput,
  EmbeddingInputType,
  EmbeddingKind,
  EmbeddingLimits,
  EmbeddingRequest,
  EmbeddingRetry,
} from "./embedding-function";
export {
  type AiSdkEmbeddingModel,
  type AiSdkOptions,
  type AiSdkProviderOptions,
  fromAiSdk,
} from "./from-ai-sdk";
export { fromLangChain, type LangChainEmbeddings, type LangChainOptions } from "./from-langchain";
export { type HuggingFaceOptions, huggingface } from "./huggingface";
export { type OnnxOptions, onnx } from "./onnx";
export { type OpenAiClient, type OpenAiOptions, openai } from "./openai";
export { type EmbeddingFactory, type EmbeddingSpec, Registry, registry } from "./registry";
export type { Pooling } from "./support/model-families";
export type { ModelDtype } from "./support/model-folder";
export type { OpenAiEncoding, OpenAiPreset } from "./support/openai-servers";

const factories: Readonly<Record<string, EmbeddingFactory>> = {
  builtin: builtinFrom,
  huggingface: huggingfaceFrom,
  onnx: onnxFrom,
  openai: openaiFrom,
};

for (const [name, factory] of Object.entries(factories)) {
  if (!registry.names().includes(name)) registry.register(name, factory);
}
