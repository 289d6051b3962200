import type { BaseEmbedding } from "@llamaindex/core/embeddings";
import type { EmbeddingFunction } from "varve";
import { custom, embedderIdentity } from "varve/embeddings";
import { ownOptions } from "../../own-options";
import { answeredVector } from "../support/vector-check";
import type { VectorOwner } from "../support/vector-owner";
import type { VarveEmbedding } from "./embedding";

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
  const { dimensions, name = NAME } = ownOptions("fromLlamaIndex", options, { dimensions: true, name: true });
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
  const own = functionOf(embedModel);
  return {
    functionOf: (dimensions) => {
      if (own !== undefined) return own.dimensions === dimensions ? own : undefined;
      return embedderIdentity(embedModel) === undefined
        ? undefined
        : fromLlamaIndex(embedModel, { dimensions });
    },
    written: (dimensions) =>
      own === undefined ? `fromLlamaIndex(embedModel, { dimensions: ${dimensions} })` : "fn",
    otherwise:
      "Give the store the embedModel that makes these vectors: it has a `model`, or is a VarveEmbedding.",
  };
}

/** The function of a `VarveEmbedding`, whichever copy of the package made it. */
function functionOf(embedModel: BaseEmbedding): EmbeddingFunction<string> | undefined {
  const { function: fn } = embedModel as Partial<VarveEmbedding>;
  return typeof fn === "object" && typeof fn.embed === "function" ? fn : undefined;
}
