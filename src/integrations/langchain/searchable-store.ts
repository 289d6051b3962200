// What a store and its past have in common: every way to search.

import { Document, type DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { maximalMarginalRelevance } from "@langchain/core/utils/math";
import { type MaxMarginalRelevanceSearchOptions, VectorStore } from "@langchain/core/vectorstores";
import { type Names, ownOptions } from "../../own-options";
import type { ReadableSource } from "../support/document-source";
import type { DocumentFilter, DocumentHit, DocumentView, StoredDocument } from "../support/document-view";
import { idList } from "../support/ids";
import { answeredVector, givenVector } from "../support/vector-check";
import { nameOf } from "./embeddings-owner";

/**
 * Which documents: a Mongo-style object on the metadata (`{ author: "Ada", year: { $gte: 2024 } }`), or a condition on the columns of
 * the table, by the builder (`(c) => c.metadata.path("year").gte(2024)`) or by `sql`. A list means that all of them must hold.
 */
export type VarveFilter = DocumentFilter;

const RELEVANCE: Names<MaxMarginalRelevanceSearchOptions<VarveFilter>> = {
  k: true,
  fetchK: true,
  lambda: true,
  filter: true,
};
const K = 4;
const FETCH_K = 20;
const LAMBDA = 0.5;

/** A vector store that can be searched. */
export abstract class SearchableStore extends VectorStore {
  declare FilterType: VarveFilter;
  /** Whether the table embeds what is written and searched for. */
  protected readonly tableEmbeds: boolean;
  readonly #source: ReadableSource;

  /** @internal */
  constructor(embeddings: EmbeddingsInterface, source: ReadableSource, tableEmbeds: boolean) {
    // Nothing goes into lc_kwargs: a handle is no configuration.
    super(embeddings, {});
    this.#source = source;
    this.tableEmbeds = tableEmbeds;
  }

  /** The kind of the store. */
  override _vectorstoreType(): string {
    return "varve";
  }

  /** The version of the table that is read; 0 where nothing was ever written. */
  async version(): Promise<number> {
    return (await (await this.#source.view())?.version()) ?? 0;
  }

  /** The documents nearest to a text, the best first. */
  override async similaritySearch(query: string, k = K, filter?: VarveFilter): Promise<DocumentInterface[]> {
    return (await this.#search(query, k, filter)).map(toDocument);
  }

  /** The documents nearest to a text, with their scores: higher is better, and between 0 and 1 for the metrics `cosine` and `l2`. */
  override async similaritySearchWithScore(
    query: string,
    k = K,
    filter?: VarveFilter,
  ): Promise<[DocumentInterface, number][]> {
    const hits = await this.#search(query, k, filter);
    return hits.map((hit) => [toDocument(hit), hit.score]);
  }

  /** The documents nearest to a vector, with their scores. */
  override async similaritySearchVectorWithScore(
    query: number[],
    k: number,
    filter?: VarveFilter,
  ): Promise<[DocumentInterface, number][]> {
    const hits = await this.#search(
      givenVector("similaritySearchVectorWithScore", "query", query),
      k,
      filter,
    );
    return hits.map((hit) => [toDocument(hit), hit.score]);
  }

  /** The documents nearest to a text or a vector, with what the metric measured: lower is nearer. */
  async similaritySearchWithDistance(
    query: string | number[],
    k = K,
    filter?: VarveFilter,
  ): Promise<[DocumentInterface, number][]> {
    const given =
      typeof query === "string" ? query : givenVector("similaritySearchWithDistance", "query", query);
    const hits = await this.#search(given, k, filter);
    return hits.map((hit) => [toDocument(hit), hit.distance]);
  }

  /**
   * Documents that are near to a text and not all alike: of the `fetchK` nearest (20) the `k` that are best by maximal marginal
   * relevance, where `lambda` 1 counts nearness alone and 0 difference alone (0.5).
   */
  override async maxMarginalRelevanceSearch(
    query: string,
    options: MaxMarginalRelevanceSearchOptions<VarveFilter>,
    _callbacks?: unknown,
  ): Promise<DocumentInterface[]> {
    const own = ownOptions("maxMarginalRelevanceSearch", options, RELEVANCE);
    const { k = K, fetchK = FETCH_K, lambda = LAMBDA, filter } = own;
    const view = await this.#source.view();
    const vector = view === undefined ? null : await this.#embed(view, query);
    if (view === undefined || vector === null) return [];
    const hits = await view.search(vector, { limit: Math.max(k, fetchK), filter, vectors: true });
    const vectors = hits.map((hit) => Array.from(hit.vector ?? []));
    const chosen = maximalMarginalRelevance(Array.from(vector), vectors, lambda, k);
    return chosen.flatMap((index) => hits[index] ?? []).map(toDocument);
  }

  /** The documents with these ids, in their order; those that are not there are left out. */
  async getByIds(ids: readonly string[]): Promise<DocumentInterface[]> {
    const list = idList("getByIds", "ids", ids);
    const documents = await (await this.#source.view())?.get(list);
    return (documents ?? []).map(toDocument);
  }

  /** How many documents a filter lets through; all without one. */
  async count(filter?: VarveFilter): Promise<number> {
    return (await (await this.#source.view())?.count(filter)) ?? 0;
  }

  async #search(
    query: string | Float32Array,
    limit: number,
    filter: VarveFilter | undefined,
  ): Promise<DocumentHit[]> {
    const view = await this.#source.view();
    if (view === undefined || limit === 0) return [];
    const vector = typeof query === "string" ? await this.#embed(view, query) : query;
    return vector === null ? [] : await view.search(vector, { limit, filter });
  }

  /** The vector of a query; null where the function of the table knows nothing in it, which is the only reason to find nothing. */
  async #embed(view: DocumentView, query: string): Promise<Float32Array | null> {
    const { embeddings } = this;
    view.checkOwner();
    if (this.tableEmbeds) return await view.embed(query, "query");
    const answer: unknown = await embeddings.embedQuery(query);
    return answeredVector(nameOf(embeddings), "the query", answer, view.layout.vector.dimensions);
  }
}

function toDocument({ id, content, metadata }: StoredDocument): DocumentInterface {
  return new Document({ id, pageContent: content, metadata });
}
