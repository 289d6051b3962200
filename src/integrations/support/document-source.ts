// Where the documents of a store are. Nothing is opened before it is needed, a table is made by the first write, and everybody who
// asks meanwhile waits for the same opening.

import type { AsOf, EmbeddingFunction, Metric, Table, VectorElement } from "varve";
import { type DatabaseOptions, DatabaseSource } from "./database-source";
import { noSuchTable, storeClosed } from "./document-errors";
import type { LayoutOptions } from "./document-layout";
import { DocumentTable } from "./document-table";
import type { DocumentView } from "./document-view";
import { type NewDocument, type PreparedDocument, prepared } from "./new-document";
import type { VectorOwner } from "./vector-owner";

/** A table of one's own, typed or not. */
export type OwnTable = Pick<Table, "name" | "untyped">;

/** Which table, and what a new one is like. */
export interface DocumentSourceOptions extends DatabaseOptions, LayoutOptions {
  /** The table's name, or the table itself. */
  readonly table: string | OwnTable;
  /** The table's embedding function; without one the documents bring their vectors. */
  readonly function?: EmbeddingFunction | undefined;
  /** Who makes the vectors that documents and searches bring; a new table keeps what it says of itself. */
  readonly owner?: VectorOwner | undefined;
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

/** Documents that may not be there yet. */
export interface ReadableSource {
  /** The documents; undefined where nothing was ever written. */
  view(): Promise<DocumentView | undefined>;
}

/** The documents of a store. */
export class DocumentSource implements ReadableSource {
  readonly #options: DocumentSourceOptions;
  readonly #database: DatabaseSource | undefined;
  #opening: Promise<DocumentTable | undefined> | undefined;
  #closed = false;

  constructor(options: DocumentSourceOptions) {
    this.#options = options;
    this.#database = typeof options.table === "string" ? new DatabaseSource(options) : undefined;
  }

  /** The table's name. */
  get name(): string {
    const { table } = this.#options;
    return typeof table === "string" ? table : table.name;
  }

  /** The documents, if there is a table. */
  async view(): Promise<DocumentTable | undefined> {
    if (this.#closed) throw storeClosed();
    return await this.#once(() => this.#open());
  }

  /** Documents as they are now, whatever becomes of the objects that hold them. */
  prepared(documents: readonly NewDocument[]): PreparedDocument[] {
    const { metadata } = this.#options;
    return prepared(documents, this.name, typeof metadata === "string" ? metadata : undefined);
  }

  /** The documents; the table is made if it is not there. `dimensions` is the length of the vectors that documents bring. */
  async table(dimensions?: number): Promise<DocumentTable> {
    const create = (): Promise<DocumentTable> => this.#create(dimensions);
    return (await this.view()) ?? (await this.#once(create)) ?? (await create());
  }

  /** The documents as they were. */
  asOf(at: AsOf): ReadableSource {
    let past: DocumentView | undefined;
    return {
      view: async () => {
        const present = await this.view();
        past ??= present?.asOf(at);
        return past;
      },
    };
  }

  /** Ends the store, and closes the database if it was opened here. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#opening = undefined;
    await this.#database?.close();
  }

  /** Keeps what was opened, but neither a failure nor that nothing was there. */
  #once(open: () => Promise<DocumentTable | undefined>): Promise<DocumentTable | undefined> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = open();
    const forget = (): void => {
      if (this.#opening === opening) this.#opening = undefined;
    };
    this.#opening = opening;
    void opening.then((found) => found ?? forget(), forget);
    return opening;
  }

  async #open(): Promise<DocumentTable | undefined> {
    const { table, function: fn, owner, content, vector, metadata } = this.#options;
    const layout = { content, vector, metadata, owner };
    if (typeof table !== "string") return await DocumentTable.of(table.untyped, layout);
    const db = await this.#database?.open();
    if (db === undefined) return undefined;
    if (fn === undefined) return await DocumentTable.open(db, table, layout);
    return (await db.tables()).includes(table) ? await this.#create(undefined) : undefined;
  }

  async #create(dimensions: number | undefined): Promise<DocumentTable> {
    const { function: fn, owner, metric, element } = this.#options;
    const db = await this.#database?.open();
    if (db === undefined) throw noSuchTable(this.name);
    return await DocumentTable.create(db, this.name, { function: fn, owner, dimensions, metric, element });
  }
}
