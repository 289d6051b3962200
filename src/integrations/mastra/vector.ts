import {
  type CreateIndexParams,
  type DeleteIndexParams,
  type DeleteVectorParams,
  type DeleteVectorsParams,
  type DescribeIndexParams,
  type IndexStats,
  MastraVector,
  type QueryResult,
  type QueryVectorParams,
  type UpdateVectorParams,
  type UpsertVectorParams,
} from "@mastra/core/vector";
import type { AsOf, CommitOptions, Database, Metric, VectorElement } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions, DatabaseSource } from "../support/database-source";
import { noSuchTable, readOnly } from "../support/document-errors";
import { layoutOf } from "../support/document-layout";
import { type DocumentChoice, DocumentTable } from "../support/document-table";
import type { DocumentHit, DocumentView, StoredDocument } from "../support/document-view";
import { matchesEverything } from "../support/everything";
import { idList, oneId, optionalIdList } from "../support/ids";
import { type NewDocument, prepared } from "../support/new-document";
import { givenVector, givenVectors } from "../support/vector-check";
import type { VectorOwner } from "../support/vector-owner";
import { ownerOf, type StoreEmbedder } from "./embedder";
import { badParam, emptyFilter, emptyIds, emptyUpdate, exclusive, missing, noSparse } from "./mastra-errors";
import { splitFilter } from "./mastra-filter";

/** A filter on metadata in the manner of Mongo, as Mastra has it. */
export type VarveVectorFilter = Readonly<Record<string, unknown>> | null | undefined;

/** What a `VarveVector` takes. */
export interface VarveVectorOptions extends DatabaseOptions {
  /** Its id in Mastra. */
  readonly id: string;
  /**
   * How the elements of the vectors of new indexes are stored.
   * @default "f32"
   */
  readonly element?: VectorElement | undefined;
  /**
   * What makes the vectors: an embedding model of the AI SDK, as Mastra's memory takes it, or a function of Varve. New indexes keep what
   * it says of itself and refuse others. Without it, whoever brings vectors of the right length is believed, but not by an index that
   * keeps an embedder.
   */
  readonly embedder?: StoreEmbedder | undefined;
}

const OPTIONS: Names<VarveVectorOptions> = { ...DATABASE, id: true, element: true, embedder: true };

/** What `query` takes: what Mastra gives, and more. */
export interface VarveQueryVectorParams extends QueryVectorParams<VarveVectorFilter> {
  /** Leaves out what has a lower score. */
  minScore?: number;
  /** Reads the index as it was: a date, a version, a tag or an effective date. */
  asOf?: AsOf;
}

const TOP_K = 10;
const DIMENSIONS_MAX = 65_535;

const metrics = { cosine: "cosine", euclidean: "l2", dotproduct: "dot" } as const satisfies Record<
  string,
  Metric
>;
type MastraMetric = keyof typeof metrics;

/**
 * A vector store of Mastra: each index is a table, with every version of it.
 *
 * Nothing is opened before it is used; any number of agents, requests and processes may use one store at the same time.
 *
 * @example
 * ```ts
 * const vector = new VarveVector({ id: "varve", location: "./data" });
 * await vector.createIndex({ indexName: "docs", dimension: 384 });
 * await vector.upsert({ indexName: "docs", vectors, metadata, deleteFilter: { source: "guide.md" } });
 * const now = await vector.query({ indexName: "docs", queryVector, topK: 5, filter: { lang: "en" } });
 * const then = await vector.query({ indexName: "docs", queryVector, topK: 5, asOf: "2026-09-30" });
 * ```
 */
export class VarveVector extends MastraVector<VarveVectorFilter> {
  readonly #options: VarveVectorOptions;
  readonly #database: DatabaseSource;
  readonly #at: AsOf | undefined;
  readonly #owner: VectorOwner;

  /** A store in a database. */
  constructor(options: VarveVectorOptions);
  /** @internal */
  constructor(options: VarveVectorOptions, database: DatabaseSource, at: AsOf);
  constructor(given: VarveVectorOptions, database?: DatabaseSource, at?: AsOf) {
    const options = ownOptions("VarveVector", given, OPTIONS);
    super({ id: options.id });
    this.#options = options;
    this.#database = database ?? new DatabaseSource(options);
    this.#at = at;
    this.#owner = ownerOf(options.embedder);
  }

  /** The database, with all that it can do. */
  database(): Promise<Database> {
    return this.#database.open();
  }

  /** Makes an index; one that is there already stays, and must have the same dimension. */
  override async createIndex({ indexName, dimension, metric = "cosine" }: CreateIndexParams): Promise<void> {
    this.#checkPresent("createIndex");
    if (!Number.isInteger(dimension) || dimension < 1 || dimension > DIMENSIONS_MAX)
      throw badParam("createIndex", "dimension", `a whole number from 1 to ${DIMENSIONS_MAX}`, dimension);
    if (!Object.hasOwn(metrics, metric))
      throw badParam("createIndex", "metric", Object.keys(metrics).join(", "), metric);
    const db = await this.#database.open();
    if ((await db.tables()).includes(indexName)) {
      await this.validateExistingIndex(indexName, dimension, metric);
      (await this.#table(indexName)).checkOwner();
      return;
    }
    const { element } = this.#options;
    const vectors = { dimensions: dimension, metric: metrics[metric], element, owner: this.#owner };
    await DocumentTable.create(db, indexName, vectors);
  }

  /** The names of the indexes: the tables that hold vectors and metadata, whoever made them. */
  override async listIndexes(): Promise<string[]> {
    const db = await this.#database.open();
    const names = await db.tables();
    const isIndex = await Promise.all(names.map((name) => holdsVectors(db, name)));
    return names.filter((_, index) => isIndex[index]);
  }

  /** The dimension, the metric and the number of vectors of an index. */
  override async describeIndex({ indexName }: DescribeIndexParams): Promise<IndexStats> {
    const view = await this.#view(indexName);
    const { dimensions = 0, metric } = view.layout.vector;
    const names = Object.keys(metrics) as MastraMetric[];
    const name = names.find((one) => metrics[one] === metric) ?? "cosine";
    return { dimension: dimensions, count: await view.count(), metric: name };
  }

  /** Removes an index with its whole history. */
  override async deleteIndex({ indexName }: DeleteIndexParams): Promise<void> {
    this.#checkPresent("deleteIndex");
    await (await this.#database.open()).drop(indexName);
  }

  /**
   * Adds vectors as one commit; those whose ids are there already are replaced, and those that `deleteFilter` lets through end in the
   * same commit. Of vectors with one id in one call the last is kept. Returns the ids in their order, each once.
   */
  override async upsert(params: UpsertVectorParams<VarveVectorFilter> & CommitOptions): Promise<string[]> {
    this.#checkPresent("upsert");
    const { indexName, vectors, metadata, ids, sparseVectors, deleteFilter, ...commit } = params;
    if (sparseVectors !== undefined) throw noSparse();
    if (!Array.isArray(vectors) || vectors.length === 0)
      throw badParam("upsert", "vectors", "at least one vector", vectors);
    const own = givenVectors("upsert", "vectors", vectors);
    const ownIds = optionalIdList("upsert", "ids", ids);
    checkCount("metadata", metadata, vectors.length);
    checkCount("ids", ids, vectors.length);
    const documents = own.map((vector, index): NewDocument => {
      const id = ownIds?.[index] ?? crypto.randomUUID();
      return { id, content: "", metadata: metadata?.[index], vector };
    });
    // Before the first await: the caller may use its lists again.
    const read = prepared(documents, indexName);
    const table = await this.#table(indexName);
    const ends =
      deleteFilter === undefined || deleteFilter === null
        ? undefined
        : await choose(table, "upsert", deleteFilter);
    await table.write(read, { ...commit, ...(ends === undefined ? {} : { delete: ends }) });
    return [...new Set(read.map(({ id }) => id))];
  }

  /**
   * The vectors nearest to one, the best first, with scores of which higher is better. Without a vector, those that the filter lets
   * through, with the score 0.
   */
  override async query(params: VarveQueryVectorParams): Promise<QueryResult[]> {
    const { indexName, queryVector, topK = TOP_K, filter, includeVector = false, minScore, asOf } = params;
    if (params.sparseVector !== undefined) throw noSparse();
    if (!Number.isInteger(topK) || topK < 1)
      throw badParam("query", "topK", "a whole number from 1 on", topK);
    if (queryVector === undefined && (filter === undefined || filter === null))
      throw missing("query", "queryVector", "filter");
    const vector = queryVector === undefined ? undefined : givenVector("query", "queryVector", queryVector);
    const { view, choice } = await chosen(await this.#view(indexName, asOf), filter);
    if (vector === undefined) {
      const listed = await view.list({ filter: choice, limit: topK });
      return listed.map((document) => toResult({ ...document, score: 0, vector: undefined }));
    }
    const hits = await view.search(vector, { limit: topK, filter: choice, vectors: includeVector });
    return hits.filter(({ score }) => minScore === undefined || score >= minScore).map(toResult);
  }

  /** Sets the vector, the metadata or both, of one vector or of all that a filter lets through, as one commit. */
  override async updateVector(params: UpdateVectorParams<VarveVectorFilter>): Promise<void> {
    this.#checkPresent("updateVector");
    const { indexName, id, filter, update } = params;
    if (id !== undefined && filter !== undefined) throw exclusive("updateVector", "id", "filter");
    if (id === undefined && (filter === undefined || filter === null))
      throw missing("updateVector", "id", "filter");
    const { vector: given, metadata } = update ?? {};
    if (given === undefined && metadata === undefined) throw emptyUpdate();
    const vector = given === undefined ? undefined : givenVector("updateVector", "vector", given);
    const ids = id === undefined ? undefined : [oneId("updateVector", "id", id)];
    const table = await this.#table(indexName);
    const which = ids === undefined ? await choose(table, "updateVector", filter) : { ids };
    await table.change(which, { vector, metadata });
  }

  /** Deletes a vector. Older versions still show it. */
  override async deleteVector({ indexName, id }: DeleteVectorParams): Promise<void> {
    this.#checkPresent("deleteVector");
    const ids = [oneId("deleteVector", "id", id)];
    await (await this.#table(indexName)).remove({ ids });
  }

  /** Deletes vectors by their ids or by a filter, as one commit. Older versions still show them. */
  override async deleteVectors(params: DeleteVectorsParams<VarveVectorFilter>): Promise<void> {
    this.#checkPresent("deleteVectors");
    const { indexName, ids, filter } = params;
    const hasFilter = filter !== undefined && filter !== null;
    if (ids !== undefined && hasFilter) throw exclusive("deleteVectors", "filter", "ids");
    if (ids === undefined && !hasFilter) throw missing("deleteVectors", "filter", "ids");
    const list = ids === undefined ? undefined : idList("deleteVectors", "ids", ids);
    if (list?.length === 0) throw emptyIds();
    const table = await this.#table(indexName);
    await table.remove(list === undefined ? await choose(table, "deleteVectors", filter) : { ids: list });
  }

  /**
   * The store as it was, read only, at a date, a version, a tag or an effective date. Versions and tags are those of each index.
   *
   * @example
   * ```ts
   * const then = vector.asOf("2026-09-30");
   * ```
   */
  asOf(at: AsOf): VarveVector {
    return new VarveVector(this.#options, this.#database, at);
  }

  /** Closes the database, where the store opened it itself. */
  async close(): Promise<void> {
    await this.#database.close();
  }

  async #table(indexName: string): Promise<DocumentTable> {
    const found = await DocumentTable.open(await this.#database.open(), indexName, { owner: this.#owner });
    if (found === undefined) throw noSuchTable(indexName);
    return found;
  }

  async #view(indexName: string, at: AsOf | undefined = this.#at): Promise<DocumentView> {
    const table = await this.#table(indexName);
    return at === undefined ? table : table.asOf(at);
  }

  #checkPresent(method: string): void {
    if (this.#at !== undefined) throw readOnly(method);
  }
}

/** What a filter means: a filter of the table, read of one version where rows had to be looked at. */
async function chosen(
  view: DocumentView,
  filter: VarveVectorFilter,
): Promise<{
  view: DocumentView;
  choice: Readonly<Record<string, unknown>> | ReturnType<DocumentView["withIds"]> | undefined;
}> {
  const { table, rest } = splitFilter(filter);
  if (rest === undefined) return { view, choice: table };
  const fixed = await view.fixed();
  const ids: string[] = [];
  for await (const batch of fixed.scan(table)) {
    for (const { id, metadata } of batch) if (rest(metadata)) ids.push(id);
  }
  return { view: fixed, choice: fixed.withIds(ids) };
}

/** Which documents of a table a filter means, for a change of them. */
async function choose(
  table: DocumentTable,
  method: string,
  filter: VarveVectorFilter,
): Promise<DocumentChoice> {
  const { choice } = await chosen(table, filter);
  if (choice === undefined || matchesEverything(filter)) throw emptyFilter(method);
  return { filter: choice };
}

async function holdsVectors(db: Database, name: string): Promise<boolean> {
  const description = await (await db.openTable(name)).describe();
  try {
    return "json" in layoutOf(description).metadata;
  } catch {
    return false;
  }
}

function toResult({
  id,
  content,
  metadata,
  score,
  vector,
}: StoredDocument & Pick<DocumentHit, "score" | "vector">): QueryResult {
  return {
    id,
    score,
    metadata,
    ...(vector === undefined ? {} : { vector: Array.from(vector) }),
    ...(content === "" ? {} : { document: content }),
  };
}

function checkCount(name: string, values: readonly unknown[] | undefined, count: number): void {
  if (values !== undefined && (!Array.isArray(values) || values.length !== count))
    throw badParam("upsert", name, `one for each of the ${count} vectors`, values.length);
}
