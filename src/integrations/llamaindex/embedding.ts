import { BaseEmbedding } from "@llamaindex/core/embeddings";
import type { EmbeddingFunction } from "varve";
import { notEmbedded } from "./store-errors";

/**
 * An embedding function of Varve as an embedding of LlamaIndex, with the difference between documents and queries that some
 * functions make.
 *
 * @example
 * ```ts
 * Settings.embedModel = new VarveEmbedding(builtin()); // no download, no key
 * ```
 */
export class VarveEmbedding extends BaseEmbedding {
  /** The function that is asked. */
  readonly function: EmbeddingFunction<string>;

  /** An embedding that asks a function for texts. */
  constructor(fn: EmbeddingFunction<string>) {
    super();
    this.function = fn;
    this.embedBatchSize = fn.maxBatch ?? this.embedBatchSize;
  }

  /** The vector of a text to search for. */
  override async getTextEmbedding(text: string): Promise<number[]> {
    const [vector] = await this.#embed([text], "document");
    return vector ?? [];
  }

  /** The vectors of some texts. */
  override getTextEmbeddings = async (texts: string[]): Promise<number[][]> =>
    await this.#embed(texts, "document");

  /** The vector of a text to search with; null for what is no text. */
  override async getQueryEmbedding(
    query: Parameters<BaseEmbedding["getQueryEmbedding"]>[0],
  ): Promise<number[] | null> {
    if (query.type !== "text") return null;
    const [vector] = await this.#embed([query.text], "query");
    return vector ?? null;
  }

  async #embed(texts: readonly string[], kind: "document" | "query"): Promise<number[][]> {
    const vectors = await this.function.embed(texts, { kind });
    return texts.map((text, index) => {
      const vector = vectors[index];
      if (vector === undefined || vector === null) throw notEmbedded(this.function.name, text);
      return Array.from(vector);
    });
  }
}
