import type { BaseEmbedding } from "@llamaindex/core/embeddings";
import type { EmbeddingFunction } from "varve";
import { custom, embedderIdentity } from "varve/embeddings";
import { answeredVector } from "../support/vector-check";
import type { VectorOwner } from "../support/vector-owner";
import { VarveEmbedding } from "./embedding";

const NAME = "llamaindex";

/**
 * An embedding of LlamaIndex as a function of Varve. A table keeps what it says of itself (class and model, never a key) and refuses
 * others.
 *
 * @example
 * ```ts
 * await (await db.openTable("llamaindex")).reembed("vector", fromLlamaIndex(Settings.embedModel, { dimensions: 1536 }));
 * ```
 */
export function fromLlamaIndex(
  embedModel: BaseEmbedding,
  options: { readonly dimensions: number; readonly name?: string | undefined },
): EmbeddingFunction<string> {
  const { dimensions, name = NAME } = options;
  const embedder = embedderIdentity(embedModel);
  return custom<string>({
    name,
    dimensions,
    maxBatch: Math.max(1, embedModel.embedBatchSize),
    config: { dimensions, ...(embedder === undefined ? {} : { embedder }) },
    embed: async (texts, { kind }) => {
      const answers: readonly unknown[] =
        kind === "document"
          ? await embedModel.getTextEmbeddings([...texts])
          : await Promise.all(texts.map((text) => embedModel.getQueryEmbedding({ type: "text", text })));
      return texts.map((_, index) => answeredVector(name, `text ${index}`, answers[index], dimensions));
    },
  });
}

/** What embeds for a store, as the one who makes its vectors. One whose vectors have another length has not made them. */
export function ownerOf(embedModel: BaseEmbedding): VectorOwner {
  return {
    functionOf: (dimensions) => {
      if (embedModel instanceof VarveEmbedding)
        return embedModel.function.dimensions === dimensions ? embedModel.function : undefined;
      return embedderIdentity(embedModel) === undefined
        ? undefined
        : fromLlamaIndex(embedModel, { dimensions });
    },
    written: (dimensions) =>
      embedModel instanceof VarveEmbedding
        ? "fn"
        : `fromLlamaIndex(embedModel, { dimensions: ${dimensions} })`,
    otherwise:
      "Give the store the embedModel that makes these vectors: it has a `model`, or is a VarveEmbedding.",
  };
}
