import { connect, type Database } from "varve";
import type { Names } from "../../own-options";
import { noDatabase, storeClosed } from "./document-errors";

/** Which database: an open one, or where it is. */
export interface DatabaseOptions {
  /** An open database. It stays open when the store is closed. */
  readonly db?: Database | undefined;
  /** What `connect` takes: a folder, or `memory:`. It is opened when it is first needed, and closed with the store. */
  readonly location?: string | URL | undefined;
}

/** Its names. */
export const DATABASE: Names<DatabaseOptions> = { db: true, location: true };

/** A database that is opened when it is first needed. */
export class DatabaseSource {
  readonly #options: DatabaseOptions;
  #opening: Promise<Database> | undefined;
  #closed = false;

  constructor(options: DatabaseOptions) {
    const { db, location } = options;
    if ((db === undefined) === (location === undefined)) throw noDatabase(db !== undefined);
    this.#options = options;
  }

  /** The database; all callers get the same one. */
  async open(): Promise<Database> {
    if (this.#closed) throw storeClosed();
    return await this.#opened();
  }

  /** Ends the source, and closes the database if it was opened here. */
  async close(): Promise<void> {
    this.#closed = true;
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.close();
  }

  #opened(): Promise<Database> {
    const { db, location = "" } = this.#options;
    if (db !== undefined) return Promise.resolve(db);
    this.#opening ??= connect(location).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}
