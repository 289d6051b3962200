// Documents in a table, read: the same for a table, which shows the newest version, and for a snapshot.

import {
  Condition,
  type FilterColumns,
  type Fuse,
  type Table,
  type TableView,
  type UntypedTable,
  type VectorInput,
  type Where,
  type WhereFilter,
} from "varve";
import type { DocumentLayout } from "./document-layout";
import { fromStored } from "./metadata";
import { withPlainKeys } from "./metadata-key";
import { checkOwner, type VectorOwner } from "./vector-owner";

/** One filter: a Mongo-style object on the metadata, or a condition on the columns, by the builder or by `sql`. */
export type OneDocumentFilter =
  | Readonly<Record<string, unknown>>
  | Condition
  | ((columns: FilterColumns<UntypedTable>) => Condition);

/** A filter on documents, or several that must all hold. */
export type DocumentFilter = OneDocumentFilter | readonly OneDocumentFilter[];

/** A document. */
export interface StoredDocument {
  readonly id: string;
  readonly content: string;
  readonly metadata: Record<string, unknown>;
}

/** A document that a search found, the best first. */
export interface DocumentHit extends StoredDocument {
  /** Higher is better; between 0 and 1 for cosine and l2, and for words and vectors together. By words alone it has no upper end. */
  readonly score: number;
  /** What the metric measured, lower is nearer; null where only words were looked for, or there is no vector. */
  readonly distance: number | null;
  /** Its vector, where it was asked for. */
  readonly vector: Float32Array | undefined;
}

/** What a search takes. */
export interface DocumentSearch {
  readonly limit: number;
  readonly filter?: DocumentFilter | undefined;
  /** Whether the hits carry their vectors. */
  readonly vectors?: boolean | undefined;
  /** How words and vectors become one ranking. */
  readonly fuse?: Fuse | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a listing takes. */
export interface DocumentListing {
  readonly filter?: DocumentFilter | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

type Row = Readonly<Record<string, unknown>>;

/** Documents, read only. */
export class DocumentView {
  readonly layout: DocumentLayout;
  protected readonly owner: VectorOwner | undefined;
  readonly #view: TableView<UntypedTable>;

  constructor(view: TableView<UntypedTable>, layout: DocumentLayout, owner?: VectorOwner) {
    this.#view = view;
    this.layout = layout;
    this.owner = owner;
  }

  /** Throws SCHEMA_MISMATCH where the vectors of the table are of another embedder than those that are brought. */
  checkOwner(): void {
    if (this.owner !== undefined) checkOwner(this.layout.table, this.layout.vector, this.owner);
  }

  /** The version that is read. */
  version(): Promise<number> {
    return this.#view.version();
  }

  /** A view of these documents that stays at the version that is the newest now. */
  async fixed(): Promise<DocumentView> {
    const view = this.#view;
    return "asOf" in view
      ? new DocumentView((view as Table).asOf(await view.version()), this.layout, this.owner)
      : this;
  }

  /** A filter on documents that lets through those with these ids. */
  withIds(ids: readonly string[]): (columns: FilterColumns<UntypedTable>) => Condition {
    return (c) => (c[this.layout.id] as (typeof c)[string]).in(ids);
  }

  /** The documents nearest to a text, where the table embeds, or to a vector. */
  async search(query: string | VectorInput, options: DocumentSearch): Promise<DocumentHit[]> {
    const { limit, filter, vectors = false, signal } = options;
    this.checkOwner();
    const { vector } = this.layout;
    const hits = await this.#view.search(query, {
      mode: "vector",
      column: vector.name,
      limit,
      where: this.where(filter),
      select: [...this.#columns(), ...(vectors ? [vector.name] : [])],
      signal,
    });
    return hits.map((hit: Row) => this.#hit(hit));
  }

  /** The documents that fit a text by its words and by a vector, which the table makes of the text where none is given; the best first. */
  async searchBoth(
    text: string,
    given: VectorInput | undefined,
    { limit, filter, fuse, signal }: DocumentSearch,
  ): Promise<DocumentHit[]> {
    if (given !== undefined) this.checkOwner();
    const options = {
      mode: "hybrid",
      column: this.layout.vector.name,
      limit,
      where: this.where(filter),
      select: this.#columns(),
      fuse,
      signal,
    } as const;
    const view = this.#view;
    const hits = await (given === undefined
      ? view.search(text, options)
      : view.search({ text, vector: given }, options));
    return hits.map((hit: Row) => this.#hit(hit));
  }

  /** The documents that hold words, the best first. */
  async searchWords(query: string, { limit, filter, signal }: DocumentSearch): Promise<DocumentHit[]> {
    const hits = await this.#view.search(query, {
      mode: "text",
      limit,
      where: this.where(filter),
      select: this.#columns(),
      signal,
    });
    return hits.map((hit: Row) => this.#hit(hit));
  }

  /** The documents with these ids, in their order; what is not there is left out. */
  async get(ids: readonly string[]): Promise<StoredDocument[]> {
    const rows = await this.#view.find({ where: this.byIds(ids), select: this.#columns() });
    const found = new Map(rows.map((row) => [row[this.layout.id], this.#document(row)]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** The documents that a filter lets through. */
  async list({ filter, limit, offset }: DocumentListing = {}): Promise<StoredDocument[]> {
    const rows = await this.#view.find({ where: this.where(filter), limit, offset, select: this.#columns() });
    return rows.map((row) => this.#document(row));
  }

  /** The documents that a filter lets through, in batches, from one version. */
  async *scan(filter?: DocumentFilter): AsyncGenerator<StoredDocument[], void, void> {
    const batches = this.#view.scan({ where: this.where(filter), select: this.#columns() });
    for await (const rows of batches) yield rows.map((row: Row) => this.#document(row));
  }

  /** How many documents a filter lets through. */
  count(filter?: DocumentFilter): Promise<number> {
    return this.#view.count({ where: this.where(filter) });
  }

  /** The vector that the table's function has for a text; null where it knows nothing in it. */
  embed(text: string, kind: "query" | "document"): Promise<Float32Array | null> {
    return this.#view.embed(text, { column: this.layout.vector.name, kind });
  }

  /** A filter on documents as one on rows. The keys of an object stay data: nothing is put together from them. */
  protected where(filter: DocumentFilter | undefined): Where<UntypedTable> | undefined {
    if (filter === undefined) return undefined;
    return isList(filter) ? filter.map((one) => this.#one(one)) : this.#one(filter);
  }

  protected byIds(ids: readonly string[]): Where<UntypedTable> {
    return { [this.layout.id]: { $in: [...ids] } };
  }

  #one(filter: OneDocumentFilter): WhereFilter<UntypedTable> {
    const { metadata } = this.layout;
    if ("columns" in metadata || typeof filter !== "object" || filter === null || Condition.is(filter))
      return filter as WhereFilter<UntypedTable>;
    return { [metadata.json]: { $match: withPlainKeys(filter) } } as WhereFilter<UntypedTable>;
  }

  #columns(): string[] {
    const { id, content, metadata } = this.layout;
    if ("columns" in metadata) return [id, content, ...metadata.columns.map(({ name }) => name)];
    return [id, content, metadata.json, ...(metadata.dates === undefined ? [] : [metadata.dates])];
  }

  #hit(hit: Row): DocumentHit {
    const { name } = this.layout.vector;
    return {
      ...this.#document(hit),
      score: hit["_score"] as number,
      distance: (hit["_distance"] ?? null) as number | null,
      vector: hit[name] as Float32Array | undefined,
    };
  }

  #document(row: Row): StoredDocument {
    const { id, content, metadata } = this.layout;
    return {
      id: row[id] as string,
      content: (row[content] ?? "") as string,
      metadata: metadataOf(row, metadata),
    };
  }
}

function isList(filter: DocumentFilter): filter is readonly OneDocumentFilter[] {
  return Array.isArray(filter);
}

function metadataOf(row: Row, metadata: DocumentLayout["metadata"]): Record<string, unknown> {
  if ("json" in metadata) {
    return fromStored(row[metadata.json], metadata.dates === undefined ? null : row[metadata.dates]);
  }
  const entries = metadata.columns.map(({ name }) => [name, row[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined));
}
