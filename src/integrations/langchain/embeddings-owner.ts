import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { embedderIdentity, fromLangChain } from "varve/embeddings";
import type { VectorOwner } from "../support/vector-owner";
import { isEmbeddingFunction, type StoreEmbeddings } from "./table-embeddings";

const NAME = "langchain";

/** What embeds for a store, as the one who makes its vectors. */
export function ownerOf(embeddings: StoreEmbeddings): VectorOwner {
  if (isEmbeddingFunction(embeddings)) {
    return { functionOf: () => embeddings, written: () => "fn", otherwise: OTHERWISE };
  }
  return {
    functionOf: (dimensions) =>
      embedderIdentity(embeddings) === undefined
        ? undefined
        : fromLangChain(embeddings, { name: NAME, dimensions }),
    written: (dimensions) => `fromLangChain(embeddings, { name: "${NAME}", dimensions: ${dimensions} })`,
    otherwise: OTHERWISE,
  };
}

/** What messages call an embedder. */
export function nameOf(embeddings: EmbeddingsInterface): string {
  const { model, class: made } = embedderIdentity(embeddings) ?? {};
  return String(model ?? made ?? "embeddings");
}

const OTHERWISE =
  "Use Embeddings that have a `model`, or the function of the table: a store on a table of one's own uses it where `embeddings` is left out.";
