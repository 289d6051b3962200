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
  vector,
  type WriteResult,
} from "varve";
import { differentCounts, emptyFilter, noMetadataColumn } from "./document-errors";
import {
  DATES,
  type DocumentLayout,
  type LayoutOptions,
  layoutOf,
  type MetadataColumn,
} from "./document-layout";
import { type DocumentFilter, DocumentView } from "./document-view";
import { matchesEverything } from "./everything";
import { idList } from "./ids";
import { type NewDocument, PreparedDocument } from "./new-document";
import { toPlain } from "./plain-metadata";
import type { VectorOwner } from "./vector-owner";

/** How documents are read: where their parts are, and who makes the vectors that are brought. */
export interface DocumentOptions extends LayoutOptions {
  /** Who makes the vectors that documents and searches bring; nobody asks where that is left out. */
  readonly owner?: VectorOwner | undefined;
}

/** How the vectors of a new document table come about. */
export interface DocumentVectors {
  /** Who makes the vectors that documents bring; the table keeps what it says of itself. */
  readonly owner?: VectorOwner | undefined;
  /** Embeds the texts. Without it the documents bring their vectors. */
  readonly function?: EmbeddingFunction | undefined;
  /** The length of vectors that documents bring. */
  readonly dimensions?: number | undefined;
  /**
   * How two vectors are compared.
   * @default "cosine"
   */
  readonly metric?: Metric | undefined;
  /**
   * How elements are stored.
   * @default "f32"
   */
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

  /** The columns, and who makes the vectors that are brought; nobody asks where that is left out. */
  constructor(table: Table<UntypedTable>, layout: DocumentLayout, owner?: VectorOwner) {
    super(table, layout, owner);
    this.table = table;
  }

  /** The documents of a table, whoever made it. */
  static async of(table: Table<UntypedTable>, options: DocumentOptions = {}): Promise<DocumentTable> {
    return new DocumentTable(table, layoutOf(await table.describe(), options), options.owner);
  }

  /** Opens a table by its name; undefined where there is none. */
  static async open(
    db: Database,
    name: string,
    options?: DocumentOptions,
  ): Promise<DocumentTable | undefined> {
    try {
      return await DocumentTable.of(await db.openTable(name), options);
    } catch (error) {
      if (VarveError.is(error) && error.code === "TABLE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** Creates a document table, or opens it and checks that it is one: `id`, `content`, `metadata`, `dates` and `vector`. */
  static async create(db: Database, name: string, vectors: DocumentVectors): Promise<DocumentTable> {
    const { owner, dimensions } = vectors;
    const fn = vectors.function ?? (dimensions === undefined ? undefined : owner?.functionOf(dimensions));
    const opened = await db.table(documentTable(name, { ...vectors, function: fn }));
    return await DocumentTable.of(opened.untyped, { owner });
  }

  /** The documents as they were. */
  asOf(at: AsOf): DocumentView {
    return new DocumentView(this.table.asOf(at), this.layout, this.owner);
  }

  /** Adds documents and replaces those with the same ids, as one commit. Of documents with one id the last counts. */
  async write(documents: readonly NewDocument[], options: DocumentWrite = {}): Promise<WriteResult> {
    const rows = new Map(
      documents.map((document, row) => [document.id, this.#row(this.#read(document, row), row)]),
    );
    if (documents.some(({ vector }) => vector !== undefined)) this.checkOwner();
    const { delete: ends, ...rest } = options;
    const other = ends === undefined ? {} : { delete: this.#which("write", ends) };
    return await this.table.upsert([...rows.values()], { ...rest, ...other, vectors: true });
  }

  /** Removes documents by their ids, by a filter, or all of them, as one commit. */
  async remove(which: DocumentChoice, options: CommitOptions = {}): Promise<WriteResult> {
    return await this.table.delete({ ...options, where: this.#which("remove", which) });
  }

  /** Sets parts of documents, as one commit; metadata is replaced as a whole. */
  async change(
    which: DocumentChoice,
    change: DocumentChange,
    options: CommitOptions = {},
  ): Promise<WriteResult> {
    const { metadata, ...parts } = change;
    if (parts.vector !== undefined) this.checkOwner();
    const read = metadata === undefined ? undefined : this.#read({ id: "", content: "", metadata }, 0);
    const set = { ...this.#cells(parts), ...(read === undefined ? {} : this.#metadataCells(read, 0)) };
    return await this.table.update({ ...options, where: this.#which("change", which), set, vectors: true });
  }

  /** Which rows a change is about. Nothing but "all" means all of them. */
  #which(call: string, which: DocumentChoice): NonNullable<ReturnType<DocumentView["where"]>> {
    // Every document has a key.
    if (which === "all") return (c) => (c[this.layout.id] as (typeof c)[string]).isNotNull();
    if ("ids" in which) return this.byIds(idList(call, "ids", which.ids));
    const where = this.where(which.filter);
    if (where === undefined || matchesEverything(which.filter))
      throw emptyFilter(call, 'Say "all" where that is meant.');
    return where;
  }

  #read(document: NewDocument, row: number): PreparedDocument {
    if (document instanceof PreparedDocument) return document;
    const { table, metadata } = this.layout;
    return PreparedDocument.of(document, {
      table,
      column: "json" in metadata ? metadata.json : "metadata",
      row,
    });
  }

  #row(document: PreparedDocument, row: number): Record<string, unknown> {
    return {
      [this.layout.id]: document.id,
      ...this.#cells(document),
      ...this.#metadataCells(document, row),
    };
  }

  /** The cells for the parts that are given. */
  #cells({ content, vector }: DocumentChange): Record<string, unknown> {
    const { layout } = this;
    return {
      ...(content === undefined ? {} : { [layout.content]: content }),
      ...(vector === undefined ? {} : { [layout.vector.name]: vector }),
    };
  }

  #metadataCells(document: PreparedDocument, row: number): Record<string, unknown> {
    const { metadata } = this.layout;
    if ("columns" in metadata) return this.#columnCells(document.metadata, row, metadata.columns);
    const { json, dates } = document.stored();
    // Without a column for their places, dates stay texts.
    return { [metadata.json]: json, ...(metadata.dates === undefined ? {} : { [metadata.dates]: dates }) };
  }

  /** Metadata in columns of its own; only those of JSON take what is no value of a column. */
  #columnCells(
    metadata: Readonly<Record<string, unknown>>,
    index: number,
    columns: readonly MetadataColumn[],
  ): Record<string, unknown> {
    const { table } = this.layout;
    const cells: [string, unknown][] = [];
    for (const [key, value] of Object.entries(metadata)) {
      if (value === undefined || typeof value === "function") continue;
      const column = columns.find(({ name }) => name === key);
      if (column === undefined)
        throw noMetadataColumn(
          table,
          key,
          index,
          columns.map(({ name }) => name),
        );
      cells.push([key, column.isJson ? toPlain(value, { table, column: key, row: index }) : value]);
    }
    return Object.fromEntries(cells);
  }
}

/** The declaration of a document table. */
export function documentTable(name: string, vectors: DocumentVectors): TableDefinition<never, never> {
  const { function: fn, dimensions, metric, element } = vectors;
  const options = { metric, element };
  const columns = {
    id: text().primaryKey(),
    content: text(),
    metadata: json(),
    [DATES]: json().nullable(),
  };
  // A text that the table embeds is searched by its words without being told.
  const definition =
    fn === undefined
      ? table(name, { ...columns, content: text({ search: true }), vector: vector(dimensions ?? 0, options) })
      : table(name, columns, (c) => ({ vector: embed(fn, c.content, options) }));
  return definition as unknown as TableDefinition<never, never>;
}

/** Checks that there is one of something for each document. */
export function checkCounts(what: string, values: readonly unknown[] | undefined, documents: number): void {
  if (values !== undefined && values.length !== documents)
    throw differentCounts(what, values.length, documents);
}
