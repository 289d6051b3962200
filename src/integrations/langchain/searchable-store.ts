// What a store and its past have in common: every way to search.

import { Document, type DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { maximalMarginalRelevance } from "@langchain/core/utils/math";
import {
  type MaxMarginalRelevanceSearchOptions,
  VectorStore,
  type VectorStoreRetriever,
  type VectorStoreRetrieverInput,
} from "@langchain/core/vectorstores";
import type { Fuse } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { diverseWords } from "../support/document-errors";
import type { ReadableSource } from "../support/document-source";
import type { DocumentFilter, DocumentHit, DocumentView, StoredDocument } from "../support/document-view";
import { idList } from "../support/ids";
import { checkFused, type SearchMode, searchMode } from "../support/search-mode";
import { answeredVector, givenVector } from "../support/vector-check";
import { nameOf } from "./embeddings-owner";
import { VarveRetriever } from "./retriever";

/**
 * Which documents: a Mongo-style object on the metadata (`{ author: "Ada", year: { $gte: 2024 } }`), or a condition on the columns of
 * the table, by the builder (`(c) => c.metadata.path("year").gte(2024)`) or by `sql`. A list means that all of them must hold.
 */
export type VarveFilter = DocumentFilter;

/** What `asRetriever` takes: what LangChain gives, and how to search. */
export type VarveRetrieverInput<V extends VectorStore> = Partial<VectorStoreRetrieverInput<V>> & {
  /**
   * How the retriever searches. It does not go with `searchType: "mmr"`, which compares vectors.
   * @default as the store does
   */
  readonly searchMode?: SearchMode | undefined;
  /**
   * How words and vectors become one ranking.
   * @default as the store does
   */
  readonly fuse?: Fuse | undefined;
};

/** How a store searches for a text. */
export interface Searching {
  readonly mode: SearchMode;
  readonly fuse: Fuse | undefined;
}

const RELEVANCE: Names<MaxMarginalRelevanceSearchOptions<VarveFilter>> = {
  k: true,
  fetchK: true,
  lambda: true,
  filter: true,
};

/** The parameters behind the first two. */
type Rest<P extends readonly unknown[]> = P extends [unknown?, unknown?, ...infer R] ? R : never;

const K = 4;
const FETCH_K = 20;
const LAMBDA = 0.5;

/** A vector store that can be searched. */
export abstract class SearchableStore extends VectorStore {
  declare FilterType: VarveFilter;
  /** Whether the table embeds what is written and searched for. */
  protected readonly tableEmbeds: boolean;
  /** How texts are searched for, unless a retriever says otherwise. */
  protected readonly searching: Searching;
  readonly #source: ReadableSource;

  /** @internal */
  constructor(
    embeddings: EmbeddingsInterface,
    source: ReadableSource,
    tableEmbeds: boolean,
    searching: Searching,
  ) {
    // Nothing goes into lc_kwargs: a handle is no configuration.
    super(embeddings, {});
    this.#source = source;
    this.tableEmbeds = tableEmbeds;
    this.searching = searching;
  }

  /** The kind of the store. */
  override _vectorstoreType(): string {
    return "varve";
  }

  /** The version of the table that is read; 0 where nothing was ever written. */
  async version(): Promise<number> {
    return (await (await this.#source.view())?.version()) ?? 0;
  }

  /** The documents that fit a text best, by `searchMode`: those nearest to it, where nothing else was said. */
  override async similaritySearch(query: string, k = K, filter?: VarveFilter): Promise<DocumentInterface[]> {
    return (await this.#find(query, k, filter, this.searching)).map(toDocument);
  }

  /**
   * The documents that fit a text best, with their scores: higher is better, and between 0 and 1 by vectors with the metrics `cosine` and
   * `l2` and by words and vectors together. By words alone scores have no upper end.
   */
  override async similaritySearchWithScore(
    query: string,
    k = K,
    filter?: VarveFilter,
  ): Promise<[DocumentInterface, number][]> {
    const hits = await this.#find(query, k, filter, this.searching);
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
    return hits.map((hit) => [toDocument(hit), hit.distance as number]);
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

  /**
   * A retriever over this store. With `searchMode` it searches in another way than the store does.
   *
   * @example
   * ```ts
   * const retriever = store.asRetriever({ k: 4, filter: { lang: "en" }, searchMode: "hybrid" });
   * ```
   */
  override asRetriever(
    kOrFields?: number | VarveRetrieverInput<this>,
    filter?: VarveFilter,
    ...more: Rest<Parameters<VectorStore["asRetriever"]>>
  ): VectorStoreRetriever<this> {
    const isTold =
      typeof kOrFields === "object" &&
      kOrFields !== null &&
      (kOrFields.searchMode ?? kOrFields.fuse) !== undefined;
    if (!isTold) return super.asRetriever(kOrFields, filter, ...more) as VectorStoreRetriever<this>;
    const { searchMode: given, fuse: own, ...fields } = kOrFields;
    const mode = searchMode("asRetriever", given ?? this.searching.mode);
    checkFused("asRetriever", mode, own);
    const fuse = own ?? this.searching.fuse;
    if (fields.searchType === "mmr") throw diverseWords(mode);
    const tags = [...(fields.tags ?? []), this._vectorstoreType()];
    return new VarveRetriever<this>({ ...fields, tags, vectorStore: this }, async (query, k, wanted) =>
      (await this.#find(query, k, wanted, { mode, fuse })).map(toDocument),
    );
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

  async #find(
    query: string,
    limit: number,
    filter: VarveFilter | undefined,
    { mode, fuse }: Searching,
  ): Promise<DocumentHit[]> {
    const view = await this.#source.view();
    if (view === undefined || limit === 0) return [];
    if (mode === "text") return await view.searchWords(query, { limit, filter });
    if (mode === "vector" || (mode === "auto" && !view.layout.hasWords))
      return await this.#search(query, limit, filter);
    const vector = this.tableEmbeds ? undefined : ((await this.#embed(view, query)) ?? undefined);
    return await view.searchBoth(query, vector, { limit, filter, fuse });
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
