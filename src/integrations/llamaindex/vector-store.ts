import type { BaseNode } from "@llamaindex/core/schema";
import {
  BaseVectorStore,
  type VectorStoreBaseParams,
  type VectorStoreQuery,
  type VectorStoreQueryResult,
} from "@llamaindex/core/vector-store";
import type { AsOf, CommitOptions, Fuse, Metric, Table, VectorElement } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { readOnly } from "../support/document-errors";
import { LAYOUT, type LayoutOptions } from "../support/document-layout";
import { DocumentSource } from "../support/document-source";
import type { DocumentHit, DocumentView } from "../support/document-view";
import { idList, oneId } from "../support/ids";
import { givenVector } from "../support/vector-check";
import { diverse } from "./diverse";
import { ownerOf } from "./from-llamaindex";
import { toDocuments, toNode } from "./node-document";
import { toNodeFilter } from "./node-filter";
import { badAlpha, noQueryEmbedding, noQueryText, unknownMode } from "./store-errors";

/** Which table, and what a new one is like. */
export interface VarveVectorStoreOptions extends DatabaseOptions, LayoutOptions, VectorStoreBaseParams {
  /**
   * The name of the table, which the first nodes make, or a table of one's own.
   * @default "llamaindex"
   */
  readonly table?: string | Table | undefined;
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
}

const OPTIONS: Names<VarveVectorStoreOptions> = {
  ...DATABASE,
  ...LAYOUT,
  table: true,
  metric: true,
  element: true,
  embedModel: true,
  embeddingModel: true,
};

/** What `customParams` of a query may say. */
export interface VarveQueryParams {
  /** Reads the table as it was. */
  readonly asOf?: AsOf | undefined;
}

const TABLE = "llamaindex";
/** How many times as many nodes as asked for are compared where they should differ; LlamaIndex has the same factor. */
const DIVERSE_FACTOR = 4;
const DIVERSE_LAMBDA = 0.5;

/**
 * A vector store of LlamaIndex over a table: all filters, texts and metadata as they were, deletion by document, and every version.
 *
 * Nothing is opened before it is used; any number of stores, in any number of processes, may use one table at the same time.
 *
 * @example
 * ```ts
 * const store = new VarveVectorStore({ location: "./data", table: "docs", embedModel });
 * const index = await VectorStoreIndex.fromVectorStore(store);
 * const before = await VectorStoreIndex.fromVectorStore(store.asOf("2026-09-30"));
 * ```
 */
export class VarveVectorStore extends BaseVectorStore<Promise<Table | undefined>, VarveQueryParams> {
  /** Nodes come back with their texts. */
  storesText = true;
  readonly #source: DocumentSource;
  readonly #at: AsOf | undefined;

  /** A store on a table that it makes itself, or on a table of one's own. */
  constructor(options: VarveVectorStoreOptions);
  /** @internal */
  constructor(options: VarveVectorStoreOptions, source: DocumentSource, at: AsOf);
  constructor(given: VarveVectorStoreOptions, source?: DocumentSource, at?: AsOf) {
    const options = ownOptions("VarveVectorStore", given, OPTIONS);
    super(options);
    const owner = ownerOf(this.embedModel);
    this.#source = source ?? new DocumentSource({ ...options, table: options.table ?? TABLE, owner });
    this.#at = at;
  }

  /** The table, with all that a table can do; undefined where nothing was ever written. */
  override async client(): Promise<Table | undefined> {
    return (await this.#source.view())?.table;
  }

  /**
   * Adds nodes as one commit; those whose ids are there already are replaced. Of nodes with one id in one call the last is kept.
   * Returns the ids in their order, each once.
   */
  override async add(nodes: BaseNode[]): Promise<string[]> {
    this.#checkPresent("add");
    const documents = this.#source.prepared(toDocuments(nodes));
    await this.#source.view();
    if (documents.length > 0) await (await this.#source.table(documents[0]?.vector?.length)).write(documents);
    return [...new Set(documents.map(({ id }) => id))];
  }

  /** Deletes the nodes that were cut from a document, as one commit. Older versions still show them. */
  override async delete(refDocId: string, options: CommitOptions = {}): Promise<void> {
    this.#checkPresent("delete");
    oneId("delete", "refDocId", refDocId);
    const documents = await this.#source.view();
    const filters = [{ key: "ref_doc_id", operator: "==", value: refDocId } as const];
    const filter = documents && toNodeFilter(documents.layout, { filters: { filters } });
    if (filter !== undefined) await documents?.remove({ filter }, options);
  }

  /** Deletes nodes by their own ids, as one commit. */
  async deleteNodes(nodeIds: readonly string[], options: CommitOptions = {}): Promise<void> {
    this.#checkPresent("deleteNodes");
    const ids = idList("deleteNodes", "nodeIds", nodeIds);
    const documents = await this.#source.view();
    if (ids.length > 0) await documents?.remove({ ids }, options);
  }

  /** Deletes all nodes, as one commit. */
  async clear(options: CommitOptions = {}): Promise<void> {
    this.#checkPresent("clear");
    await (await this.#source.view())?.remove("all", options);
  }

  /**
   * The nodes that fit a query best. Of the modes there are `default`, by vectors; `sparse` (`text_search` in Python), by the words of `queryStr`;
   * `hybrid`, by both, where `alpha` is what vectors count for, from 0 to 1; and `mmr`, in which `mmrThreshold` 1 counts nearness alone and 0 difference alone. `docIds` are ids of nodes, or of the documents that
   * they were cut from.
   */
  override async query(query: VectorStoreQuery<VarveQueryParams>): Promise<VectorStoreQueryResult> {
    const { similarityTopK: limit, filters, docIds, customParams } = query;
    const find = finderOf(query);
    if (docIds !== undefined) idList("query", "docIds", docIds);
    const view = await this.#view(ownOptions("query, customParams", customParams, { asOf: true }).asOf);
    if (view === undefined || limit === 0) return { nodes: [], similarities: [], ids: [] };
    return toResult(await find(view, toNodeFilter(view.layout, { filters, docIds })));
  }

  /** The nodes with these ids, in their order; those that are not there are left out. */
  async getNodes(nodeIds: readonly string[]): Promise<BaseNode[]> {
    const ids = idList("getNodes", "nodeIds", nodeIds);
    const documents = await (await this.#view())?.get(ids);
    return (documents ?? []).map(toNode);
  }

  /** The version of the table that is read; 0 where nothing was ever written. */
  async version(): Promise<number> {
    return (await (await this.#view())?.version()) ?? 0;
  }

  /**
   * The store as it was, read only, at a date, a version, a tag or an effective date.
   *
   * @example
   * ```ts
   * const launch = store.asOf({ tag: "launch" });
   * ```
   */
  asOf(at: AsOf): VarveVectorStore {
    return new VarveVectorStore({ embedModel: this.embedModel }, this.#source, at);
  }

  /** Closes the database, where the store opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  async #view(at: AsOf | undefined = this.#at): Promise<DocumentView | undefined> {
    const documents = await this.#source.view();
    return at === undefined ? documents : documents?.asOf(at);
  }

  #checkPresent(method: string): void {
    if (this.#at !== undefined) throw readOnly(method);
  }
}

/** How a query finds nodes; what it says is read at the call. */
function finderOf(
  query: VectorStoreQuery<VarveQueryParams>,
): (view: DocumentView, filter: ReturnType<typeof toNodeFilter>) => Promise<DocumentHit[]> {
  const { similarityTopK: limit, queryStr, mmrThreshold = DIVERSE_LAMBDA } = query;
  const mode: string = query.mode ?? "default";
  switch (mode) {
    case "default": {
      const vector = vectorOf(query);
      return (view, filter) => view.search(vector, { limit, filter });
    }
    case "sparse":
    case "text_search": {
      if (typeof queryStr !== "string") throw noQueryText(mode);
      return (view, filter) => view.searchWords(queryStr, { limit, filter });
    }
    case "hybrid": {
      if (typeof queryStr !== "string") throw noQueryText(mode);
      const vector = vectorOf(query);
      const fuse = fuseOf(query.alpha);
      return (view, filter) => view.searchBoth(queryStr, vector, { limit, filter, fuse });
    }
    case "mmr": {
      const vector = vectorOf(query);
      return async (view, filter) => {
        const near = await view.search(vector, { limit: limit * DIVERSE_FACTOR, filter, vectors: true });
        return diverse(near, limit, mmrThreshold);
      };
    }
    default:
      throw unknownMode(mode);
  }
}

/** How words and vectors become one ranking: in LlamaIndex, `alpha` 1 counts vectors alone and 0 words alone. */
function fuseOf(alpha: number | undefined): Fuse | undefined {
  if (alpha === undefined) return undefined;
  if (typeof alpha !== "number" || !(alpha >= 0 && alpha <= 1)) throw badAlpha(alpha);
  return { weights: { text: 1 - alpha, vector: alpha } };
}

function vectorOf({ queryEmbedding }: VectorStoreQuery<VarveQueryParams>): Float32Array {
  if (queryEmbedding === undefined) throw noQueryEmbedding();
  return givenVector("query", "queryEmbedding", queryEmbedding);
}

function toResult(hits: readonly DocumentHit[]): VectorStoreQueryResult {
  return {
    nodes: hits.map(toNode),
    similarities: hits.map(({ score }) => score),
    ids: hits.map(({ id }) => id),
  };
}
