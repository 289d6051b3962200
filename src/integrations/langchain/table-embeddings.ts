import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { EmbeddingFunction } from "varve";
import { noSuchTable } from "../support/document-errors";
import type { ReadableSource } from "../support/document-source";

/** What embeds for a store: an `Embeddings` of LangChain, or a function of Varve, which the table then keeps. */
export type StoreEmbeddings = EmbeddingsInterface | EmbeddingFunction;

/** Whether it is a function of Varve. */
export function isEmbeddingFunction(value: unknown): value is EmbeddingFunction {
  return isObject(value) && typeof value["embed"] === "function" && typeof value["dimensions"] === "number";
}

/** Whether it is an `Embeddings` of LangChain. */
export function isEmbeddings(value: unknown): value is EmbeddingsInterface {
  return (
    isObject(value) &&
    typeof value["embedQuery"] === "function" &&
    typeof value["embedDocuments"] === "function"
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The function of a table as an `Embeddings` of LangChain. Where it knows nothing in a text, the vector is empty. */
export class TableEmbeddings implements EmbeddingsInterface {
  /** What tells it from the function of another table, as other embeddings name their model. */
  readonly model: string | undefined;
  readonly #table: string;
  readonly #source: ReadableSource;
  readonly #function: EmbeddingFunction | undefined;

  constructor(table: string, source: ReadableSource, fn: EmbeddingFunction | undefined) {
    this.#table = table;
    this.#source = source;
    this.#function = fn;
    this.model = fn && `${fn.name} ${JSON.stringify(fn.config)}`;
  }

  async embedQuery(text: string): Promise<number[]> {
    return await this.#embed(text, "query");
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    return await Promise.all(texts.map((text) => this.#embed(text, "document")));
  }

  async #embed(text: string, kind: "query" | "document"): Promise<number[]> {
    const view = await this.#source.view();
    if (view !== undefined) return Array.from((await view.embed(text, kind)) ?? []);
    // Before the first write there is no table that could be asked.
    if (this.#function === undefined) throw noSuchTable(this.#table);
    const [vector] = await this.#function.embed([text], { kind });
    return Array.from(vector ?? []);
  }
}
