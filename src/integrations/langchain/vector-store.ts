import type { DocumentInterface } from "@langchain/core/documents";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { AsOf, CommitOptions, Fuse, Metric, VectorElement } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { badDeleteAll, deleteWhat, emptyFilter, noSuchTable, notUsable } from "../support/document-errors";
import { LAYOUT, type LayoutOptions } from "../support/document-layout";
import { DocumentSource, type OwnTable } from "../support/document-source";
import { checkCounts, type DocumentWrite } from "../support/document-table";
import { matchesEverything } from "../support/everything";
import { idList, optionalIdList } from "../support/ids";
import type { NewDocument, PreparedDocument } from "../support/new-document";
import { checkFused, type SearchMode, searchMode } from "../support/search-mode";
import { answeredVectors, givenVectors } from "../support/vector-check";
import { documentList } from "./document-list";
import { nameOf, ownerOf } from "./embeddings-owner";
import { SearchableStore, type Searching, type VarveFilter } from "./searchable-store";
import { VarveSnapshotStore } from "./snapshot-store";
import { isEmbeddingFunction, isEmbeddings, type StoreEmbeddings, TableEmbeddings } from "./table-embeddings";

/** Where the documents of a store are, and what a new table is like. */
export interface VarveStoreConfig extends DatabaseOptions, LayoutOptions {
  /**
   * The name of the table, which the first documents make, or a table of one's own.
   * @default "langchain"
   */
  readonly table?: string | OwnTable | undefined;
  /**
   * How two vectors of a new table are compared.
   * @default "cosine"
   */
  readonly metric?: Metric | undefined;
  /**
   * How the elements of the vectors of a new table are stored.
   * @default "f32"
   */
  readonly element?: VectorElement | undefined;
  /**
   * How `similaritySearch` and retrievers search for a text: by vectors, by its words, or by both.
   * @default "vector"
   */
  readonly searchMode?: SearchMode | undefined;
  /**
   * How words and vectors become one ranking.
   * @default "convex", with weights that the embedding function and the query say
   */
  readonly fuse?: Fuse | undefined;
}

/** What a store on a table of one's own takes. */
export interface VarveTableConfig extends LayoutOptions {
  /**
   * How `similaritySearch` and retrievers search for a text: by vectors, by its words, or by both.
   * @default "vector"
   */
  readonly searchMode?: SearchMode | undefined;
  /**
   * How words and vectors become one ranking.
   * @default "convex", with weights that the embedding function and the query say
   */
  readonly fuse?: Fuse | undefined;
  /** Embeds documents and queries. Where the table has a function, this must be that function. */
  readonly embeddings?: StoreEmbeddings | undefined;
}

const STORE: Names<VarveStoreConfig> = {
  ...DATABASE,
  ...LAYOUT,
  table: true,
  metric: true,
  element: true,
  searchMode: true,
  fuse: true,
};
const OWN_TABLE: Names<VarveTableConfig> = { ...LAYOUT, embeddings: true, searchMode: true, fuse: true };

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
  /**
   * All documents.
   * @default false
   */
  readonly deleteAll?: boolean | undefined;
}

const TABLE = "langchain";

/** What a store is made of, once its arguments are read. */
interface Parts {
  readonly source: DocumentSource;
  readonly embeddings: EmbeddingsInterface;
  /** Whether the table embeds what is written. */
  readonly tableEmbeds: boolean;
  readonly searching: Searching;
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

  /** A store on a table that it makes itself, embedded by LangChain or, with a function of Varve, by the table. */
  constructor(embeddings: StoreEmbeddings, config: VarveStoreConfig);
  /** A store on a table of one's own. */
  constructor(table: OwnTable, config?: VarveTableConfig);
  constructor(first: StoreEmbeddings | OwnTable, config: VarveStoreConfig | VarveTableConfig = {}) {
    const { source, embeddings, tableEmbeds, searching } = partsOf(first, config);
    super(embeddings, source, tableEmbeds, searching);
    this.#source = source;
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

  /** `fromExistingTable` under the name that other stores use for it. */
  static async fromExistingIndex(
    embeddings: StoreEmbeddings,
    config: VarveStoreConfig,
  ): Promise<VarveVectorStore> {
    return await VarveVectorStore.fromExistingTable(embeddings, config);
  }

  /**
   * Embeds documents and adds them as one commit; those whose ids are there already are replaced. Of documents with one id in one call
   * the last is kept. Returns the ids in their order, each once.
   */
  override async addDocuments(
    documents: DocumentInterface[],
    options: VarveAddOptions = {},
  ): Promise<string[]> {
    const { rows, rest } = this.#read("addDocuments", documents, undefined, options);
    const table = await this.#source.view();
    if (rows.length === 0) return [];
    if (this.tableEmbeds) return await this.#write(rows, rest);
    table?.checkOwner();
    const texts = rows.map(({ content }) => content);
    const answer: unknown = await this.embeddings.embedDocuments(texts);
    const dimensions = table?.layout.vector.dimensions;
    const vectors = answeredVectors(nameOf(this.embeddings), answer, rows.length, dimensions);
    return await this.#write(
      rows.map((row, index) => row.withVector(vectors[index])),
      rest,
    );
  }

  /** Adds documents with vectors of their own as one commit, in the same way. */
  override async addVectors(
    vectors: number[][],
    documents: DocumentInterface[],
    options: VarveAddOptions = {},
  ): Promise<string[]> {
    const { rows, rest } = this.#read("addVectors", documents, vectors, options);
    await this.#source.view();
    return rows.length === 0 ? [] : await this.#write(rows, rest);
  }

  /** Deletes documents as one commit: by their ids, by a filter, or all of them. Older versions still show them. */
  override async delete(options: VarveDeleteOptions): Promise<void> {
    const { ids, filter, deleteAll, ...commit } = options ?? {};
    if (deleteAll !== undefined && typeof deleteAll !== "boolean") throw badDeleteAll(deleteAll);
    const given = Object.entries({ ids, filter, deleteAll: deleteAll || undefined });
    const named = given.filter(([, value]) => value !== undefined).map(([name]) => name);
    if (named.length !== 1) throw deleteWhat(named);
    const list = ids === undefined ? undefined : idList("delete", "ids", ids);
    if (filter !== undefined && matchesEverything(filter))
      throw emptyFilter("delete", "Write { deleteAll: true } where that is meant.");
    const documents = await this.#source.view();
    if (documents === undefined || list?.length === 0) return;
    if (list !== undefined) await documents.remove({ ids: list }, commit);
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
    return new VarveSnapshotStore(this.embeddings, this.#source.asOf(at), this.tableEmbeds, this.searching);
  }

  /** Closes the database, where the store opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  /** What was given, as it is at the call. */
  #read(
    call: string,
    documents: unknown,
    given: unknown,
    { ids: givenIds, ...rest }: VarveAddOptions,
  ): { readonly rows: PreparedDocument[]; readonly rest: DocumentWrite } {
    const list = documentList(call, documents);
    const ids = optionalIdList(call, "ids", givenIds);
    const vectors = given === undefined ? undefined : givenVectors(call, "vectors", given);
    checkCounts("ids", ids, list.length);
    checkCounts("vectors", vectors, list.length);
    const rows = list.map(({ id, pageContent, metadata }, index): NewDocument => {
      return {
        id: ids?.[index] ?? id ?? crypto.randomUUID(),
        content: pageContent,
        metadata: metadata as Record<string, unknown>,
        vector: vectors?.[index],
      };
    });
    return { rows: this.#source.prepared(rows), rest };
  }

  async #write(rows: readonly PreparedDocument[], options: DocumentWrite): Promise<string[]> {
    await (await this.#source.table(rows[0]?.vector?.length)).write(rows, options);
    return [...new Set(rows.map(({ id }) => id))];
  }
}

function partsOf(first: unknown, config: VarveStoreConfig & VarveTableConfig): Parts {
  const isTable = !isEmbeddings(first) && !isEmbeddingFunction(first);
  if (isTable && !isTableLike(first))
    throw notUsable("VarveVectorStore", "an Embeddings, an embedding function or a table");
  const {
    embeddings,
    searchMode: given = "vector",
    fuse,
    ...options
  } = isTable
    ? { ...ownOptions<VarveTableConfig>("VarveVectorStore", config, OWN_TABLE), table: first as OwnTable }
    : storeOptions(first as StoreEmbeddings, config);
  const searching = { mode: searchMode("VarveVectorStore", given), fuse };
  checkFused("VarveVectorStore", searching.mode, fuse);
  const fn = isEmbeddingFunction(embeddings) ? embeddings : undefined;
  if (embeddings !== undefined && fn === undefined && !isEmbeddings(embeddings))
    throw notUsable("embeddings", "an Embeddings or an embedding function");
  const owner = embeddings === undefined ? undefined : ownerOf(embeddings);
  const source = new DocumentSource({ ...options, function: fn, owner });
  if (isEmbeddings(embeddings)) return { source, embeddings, tableEmbeds: false, searching };
  return { source, embeddings: new TableEmbeddings(source.name, source, fn), tableEmbeds: true, searching };
}

function storeOptions(
  embeddings: StoreEmbeddings,
  config: VarveStoreConfig,
): VarveTableConfig & VarveStoreConfig & { readonly table: string | OwnTable } {
  const { table = TABLE, ...options } = ownOptions("VarveVectorStore", config, STORE);
  return { ...options, table, embeddings };
}

function isTableLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "upsert" in value && "untyped" in value;
}
