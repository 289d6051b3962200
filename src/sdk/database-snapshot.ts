import { describeValue } from "../describe-value";
import { refuseMore } from "../own-options";
import { isPlainObject } from "../realm";
import { VarveError } from "../varve-error";
import { type Instant, toAsOfJson } from "./call/as-of";
import { badMoment, notBornYet } from "./call/errors";
import type { OpenTableOptions } from "./open-table-options";
import type { Snapshot } from "./read/snapshot";
import type { AnyTable, UntypedTable } from "./schema/table-definition";
import { severalTables } from "./several-tables";
import type { Table } from "./table";

/** A moment of all tables: a date, as it was committed by then, or as it was true by then. */
export type DatabaseMoment = Instant | { readonly effective: Instant };

/** Where the tables come from. */
export interface TableSource {
  names(): Promise<string[]>;
  open<D extends AnyTable>(definition: D): Promise<Table<D>>;
  openNamed(name: string, options?: OpenTableOptions): Promise<Table<UntypedTable>>;
}

/**
 * All tables as they were at one moment, read-only. `db.asOf` makes one. Each table stands at the last version by then; the tables are those that are
 * there now, so one that was dropped since is missing.
 */
export class DatabaseSnapshot {
  readonly #source: TableSource;
  readonly #at: DatabaseMoment;

  /** @internal */
  constructor(source: TableSource, at: DatabaseMoment) {
    // Versions and tags are those of one table.
    if (typeof at === "number" || (isPlainObject(at) && Object.hasOwn(at, "tag")))
      throw badMoment(describeValue(at));
    toAsOfJson(at);
    this.#source = source;
    this.#at = at;
  }

  /** The names of the tables that had a commit by then. */
  async tables(...more: readonly never[]): Promise<string[]> {
    refuseMore("tables", more);
    const names = await this.#source.names();
    const there: string[] = [];
    for await (const some of severalTables(names, async (name) => await this.#versionOf(name)))
      there.push(...some.filter(({ answer }) => answer > 0).map(({ name }) => name));
    return there;
  }

  /** A table as it was then. Throws TABLE_NOT_FOUND where it is not there, or was not yet. */
  async table<D extends AnyTable>(definition: D, ...more: readonly never[]): Promise<Snapshot<D>> {
    refuseMore("table", more);
    return await this.#then(await this.#source.open(definition));
  }

  /** A table by its name alone, as it was then. Throws TABLE_NOT_FOUND where it is not there, or was not yet. */
  async openTable(
    name: string,
    options?: OpenTableOptions,
    ...more: readonly never[]
  ): Promise<Snapshot<UntypedTable>> {
    refuseMore("openTable", more);
    return await this.#then(await this.#source.openNamed(name, options));
  }

  async #then<D extends AnyTable>(table: Table<D>): Promise<Snapshot<D>> {
    const then = table.asOf(this.#at);
    if ((await then.version()) > 0) return then;
    throw notBornYet(table.name);
  }

  async #versionOf(name: string): Promise<number> {
    const table = await this.#source.openNamed(name);
    try {
      return await table.asOf(this.#at).version();
    } catch (error) {
      // Nothing of a table without effective dates is said to have been true.
      if (VarveError.is(error) && error.code === "VERSION_NOT_FOUND") return 0;
      throw error;
    }
  }
}
