import type { DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { AsOf, CommitOptions, Metric, VectorElement } from "varve";
import type { DatabaseOptions } from "../support/database-source";
import { deleteWhat, emptyDeleteFilter, noSuchTable, notUsable } from "../support/document-errors";
import type { LayoutOptions } from "../support/document-layout";
import { DocumentSource, type OwnTable } from "../support/document-source";
import { checkCounts, type DocumentWrite, type NewDocument } from "../support/document-table";
import { SearchableStore, type VarveFilter } from "./searchable-store";
import { VarveSnapshotStore } from "./snapshot-store";
import { isEmbeddingFunction, isEmbeddings, type StoreEmbeddings, TableEmbeddings } from "./table-embeddings";

/** Where the documents of a store are, and what a new table is like. */
export interface VarveStoreConfig extends DatabaseOptions, LayoutOptions {
  /** The name of the table, which the first documents make, or a table of one's own; `"langchain"` unless told. */
  readonly table?: string | OwnTable | undefined;
  /** How two vectors of a new table are compared; `cosine` unless told. */
  readonly metric?: Metric | undefined;
  /** How the elements of the vectors of a new table are stored; `f32` unless told. */
  readonly element?: VectorElement | undefined;
}

/** What a store on a table of one's own takes. */
export interface VarveTableConfig extends LayoutOptions {
  /** Embeds documents and queries, in place of the table's function. */
  readonly embeddings?: StoreEmbeddings | undefined;
}

/** What `addDocuments` and `addVectors` take. */
export interface VarveAddOptions extends DocumentWrite {
  /** The ids of the documents, in their order. Without one, a document keeps its own `id`, or gets a new one. */
  readonly ids?: readonly (string | undefined)[] | undefined;
}

/** What `delete` takes: one of `ids`, `filter` and `deleteAll`. */
export interface VarveDeleteOptions extends CommitOptions {
  /** The documents with these ids. */
  readonly ids?: readonly string[] | undefined;
  /** The documents that a filter lets through; it must not be empty. */
  readonly filter?: VarveFilter | undefined;
  /** All documents. */
  readonly deleteAll?: boolean | undefined;
}

const TABLE = "langchain";

/** What a store is made of, once its arguments are read. */
interface Parts {
  readonly source: DocumentSource;
  readonly embeddings: EmbeddingsInterface;
  /** Whether the table embeds what is written. */
  readonly tableEmbeds: boolean;
}

/**
 * A vector store of LangChain over a table: ids, upsert, filters, scores between 0 and 1, and every version of it.
 *
 * Nothing is opened before it is used; any number of stores, in any number of processes, may use one table at the same time.
 *
 * @example
 * ```ts
 * const store = new VarveVectorStore(embeddings, { location: "./data", table: "docs" });
 * await store.addDocuments(documents, { ids });
 * const found = await store.similaritySearch("refund policy", 4, { lang: "en" });
 * const before = await store.asOf("2026-09-30").similaritySearch("refund policy");
 * ```
 */
export class VarveVectorStore extends SearchableStore {
  readonly #source: DocumentSource;
  readonly #tableEmbeds: boolean;

  /** A store on a table that it makes itself, embedded by LangChain or, with a function of Varve, by the table. */
  constructor(embeddings: StoreEmbeddings, config: VarveStoreConfig);
  /** A store on a table of one's own. */
  constructor(table: OwnTable, config?: VarveTableConfig);
  constructor(first: StoreEmbeddings | OwnTable, config: VarveStoreConfig | VarveTableConfig = {}) {
    const { source, embeddings, tableEmbeds } = partsOf(first, config);
    super(embeddings, source);
    this.#source = source;
    this.#tableEmbeds = tableEmbeds;
  }

  /** The name in traces. */
  static override lc_name(): string {
    return "VarveVectorStore";
  }

  /** Makes a store and fills it with texts; one object of metadata is for all of them. */
  static override async fromTexts(
    texts: string[],
    metadatas: object[] | object,
    embeddings: StoreEmbeddings,
    config: VarveStoreConfig,
  ): Promise<VarveVectorStore> {
    if (Array.isArray(metadatas)) checkCounts("metadatas", metadatas, texts.length);
    const documents = texts.map((pageContent, index) => ({
      pageContent,
      metadata: (Array.isArray(metadatas) ? metadatas[index] : metadatas) as Record<string, unknown>,
    }));
    return await VarveVectorStore.fromDocuments(documents, embeddings, config);
  }

  /** Makes a store and fills it with documents. */
  static override async fromDocuments(
    documents: DocumentInterface[],
    embeddings: StoreEmbeddings,
    config: VarveStoreConfig,
  ): Promise<VarveVectorStore> {
    const store = new VarveVectorStore(embeddings, config);
    await store.addDocuments(documents);
    return store;
  }

  /** Opens a store on a table that is there; throws TABLE_NOT_FOUND where it is not. */
  static async fromExistingTable(
    embeddings: StoreEmbeddings,
    config: VarveStoreConfig,
  ): Promise<VarveVectorStore> {
    const store = new VarveVectorStore(embeddings, config);
    if ((await store.#source.view()) === undefined) throw noSuchTable(store.#source.name);
    return store;
  }

  /** The same as `fromExistingTable`, by the name that other stores have for it. */
  static async fromExistingIndex(
    embeddings: StoreEmbeddings,
    config: VarveStoreConfig,
  ): Promise<VarveVectorStore> {
    return await VarveVectorStore.fromExistingTable(embeddings, config);
  }

  /** Embeds documents and adds them as one commit; those whose ids are there already are replaced. Returns the ids. */
  override async addDocuments(
    documents: DocumentInterface[],
    options: VarveAddOptions = {},
  ): Promise<string[]> {
    if (this.#tableEmbeds) return await this.#write(documents, undefined, options);
    const texts = documents.map(({ pageContent }) => pageContent);
    const vectors = texts.length === 0 ? [] : await this.embeddings.embedDocuments(texts);
    return await this.#write(documents, vectors, options);
  }

  /** Adds documents with vectors of their own as one commit, in the same way. */
  override async addVectors(
    vectors: number[][],
    documents: DocumentInterface[],
    options: VarveAddOptions = {},
  ): Promise<string[]> {
    return await this.#write(documents, vectors, options);
  }

  /** Deletes documents as one commit: by their ids, by a filter, or all of them. Older versions still show them. */
  override async delete(options: VarveDeleteOptions): Promise<void> {
    const { ids, filter, deleteAll, ...commit } = options ?? {};
    const given = Object.entries({ ids, filter, deleteAll: deleteAll || undefined });
    const named = given.filter(([, value]) => value !== undefined).map(([name]) => name);
    if (named.length !== 1) throw deleteWhat(named);
    if (isEmpty(filter)) throw emptyDeleteFilter();
    const documents = await this.#source.view();
    if (documents === undefined || ids?.length === 0) return;
    if (ids !== undefined) await documents.remove({ ids }, commit);
    else await documents.remove(filter === undefined ? "all" : { filter }, commit);
  }

  /**
   * The store as it was, read only, at a date, a version, a tag or an effective date.
   *
   * @example
   * ```ts
   * const launch = store.asOf({ tag: "launch" }).asRetriever();
   * ```
   */
  asOf(at: AsOf): VarveSnapshotStore {
    return new VarveSnapshotStore(this.embeddings, this.#source.asOf(at));
  }

  /** Closes the database, where the store opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  async #write(
    documents: readonly DocumentInterface[],
    vectors: readonly number[][] | undefined,
    { ids, ...options }: VarveAddOptions,
  ): Promise<string[]> {
    checkCounts("ids", ids, documents.length);
    checkCounts("vectors", vectors, documents.length);
    if (documents.length === 0) return [];
    const rows = documents.map(({ id, pageContent, metadata }, index): NewDocument => {
      return {
        id: ids?.[index] ?? id ?? crypto.randomUUID(),
        content: pageContent,
        metadata: metadata as Record<string, unknown>,
        vector: vectors?.[index],
      };
    });
    await (await this.#source.table(vectors?.[0]?.length)).write(rows, options);
    return rows.map(({ id }) => id);
  }
}

function partsOf(first: unknown, config: VarveStoreConfig & VarveTableConfig): Parts {
  const isTable = !isEmbeddings(first) && !isEmbeddingFunction(first);
  if (isTable && !isTableLike(first))
    throw notUsable("VarveVectorStore", "an Embeddings, an embedding function or a table");
  const { embeddings, ...options } = isTable
    ? { ...config, table: first as OwnTable }
    : { ...config, table: config.table ?? TABLE, embeddings: first as StoreEmbeddings };
  const fn = isEmbeddingFunction(embeddings) ? embeddings : undefined;
  if (embeddings !== undefined && fn === undefined && !isEmbeddings(embeddings))
    throw notUsable("embeddings", "an Embeddings or an embedding function");
  const source = new DocumentSource({ ...options, function: fn });
  if (isEmbeddings(embeddings)) return { source, embeddings, tableEmbeds: false };
  return { source, embeddings: new TableEmbeddings(source.name, source, fn), tableEmbeds: true };
}

function isTableLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "upsert" in value && "untyped" in value;
}

/** Whether a filter lets everything through because there is nothing in it. */
function isEmpty(filter: unknown): boolean {
  if (Array.isArray(filter)) return filter.every(isEmpty);
  return typeof filter === "object" && filter !== null && Object.keys(filter).length === 0;
}
