import type { EmbeddingFunction } from "varve";
import { type AiSdkEmbeddingModel, fromAiSdk } from "varve/embeddings";
import type { VectorOwner } from "../support/vector-owner";
import { badParam } from "./mastra-errors";

/** What makes vectors: a function of Varve, or an embedding model of the AI SDK. */
export type StoreEmbedder = EmbeddingFunction | AiSdkEmbeddingModel;

/** It, as the one whose vectors a store brings. */
export function ownerOf(embedder: StoreEmbedder | undefined): VectorOwner {
  const otherwise =
    "Say what makes these vectors: new VarveVector({ …, embedder }), with a function of Varve or an embedding model of the AI SDK.";
  const written = (dimensions: number): string =>
    isFunction(embedder) ? "fn" : `fromAiSdk(model, { dimensions: ${dimensions} })`;
  return { functionOf: (dimensions) => functionOf(embedder, dimensions), written, otherwise };
}

function functionOf(embedder: StoreEmbedder | undefined, dimensions: number): EmbeddingFunction | undefined {
  if (embedder === undefined) return undefined;
  if (isFunction(embedder)) return embedder;
  if (isModel(embedder)) return fromAiSdk(embedder, { dimensions });
  throw badParam(
    "VarveVector",
    "embedder",
    "an embedding function, or an embedding model object",
    typeof embedder,
  );
}

function isFunction(embedder: unknown): embedder is EmbeddingFunction {
  return has(embedder, "embed") && has(embedder, "dimensions");
}

function isModel(embedder: unknown): embedder is AiSdkEmbeddingModel {
  return has(embedder, "doEmbed") && has(embedder, "modelId");
}

function has(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && name in value;
}
