import { VarveError } from "varve";
import type { NativeDatabase, NativeTable } from "../native-types";
import { failureOf } from "./failure";

/** Tables that were dropped, made anew or renamed answer so; under their names there may be others. */
const GONE: ReadonlySet<string> = new Set(["TABLE_NOT_FOUND", "CLOSED"]);
/** The most tables that are kept open. */
const MOST = 256;

/** An open table, and which life of its name it is. */
interface Opened {
  readonly table: NativeTable;
  readonly incarnation: string;
}

/** The tables of a database, each opened once. The one that was asked longest ago goes where there are too many. */
export class OpenTables {
  readonly #db: NativeDatabase;
  readonly #open = new Map<string, Promise<Opened>>();

  constructor(db: NativeDatabase) {
    this.#db = db;
  }

  /**
   * What a call of a table comes to. A table that is another one by now is opened again, once. Throws CLOSED where that is not the one that is
   * meant.
   */
  async ask<T>(
    name: string,
    incarnation: string | undefined,
    call: (table: NativeTable) => Promise<T>,
  ): Promise<T> {
    const known = this.#open.has(name);
    try {
      return await call(meant(name, incarnation, await this.#opened(name)));
    } catch (error) {
      if (!GONE.has(failureOf(error)?.code ?? "")) throw error;
      this.#open.delete(name);
      if (!known) throw error;
    }
    return await call(meant(name, incarnation, await this.#opened(name)));
  }

  #opened(name: string): Promise<Opened> {
    const open = this.#open.get(name) ?? this.#opening(name);
    this.#open.delete(name);
    this.#open.set(name, open);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST) break;
      this.#open.delete(oldest);
    }
    return open;
  }

  /** What fails is tried again by the next call. */
  #opening(name: string): Promise<Opened> {
    const opening = opened(this.#db, name);
    opening.catch(() => {
      if (this.#open.get(name) === opening) this.#open.delete(name);
    });
    return opening;
  }
}

async function opened(db: NativeDatabase, name: string): Promise<Opened> {
  const table = await db.openTable(name);
  const { incarnation } = JSON.parse(await table.info()) as { incarnation: string };
  return { table, incarnation };
}

function meant(name: string, incarnation: string | undefined, opened: Opened): NativeTable {
  if (incarnation === undefined || incarnation === opened.incarnation) return opened.table;
  throw new VarveError("CLOSED", `The table ${JSON.stringify(name)} was dropped and created anew.`, {
    hint: "Open it again.",
    where: { table: name },
  });
}
