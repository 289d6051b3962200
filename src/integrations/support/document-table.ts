// Documents in a table, written.

import {
  type AsOf,
  type CommitOptions,
  type Database,
  type EmbeddingFunction,
  embed,
  type InsertOptions,
  json,
  type Metric,
  type Table,
  type TableDefinition,
  table,
  text,
  type UntypedTable,
  VarveError,
  type VectorElement,
  type VectorInput,
  vector,
  type WriteResult,
} from "varve";
import { differentCounts, noMetadataColumn } from "./document-errors";
import { DATES, type DocumentLayout, type LayoutOptions, layoutOf } from "./document-layout";
import { type DocumentFilter, DocumentView } from "./document-view";
import { toStored } from "./metadata";

/** A document to write; without a vector the table embeds its text. */
export interface NewDocument {
  readonly id: string;
  readonly content: string;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly vector?: VectorInput | undefined;
}

/** How the vectors of a new document table come about. */
export interface DocumentVectors {
  /** Embeds the texts. Without it the documents bring their vectors. */
  readonly function?: EmbeddingFunction | undefined;
  /** The length of vectors that documents bring. */
  readonly dimensions?: number | undefined;
  /** How two vectors are compared; `cosine` unless told. */
  readonly metric?: Metric | undefined;
  /** How elements are stored; `f32` unless told. */
  readonly element?: VectorElement | undefined;
}

/** What a write of documents takes. */
export type DocumentWrite = CommitOptions &
  Pick<InsertOptions, "signal" | "onProgress" | "onEmbedError"> & {
    /** Other documents that end in the same commit, unless one with the same id is written. */
    readonly delete?: DocumentChoice | undefined;
  };

/** Which documents: by their ids, by a filter, or all of them. */
export type DocumentChoice =
  | { readonly ids: readonly string[] }
  | { readonly filter: DocumentFilter }
  | "all";

/** What of documents is set; the rest stays. */
export type DocumentChange = Partial<Pick<NewDocument, "content" | "metadata" | "vector">>;

/** Documents, and writes of them. Several of them, in any number of processes, may be open on one table. */
export class DocumentTable extends DocumentView {
  /** The table that holds them. */
  readonly table: Table<UntypedTable>;

  constructor(table: Table<UntypedTable>, layout: DocumentLayout) {
    super(table, layout);
    this.table = table;
  }

  /** The documents of a table, whoever made it. */
  static async of(table: Table<UntypedTable>, options: LayoutOptions = {}): Promise<DocumentTable> {
    return new DocumentTable(table, layoutOf(await table.describe(), options));
  }

  /** Opens a table by its name; undefined where there is none. */
  static async open(db: Database, name: string, options?: LayoutOptions): Promise<DocumentTable | undefined> {
    try {
      return await DocumentTable.of(await db.openTable(name), options);
    } catch (error) {
      if (VarveError.is(error) && error.code === "TABLE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** Creates a document table, or opens it and checks that it is one: `id`, `content`, `metadata`, `dates` and `vector`. */
  static async create(db: Database, name: string, vectors: DocumentVectors): Promise<DocumentTable> {
    const opened = await db.table(documentTable(name, vectors));
    return await DocumentTable.of(opened.untyped);
  }

  /** The documents as they were. */
  asOf(at: AsOf): DocumentView {
    return new DocumentView(this.table.asOf(at), this.layout);
  }

  /** Adds documents and replaces those with the same ids, as one commit. Of documents with one id the last counts. */
  async write(documents: readonly NewDocument[], options: DocumentWrite = {}): Promise<WriteResult> {
    const rows = new Map(documents.map((document, index) => [document.id, this.#row(document, index)]));
    const { delete: ends, ...rest } = options;
    const other = ends === undefined ? {} : { delete: this.#which(ends) };
    return await this.table.upsert([...rows.values()], { ...rest, ...other, vectors: true });
  }

  /** Removes documents by their ids, by a filter, or all of them, as one commit. */
  async remove(which: DocumentChoice, options: CommitOptions = {}): Promise<WriteResult> {
    return await this.table.delete({ ...options, where: this.#which(which) });
  }

  /** Sets parts of documents, as one commit; metadata is replaced as a whole. */
  async change(
    which: DocumentChoice,
    change: DocumentChange,
    options: CommitOptions = {},
  ): Promise<WriteResult> {
    const set = this.#cells(change, 0);
    return await this.table.update({ ...options, where: this.#which(which), set, vectors: true });
  }

  #which(which: DocumentChoice): NonNullable<ReturnType<DocumentView["where"]>> {
    if (which === "all") return {};
    if ("ids" in which) return this.byIds(which.ids);
    return this.where(which.filter) ?? {};
  }

  #row({ id, metadata = {}, ...parts }: NewDocument, index: number): Record<string, unknown> {
    return { [this.layout.id]: id, ...this.#cells({ metadata, ...parts }, index) };
  }

  /** The cells for the parts that are given. */
  #cells({ content, metadata, vector }: DocumentChange, index: number): Record<string, unknown> {
    const { layout } = this;
    const cells: Record<string, unknown> = {};
    if (content !== undefined) cells[layout.content] = content;
    if (vector !== undefined) cells[layout.vector.name] = vector;
    return metadata === undefined ? cells : Object.assign(cells, this.#metadataCells(metadata, index));
  }

  #metadataCells(metadata: Readonly<Record<string, unknown>>, index: number): Record<string, unknown> {
    const { layout } = this;
    if ("columns" in layout.metadata) {
      const { columns } = layout.metadata;
      const unknown = Object.keys(metadata).find((key) => !columns.includes(key));
      if (unknown !== undefined) throw noMetadataColumn(layout.table, unknown, index, columns);
      return metadata;
    }
    const { json: column, dates: datesColumn } = layout.metadata;
    if (datesColumn === undefined) return { [column]: metadata };
    const { json: value, dates } = toStored(metadata);
    return { [column]: value, [datesColumn]: dates };
  }
}

/** The declaration of a document table. */
export function documentTable(name: string, vectors: DocumentVectors): TableDefinition<never, never> {
  const { function: fn, dimensions, ...options } = vectors;
  const columns = {
    id: text().primaryKey(),
    content: text(),
    metadata: json(),
    [DATES]: json().nullable(),
  };
  const definition =
    fn === undefined
      ? table(name, { ...columns, vector: vector(dimensions ?? 0, options) })
      : table(name, columns, (c) => ({ vector: embed(fn, c.content, options) }));
  return definition as unknown as TableDefinition<never, never>;
}

/** Checks that there is one of something for each document. */
export function checkCounts(what: string, values: readonly unknown[] | undefined, documents: number): void {
  if (values !== undefined && values.length !== documents)
    throw differentCounts(what, values.length, documents);
}
