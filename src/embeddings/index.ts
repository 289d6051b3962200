// The entry `varve/embeddings`: importing it registers the functions that come with the package.

import { builtinFrom } from "./builtin";
import { registry } from "./registry";

export { builtin } from "./builtin";
export { type CustomEmbedding, custom } from "./custom";
export type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInput,
  EmbeddingKind,
  EmbeddingRequest,
} from "./embedding-function";
export { type EmbeddingFactory, type EmbeddingSpec, Registry, registry } from "./registry";

if (!registry.names().includes("builtin")) {
  registry.register("builtin", builtinFrom);
}
