import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { AsOf, Database, DatabaseMoment } from "varve";
import { ownOptions } from "../../own-options";
import { rowsOf, type SqlRows } from "./answer";
import { badOption, duckdbClosed, inUse, nameTaken } from "./duckdb-errors";
import { type Duckdb, type DuckdbModule, duckdbModules } from "./duckdb-module";
import { allowed, SEALED } from "./guard";
import { describeTables } from "./prompt";
import type { Budget, Relation } from "./relation";
import { Session, type Statement } from "./session";
import { quoted, quotedText, SqlName, statementOf } from "./sql-template";
import type { Source } from "./table-functions";

/** What `duckdb` takes. */
export interface DuckdbOptions {
  /**
   * A connection of your own, to join with what it has. A DuckDB instance has one session.
   * @default a new DuckDB in memory
   */
  readonly connection?: DuckDBConnection | undefined;
  /**
   * The `@duckdb/node-api` package to use.
   * @default the one that is installed
   */
  readonly api?: DuckdbModule | undefined;
  /**
   * Whether integers of 64 bits come as bigints. If not, they come as numbers, and one that a number does not hold is refused.
   * @default true
   */
  readonly bigints?: boolean | undefined;
  /**
   * The most bytes of tables that one statement holds in memory.
   * @default 1 GiB
   */
  readonly maxBytes?: number | undefined;
}

/** What `sql.query` takes. */
export interface QueryOptions {
  /**
   * The most rows.
   * @default 1000
   */
  readonly limit?: number | undefined;
  /**
   * The most milliseconds.
   * @default 10000
   */
  readonly timeout?: number | undefined;
  /**
   * The point at which tables are read.
   * @default now
   */
  readonly asOf?: DatabaseMoment | undefined;
}

/** What `sql.attach` takes. */
export interface AttachOptions {
  /**
   * The point at which the views show the tables.
   * @default always the newest version
   */
  readonly asOf?: string | undefined;
  /** What the names of the views start with. */
  readonly prefix?: string | undefined;
  /** Whether the views have vectors. */
  readonly vectors?: boolean | undefined;
}

/** SQL over the tables of a database: a tag for templates, and what else can be asked. */
export interface DuckdbSql {
  /**
   * Runs one statement. A table, a snapshot, a scan, and the promise of a find or a search are relations; every other value is bound.
   *
   * @example
   * ```ts
   * await sql`select region, count(*) as n from ${docs.arrow.search("refund", { limit: 1000 })} join ${orders} using (id) group by all`;
   * ```
   */
  <R = Record<string, unknown>>(
    pieces: TemplateStringsArray,
    ...values: readonly unknown[]
  ): Promise<SqlRows<R>>;
  /**
   * Runs a text that somebody else wrote, such as a model: one SELECT over the tables of the database and the functions `varve_search`,
   * `varve_scan`, `varve_history` and `varve_diff`. It runs on a DuckDB of its own that has nothing else and opens no file.
   *
   * @example
   * ```ts
   * const rows = await sql.query("select * from varve_search('docs', 'refund', 10, as_of := '2026-03-01')");
   * ```
   */
  query<R = Record<string, unknown>>(text: string, options?: QueryOptions): Promise<SqlRows<R>>;
  /** Makes a view of each table, whose names are answered. They see later versions too, unless `asOf` says another point. */
  attach(options?: AttachOptions): Promise<string[]>;
  /** The name of a column or a table for a template, quoted. */
  identifier(name: string): SqlName;
  /** What a model has to know to write a query: the tables with their columns, and the functions. */
  schema(): Promise<string>;
  /** The connection that templates run on. */
  readonly connection: DuckDBConnection;
  /** Ends the session and the DuckDB that it made. A connection of yours stays open. */
  close(): Promise<void>;
  /** Ends the session at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}

const GIB = 2 ** 30;
const LIMIT = 1000;
const TIMEOUT_MS = 10_000;
const INTERVAL_MS = 50;

/**
 * SQL over the tables of a database, by DuckDB.
 *
 * @example
 * ```ts
 * const sql = await duckdb(db);
 * const rows = await sql`select lang, count(*) as n from ${docs} group by lang`;
 * await sql.close();
 * ```
 */
export async function duckdb(db: Database, options?: DuckdbOptions): Promise<DuckdbSql> {
  const names = { connection: true, api: true, bigints: true, maxBytes: true } as const;
  const own = ownOptions("duckdb", options, names);
  const modules = await duckdbModules(own.api);
  const opened = own.connection === undefined ? await openDuckdb(modules, []) : undefined;
  const connection = own.connection ?? opened?.connection;
  if (connection === undefined) throw duckdbClosed();
  if (opened === undefined) await refuseSecond(connection);
  return callable(new Sql(db, modules, { connection, opened, ...own }));
}

interface Opened {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
}

interface SqlOptions extends DuckdbOptions {
  readonly connection: DuckDBConnection;
  readonly opened: Opened | undefined;
}

async function openDuckdb({ api }: Duckdb, settings: readonly string[]): Promise<Opened> {
  const instance = await api.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  for (const setting of settings) await connection.run(setting);
  return { instance, connection };
}

function closeDuckdb(opened: Opened | undefined): void {
  opened?.connection.closeSync();
  opened?.instance.closeSync();
}

/** DuckDB keeps the first of two functions with one name, and does not say so. */
async function refuseSecond(connection: DuckDBConnection): Promise<void> {
  const text = "SELECT 1 FROM duckdb_functions() WHERE function_name = 'varve_scan'";
  if ((await connection.runAndReadAll(text)).currentRowCount > 0) throw inUse();
}

function callable(made: Sql): DuckdbSql {
  const tag = <R>(pieces: TemplateStringsArray, ...values: readonly unknown[]): Promise<SqlRows<R>> =>
    made.run<R>(pieces, values);
  return Object.assign(tag, {
    query: <R>(text: string, options?: QueryOptions) => made.query<R>(text, options),
    attach: (options?: AttachOptions) => made.attach(options),
    identifier: (name: string) => new SqlName(name),
    schema: () => describeTables(made.db),
    connection: made.session.connection,
    close: () => made.close(),
    [Symbol.asyncDispose]: () => made.close(),
  });
}

class Sql {
  readonly db: Database;
  readonly session: Session;
  readonly #duckdb: Duckdb;
  readonly #opened: Opened | undefined;
  readonly #bigints: boolean;
  readonly #maxBytes: number;
  readonly #views = new Set<string>();
  #sealed: Promise<{ opened: Opened; session: Session }> | undefined;
  #closed = false;

  constructor(
    db: Database,
    modules: Duckdb,
    { connection, opened, bigints = true, maxBytes = GIB }: SqlOptions,
  ) {
    this.db = db;
    this.#duckdb = modules;
    this.#opened = opened;
    this.#bigints = bigints;
    this.#maxBytes = positive("maxBytes", maxBytes);
    this.session = new Session(connection, modules);
  }

  async run<R>(pieces: TemplateStringsArray, values: readonly unknown[]): Promise<SqlRows<R>> {
    if (this.#closed) throw duckdbClosed();
    if (!Array.isArray(pieces?.raw)) throw badOption("sql", "a template: sql`select …`", pieces);
    const source = this.#source(this.session, undefined);
    const statement = await statementOf(pieces, values, source);
    return rowsOf<R>(await this.session.run(statement), this.#how, source);
  }

  async query<R>(text: string, options?: QueryOptions): Promise<SqlRows<R>> {
    if (this.#closed) throw duckdbClosed();
    const own = ownOptions("query", options, { limit: true, timeout: true, asOf: true });
    const limit = positive("limit", own.limit ?? LIMIT);
    const timeout = positive("timeout", own.timeout ?? TIMEOUT_MS);
    this.#sealed ??= this.#seal().catch((error: unknown) => {
      this.#sealed = undefined;
      throw error;
    });
    const { session } = await this.#sealed;
    return await session.alone(async () => {
      const stop = endAfter(timeout, session);
      try {
        const query = await allowed(text, await this.db.tables(), session.connection);
        const source = this.#source(session, own.asOf);
        const relations = new Map<string, Relation>();
        for (const name of query.tables)
          await session.execute(viewOf(name, `varve_scan(${quotedText(name)})`, source, relations));
        const limited = `SELECT * FROM (${query.text}) LIMIT ${limit + 1}`;
        const reader = await session.execute(plain(limited, source, relations));
        return rowsOf<R>(reader, this.#how, { ...source, limit });
      } finally {
        stop();
      }
    });
  }

  async attach(options?: AttachOptions): Promise<string[]> {
    if (this.#closed) throw duckdbClosed();
    const {
      asOf,
      prefix = "",
      vectors,
    } = ownOptions("attach", options, { asOf: true, prefix: true, vectors: true });
    if (asOf !== undefined && typeof asOf !== "string")
      throw badOption("asOf", "a text such as 2026-03-01", asOf);
    if (typeof prefix !== "string") throw badOption("prefix", "a text", prefix);
    const at = asOf === undefined ? "" : `, as_of := ${quotedText(asOf)}`;
    const more = vectors === true ? `${at}, vectors := true` : at;
    const tables = await this.db.tables();
    return await this.session.alone(async () => {
      for (const name of tables) await this.#attachOne(`${prefix}${name}`, name, more);
      return tables.map((name) => `${prefix}${name}`);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.session.end();
    closeDuckdb(this.#opened);
    const sealed = await this.#sealed;
    await sealed?.session.end();
    closeDuckdb(sealed?.opened);
  }

  get #how() {
    return { api: this.#duckdb.api, bigints: this.#bigints };
  }

  #source(session: Session, asOf: AsOf | undefined): Source {
    const budget: Budget = { limit: this.#maxBytes, left: this.#maxBytes };
    return session.source(this.db, budget, asOf);
  }

  async #seal(): Promise<{ opened: Opened; session: Session }> {
    const opened = await openDuckdb(this.#duckdb, SEALED);
    return { opened, session: new Session(opened.connection, this.#duckdb) };
  }

  async #attachOne(view: string, table: string, more: string): Promise<void> {
    const { connection } = this.session;
    if (!this.#views.has(view)) {
      const taken = `SELECT 1 FROM duckdb_tables() WHERE lower(table_name) = lower(${quotedText(view)})
        UNION ALL SELECT 1 FROM duckdb_views() WHERE lower(view_name) = lower(${quotedText(view)})`;
      if ((await connection.runAndReadAll(taken)).currentRowCount > 0) throw nameTaken(view);
    }
    const source = this.#source(this.session, undefined);
    await this.session.execute(viewOf(view, `varve_scan(${quotedText(table)}${more})`, source, new Map()));
    this.#views.add(view);
  }
}

/** Ends whatever runs after some milliseconds, until it is stopped: a statement is several, with reads in between. */
function endAfter(timeout: number, { connection }: Session): () => void {
  const end = (): void => {
    connection.interrupt();
    timer = setTimeout(end, INTERVAL_MS);
  };
  let timer = setTimeout(end, timeout);
  return () => clearTimeout(timer);
}

/** Makes a view that lasts as long as the connection. */
function viewOf(view: string, call: string, source: Source, relations: Map<string, Relation>): Statement {
  const text = `CREATE OR REPLACE TEMP VIEW ${quoted(view)} AS SELECT * FROM ${call}`;
  return { ...plain(text, source, relations), columnsOnly: true };
}

/** A statement without values. */
function plain(text: string, source: Source, relations: Map<string, Relation>): Statement {
  return { text, values: [], types: [], relations, source };
}

function positive(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw badOption(name, "a whole number above 0", value);
}
