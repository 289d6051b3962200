import type { DocumentInterface } from "@langchain/core/documents";
import {
  type VectorStoreInterface,
  VectorStoreRetriever,
  type VectorStoreRetrieverInput,
} from "@langchain/core/vectorstores";

/** Finds the documents that fit a query best. */
export type Find<F> = (query: string, k: number, filter: F | undefined) => Promise<DocumentInterface[]>;

/** A retriever of LangChain that searches in another way than its store does. */
export class VarveRetriever<V extends VectorStoreInterface> extends VectorStoreRetriever<V> {
  readonly #find: Find<V["FilterType"]>;

  /** @internal */
  constructor(fields: VectorStoreRetrieverInput<V>, find: Find<V["FilterType"]>) {
    super(fields);
    this.#find = find;
  }

  /** The documents that fit a query best. */
  override async _getRelevantDocuments(query: string): Promise<DocumentInterface[]> {
    return await this.#find(query, this.k, this.filter);
  }
}
