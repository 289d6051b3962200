import type { Database } from "varve";
import { type DatabaseOptions, DatabaseSource } from "./database-source";

/** A table that is opened, or made, when it is first needed. */
export class TableSource<T> {
  readonly #database: DatabaseSource;
  readonly #open: (db: Database) => Promise<T>;
  #opening: Promise<T> | undefined;

  constructor(options: DatabaseOptions, open: (db: Database) => Promise<T>) {
    const { db, location } = options;
    this.#database = new DatabaseSource({ db, location });
    this.#open = open;
  }

  /** The database of the table. */
  database(): Promise<Database> {
    return this.#database.open();
  }

  /** The table; all callers get the same one. After a failure it is tried again. */
  table(): Promise<T> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#database.open().then(this.#open);
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }

  /** Ends the source, and closes the database if it was opened here. */
  async close(): Promise<void> {
    this.#opening = undefined;
    await this.#database.close();
  }
}
