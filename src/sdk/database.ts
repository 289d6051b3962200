import { describeValue } from "../describe-value";
import { refuseMore } from "../own-options";
import { VarveError } from "../varve-error";
import { BACKUP, type Backup, type BackupOptions, backup } from "./backup";
import { checkBranch, lineOf } from "./branch/branch";
import type { Commit } from "./call/commit";
import { backupToServer, badArgument } from "./call/errors";
import { checkOptions } from "./call/options";
import { MIGRATE, type MigrateOptions, type Migration, migrate } from "./columns/migrate";
import {
  DATABASE_HISTORY,
  type DatabaseHistoryOptions,
  databaseHistory,
  type TableCommit,
} from "./database-history";
import { type DatabaseMoment, DatabaseSnapshot } from "./database-snapshot";
import type { EmbeddingCache } from "./embed/embedding-cache";
import type { EmbedServices } from "./embed/table-embedder";
import { TableHandle, type TableInfo } from "./handle/table-handle";
import type { Verification } from "./maintenance";
import { callAsync } from "./native/call";
import type { NativeDatabase, NativeTable } from "./native/open";
import type { DatabaseEvents } from "./observe/call-event";
import { EVENT_NAMES, type Listener, listen } from "./observe/listener";
import { observed } from "./observe/observed";
import type { Observer } from "./observe/observers";
import { DATABASES } from "./observe/operations";
import { OPEN_TABLE, type OpenTableOptions, TABLE, type TableOptions } from "./open-table-options";
import { RemoteDatabase } from "./remote/database";
import { checkSchema } from "./schema/check-schema";
import { fromDataType, holdsInts } from "./schema/column-type";
import { type AnyTable, toSchemaJson, type UntypedTable } from "./schema/table-definition";
import type { SchemaJson } from "./schema/table-schema";
import { Table } from "./table";

/** A set of tables in a directory, in memory or in a bucket. `connect` opens one. */
export class Database {
  static {
    observed(Database.prototype, DATABASES, { observers: (self) => (self as Database).#services.observers });
  }

  readonly #native: NativeDatabase;
  readonly #services: EmbedServices;

  /** What ends with it. */
  readonly #end: () => void;

  /** Opens another one. */
  readonly #open: (location: string | URL) => Promise<Database>;

  /** @internal */
  constructor(
    native: NativeDatabase,
    services: EmbedServices,
    end: () => void,
    open: (location: string | URL) => Promise<Database>,
  ) {
    this.#native = native;
    this.#services = services;
    this.#end = end;
    this.#open = open;
  }

  /** @internal What a server answers its clients from. */
  get native(): NativeDatabase {
    return this.#native;
  }

  /**
   * The cache of embedding results, so that you never pay twice for the same input.
   *
   * @example
   * ```ts
   * const { entries, hits } = await db.embeddingCache.stats();
   * await db.embeddingCache.clear();
   * ```
   */
  get embeddingCache(): EmbeddingCache {
    return this.#services.cache;
  }

  /**
   * Opens a table, or creates it if there is none. If the table differs from the declaration, `SCHEMA_MISMATCH` lists the differences and
   * the calls that would resolve them; `migrate` makes those calls for you.
   *
   * The table may have columns that the declaration lacks, as long as they are nullable, derived, or have a constant default: writes leave
   * them alone, and new rows get the default. The declaration may have a derived column that the table lacks: rows are written without it, and
   * searching it fails with an error that says how to add it.
   *
   * @example
   * ```ts
   * const t = await db.table(table("docs", { id: text().primaryKey(), body: text() }));
   * ```
   */
  async table<D extends AnyTable>(
    definition: D,
    options?: TableOptions,
    ...more: readonly never[]
  ): Promise<Table<D>> {
    const { branch } = checkOptions("table", TABLE, options, more);
    if (!isDefinition(definition))
      throw badArgument("table", "what table() returns", describeValue(definition));
    const line = this.#line(definition.name, branch);
    if (line === definition.name) return await this.#typed(definition, await this.#create(definition));
    return await this.#typed(definition, await callAsync(() => this.#native.openTable(line)), line);
  }

  /**
   * Begins a branch of every table, all at one moment. Open one with `db.table(definition, { branch })`. If one of them cannot be made, those
   * that were are removed again.
   *
   * @returns the names of the tables
   *
   * @example
   * ```ts
   * await db.branch("trial");
   * const docsOfTrial = await db.table(docs, { branch: "trial" });
   * ```
   */
  async branch(name: string, ...more: readonly never[]): Promise<string[]> {
    refuseMore("branch", more);
    checkBranch(name);
    const tables = await this.tables();
    const at = { date: Date.now() };
    const made: string[] = [];
    try {
      for (const line of tables) {
        await callAsync(() => this.#native.createBranch(JSON.stringify({ line, name, at })));
        made.push(line);
      }
    } catch (error) {
      for (const line of made)
        await callAsync(() => this.#native.deleteBranch(JSON.stringify({ line, name })));
      throw error;
    }
    return tables;
  }

  /**
   * Opens a table by name alone. Its rows are untyped. Derived columns are computed if the registry knows their functions; otherwise the
   * table can still be read, and searched by vector.
   *
   * @example
   * ```ts
   * const t = await db.openTable("docs");
   * const trial = await db.openTable("docs", { branch: "trial" });
   * ```
   */
  async openTable(
    name: string,
    options?: OpenTableOptions,
    ...more: readonly never[]
  ): Promise<Table<UntypedTable>> {
    const { bigints, branch } = checkOptions("openTable", OPEN_TABLE, options, more);
    checkName(name);
    const line = this.#line(name, branch);
    const native = await callAsync(() => this.#native.openTable(line));
    const { schema } = JSON.parse(await callAsync(() => native.info())) as TableInfo;
    checkBigints(name, schema, bigints);
    return new Table(
      new TableHandle(line, native, schema, {
        definition: undefined,
        services: this.#services,
        database: this.#native,
        bigints,
      }),
    );
  }

  /**
   * Changes a table to match its declaration, or creates it. Columns are renamed (if the declaration says `renamedFrom`), altered, dropped
   * (if `allowDrop` names them) and added in one commit; derived columns are then embedded in one commit each. If a change would lose data or
   * is impossible, the call fails with `SCHEMA_MISMATCH` before changing anything. Several processes may call it at the same time.
   *
   * A derived column whose sources or template changed is dropped and embedded anew, without `allowDrop`: its vectors can be computed again.
   * Searches of it fail until then.
   *
   * @example
   * ```ts
   * const { steps } = await db.migrate(docs, { dryRun: true });
   * for (const { call } of steps) console.log(call);
   * await db.migrate(docs);
   * ```
   */
  async migrate(
    definition: AnyTable,
    options?: MigrateOptions,
    ...more: readonly never[]
  ): Promise<Migration> {
    if (!isDefinition(definition))
      throw badArgument("migrate", "what table() returns", describeValue(definition));
    const target = {
      definition,
      services: this.#services,
      database: this.#native,
      open: () => this.#find(definition.name),
      create: async () => await this.#create(definition),
    };
    return await migrate(target, checkOptions("migrate", MIGRATE, options, more));
  }

  /**
   * Renames a table. Handles and snapshots that are already open, in any process, fail from then on with an error that gives the reason, and
   * must be opened again.
   *
   * @example
   * ```ts
   * await db.renameTable("docs", "pages");
   * ```
   */
  async renameTable(from: string, to: string, ...more: readonly never[]): Promise<void> {
    refuseMore("renameTable", more);
    checkName(from);
    checkName(to);
    await callAsync(async () => await this.#native.renameTable(from, to));
  }

  /** The names of the tables. */
  async tables(...more: readonly never[]): Promise<string[]> {
    refuseMore("tables", more);
    return await callAsync(() => this.#native.tableNames());
  }

  /**
   * Reads every file of a table and reports which are damaged. It works even if the table is too damaged to open.
   *
   * @example
   * ```ts
   * const { ok, problems } = await db.verify("docs");
   * ```
   */
  async verify(name: string, ...more: readonly never[]): Promise<Verification> {
    refuseMore("verify", more);
    checkName(name);
    return JSON.parse(await callAsync(() => this.#native.verifyTable(name))) as Verification;
  }

  /**
   * Copies tables to another place, each with its whole history, its tags, branches and settings, while others go on writing. A copy that is
   * there is brought up to date: only new files are copied. Every byte is checked on the way. The place is what `connect` takes, or a
   * database that is open, such as a bucket with credentials of its own.
   *
   * Until it is done the copy shows what it did before. If one table cannot be copied, the others are, and then the call fails with the
   * reason. It refuses to write over anything but an earlier state of the same table (`TABLE_EXISTS`, `CONFLICT`).
   *
   * @example
   * ```ts
   * const { tables } = await db.backup("./backups/data");
   * for (const { name, version, copiedBytes } of tables) console.log(name, version, copiedBytes);
   * ```
   */
  async backup(
    to: string | URL | Database,
    options?: BackupOptions,
    ...more: readonly never[]
  ): Promise<Backup> {
    const given = checkOptions("backup", BACKUP, options, more);
    if (to instanceof Database) return await this.#backup(to, given);
    const target = await this.#open(to);
    try {
      return await this.#backup(target, given);
    } finally {
      await target.close();
    }
  }

  /** Deletes a table and its entire history. */
  async drop(name: string, ...more: readonly never[]): Promise<void> {
    refuseMore("drop", more);
    checkName(name);
    await callAsync(() => this.#native.dropTable(name));
  }

  /**
   * All tables as they were at a moment, read-only: what was committed by a date, or with `{ effective }` what was true by then.
   *
   * @example
   * ```ts
   * const monday = db.asOf("2026-11-23");
   * const names = await monday.tables();
   * const t = await monday.table(docs);
   * ```
   */
  asOf(moment: DatabaseMoment, ...more: readonly never[]): DatabaseSnapshot {
    refuseMore("asOf", more);
    const source = {
      names: () => this.tables(),
      open: async <D extends AnyTable>(definition: D): Promise<Table<D>> => {
        if (!isDefinition(definition))
          throw badArgument("table", "what table() returns", describeValue(definition));
        return await this.#typed(definition, await callAsync(() => this.#native.openTable(definition.name)));
      },
      openNamed: (name: string, options?: OpenTableOptions) => this.openTable(name, options),
    };
    return new DatabaseSnapshot(source, moment);
  }

  /**
   * The newest commits of all tables, newest first. It reads the newest commits of each table.
   *
   * @example
   * ```ts
   * for (const { table, operation, committedAt } of await db.history({ limit: 5 })) console.log(table, operation, committedAt);
   * ```
   */
  async history(options?: DatabaseHistoryOptions, ...more: readonly never[]): Promise<TableCommit[]> {
    const asked = checkOptions("history", DATABASE_HISTORY, options, more);
    const historyOf = async (name: string, limit: number): Promise<Commit[]> =>
      await (await this.openTable(name)).history({ limit });
    return await databaseHistory(await this.tables(), historyOf, asked);
  }

  /**
   * Listens for calls that end: `write`, `embed`, `search`, `read`, `upkeep` and `request`, and `error` for those of any kind that failed.
   * Returns a function that takes the listener off again. What is told are numbers and names: no text, key, filter or vector.
   *
   * The listener is called before whoever made the call goes on, so it should be quick. If it throws, the call still completes, and
   * the process is warned once.
   *
   * @example
   * ```ts
   * const off = db.on("search", ({ table, ms, rows }) => console.log(`${table}: ${rows} hits in ${ms.toFixed(1)} ms`));
   * ```
   */
  on<E extends keyof DatabaseEvents>(
    event: E,
    listener: Listener<DatabaseEvents[E]>,
    ...more: readonly never[]
  ): () => void {
    refuseMore("on", more);
    if (!EVENT_NAMES.includes(event))
      throw badArgument("on: event", `one of ${EVENT_NAMES.join(", ")}`, describeValue(event));
    if (typeof listener !== "function")
      throw badArgument("on: listener", "a function", describeValue(listener));
    return listen(this.#services.observers, event, listener);
  }

  /**
   * Watches calls from their beginning, in the async context of whoever makes them: for tracers. `varve/opentelemetry` does so; for what has
   * happened, `on` is simpler. Returns a function that takes the observer off again.
   *
   * @example
   * ```ts
   * const off = db.observe({ begin: ({ operation }) => ({ end: ({ ms }) => console.log(operation, ms) }) });
   * ```
   */
  observe(observer: Observer, ...more: readonly never[]): () => void {
    refuseMore("observe", more);
    if (typeof observer?.begin !== "function")
      throw badArgument("observe", "an object with a method begin", describeValue(observer));
    return this.#services.observers.add(observer);
  }

  /** Waits for background work to finish, then closes all tables. */
  async close(...more: readonly never[]): Promise<void> {
    refuseMore("close", more);
    this.#end();
    await this.#services.cache.flush();
    await callAsync(() => this.#native.close());
  }

  /** Closes the database at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #backup(target: Database, options: BackupOptions): Promise<Backup> {
    if (target.#native instanceof RemoteDatabase) throw backupToServer();
    return await backup(this.#native, target.#native, options);
  }

  /** A table with the types of a declaration, which must fit it. */
  async #typed<D extends AnyTable>(
    definition: D,
    native: NativeTable,
    line: string = definition.name,
  ): Promise<Table<D>> {
    const { schema } = JSON.parse(await callAsync(() => native.info())) as TableInfo;
    checkSchema(definition, schema);
    const [services, database] = [this.#services, this.#native];
    const handle = new TableHandle(line, native, schema, { definition, services, database });
    return new Table<D>(handle);
  }

  /** What a table, or a branch of it, is opened by. */
  #line(name: string, branch: string | undefined): string {
    if (branch !== undefined) checkBranch(branch);
    return lineOf(name, branch);
  }

  /** The table with that name, or undefined. */
  async #find(name: string): Promise<NativeTable | undefined> {
    try {
      return await callAsync(async () => await this.#native.openTable(name));
    } catch (error) {
      if (VarveError.is(error) && error.code === "TABLE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** Opens the table, or creates it. Another process may create it in between. */
  async #create(definition: AnyTable): Promise<NativeTable> {
    const { name } = definition;
    const open = () => callAsync(() => this.#native.openTable(name));
    const create = () => {
      const schema = JSON.stringify(toSchemaJson(definition));
      return callAsync(() => this.#native.createTable(name, schema));
    };
    return await unless("TABLE_NOT_FOUND", open, () =>
      unless("TABLE_EXISTS", create, (exists) =>
        // The table that exists may have a name that differs only in case.
        unless("TABLE_NOT_FOUND", open, () => Promise.reject(exists)),
      ),
    );
  }
}

/** The result of the first call, or of the second if the first fails with that code. */
async function unless<T>(
  code: string,
  first: () => Promise<T>,
  second: (failure: VarveError) => Promise<T>,
): Promise<T> {
  try {
    return await first();
  } catch (error) {
    if (VarveError.is(error) && error.code === code) return await second(error);
    throw error;
  }
}

/** Every name must be that of a column of ints: a typo would otherwise give numbers where bigints were asked for. */
function checkBigints(table: string, { fields }: SchemaJson, bigints: unknown): void {
  if (bigints === undefined) return;
  const ints = fields.filter(({ type }) => holdsInts(fromDataType(type))).map(({ name }) => name);
  if (!Array.isArray(bigints))
    throw badArgument("bigints", "a list of int columns", describeValue(bigints), table);
  const odd: unknown = bigints.find((name) => !ints.includes(name as string));
  if (odd === undefined) return;
  const known = ints.length === 0 ? "the table has none" : `which are ${ints.join(", ")}`;
  throw badArgument("bigints", `int columns (${known})`, describeValue(odd), table);
}

/** Checks the shape rather than the class, because a definition may come from another copy of the package. */
function isDefinition(value: unknown): value is AnyTable {
  if (typeof value !== "object" || value === null) return false;
  try {
    const { name, columns, derived } = value as Partial<AnyTable>;
    const maps = [columns, derived].every((map) => typeof map === "object" && map !== null);
    return typeof name === "string" && maps;
  } catch {
    return false;
  }
}

function checkName(name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw badArgument("name", "the name of a table", describeValue(name));
}
