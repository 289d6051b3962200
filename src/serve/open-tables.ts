import type { NativeDatabase, NativeTable } from "../native-types";
import { failureOf } from "./failure";

/** Tables that were dropped, made anew or renamed answer so; under their names there may be others. */
const GONE: ReadonlySet<string> = new Set(["TABLE_NOT_FOUND", "CLOSED"]);
/** The most tables that are kept open. */
const MOST = 256;

/** The tables of a database, each opened once. The one that was asked longest ago goes where there are too many. */
export class OpenTables {
  readonly #db: NativeDatabase;
  readonly #open = new Map<string, Promise<NativeTable>>();

  constructor(db: NativeDatabase) {
    this.#db = db;
  }

  /** What a call of a table comes to. A table that is another one by now is opened again, once. */
  async ask<T>(name: string, call: (table: NativeTable) => Promise<T>): Promise<T> {
    const known = this.#open.has(name);
    try {
      return await call(await this.#opened(name));
    } catch (error) {
      if (!GONE.has(failureOf(error)?.code ?? "")) throw error;
      this.#open.delete(name);
      if (!known) throw error;
    }
    return await call(await this.#opened(name));
  }

  #opened(name: string): Promise<NativeTable> {
    const open = this.#open.get(name) ?? this.#db.openTable(name);
    this.#open.delete(name);
    this.#open.set(name, open);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST) break;
      this.#open.delete(oldest);
    }
    return open;
  }
}
