import { VarveError } from "../varve-error";
import { badArgument } from "./call/errors";
import { checkOptions, DATA, type OptionRules, refuseMore } from "./call/options";
import { MIGRATE, type MigrateOptions, type Migration, migrate } from "./columns/migrate";
import type { EmbeddingCache } from "./embed/embedding-cache";
import type { EmbedServices } from "./embed/table-embedder";
import { TableHandle, type TableInfo } from "./handle/table-handle";
import type { Verification } from "./maintenance";
import { callAsync } from "./native/call";
import type { NativeDatabase, NativeTable } from "./native/open";
import { checkSchema } from "./schema/check-schema";
import { type AnyTable, toSchemaJson, type UntypedTable } from "./schema/table-definition";
import type { SchemaJson } from "./schema/table-schema";
import { describeValue } from "./schema/wire-value";
import { Table } from "./table";

/** What `openTable` takes. */
export interface OpenTableOptions {
  /** The int columns to show as `bigint`. */
  readonly bigints?: readonly string[] | undefined;
}

const OPEN_TABLE: OptionRules<OpenTableOptions> = { bigints: DATA };

/** A directory, or a place in memory, that holds tables. Made by `connect`. */
export class Database {
  readonly #native: NativeDatabase;
  readonly #services: EmbedServices;

  /** @internal */
  constructor(native: NativeDatabase, services: EmbedServices) {
    this.#native = native;
    this.#services = services;
  }

  /**
   * What was embedded, kept so that nothing is paid for twice.
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
   * Creates a table, or opens it and checks that it is what was declared: otherwise SCHEMA_MISMATCH says what is different, and which
   * calls bring the table to the declaration; `migrate` makes them. Columns on disk that the declaration lacks are allowed where they are
   * nullable, have a constant default or are derived. A derived column that the table does not have yet is no obstacle: rows are written
   * without it, and searching it says how it is added. Rows that are written keep what the declaration lacks, and new rows get the default.
   *
   * @example
   * ```ts
   * const t = await db.table(table("docs", { id: text().primaryKey(), body: text() }));
   * ```
   */
  async table<D extends AnyTable>(definition: D, ...more: readonly never[]): Promise<Table<D>> {
    refuseMore("table", more);
    if (!isDefinition(definition))
      throw badArgument("table", "what table() returns", describeValue(definition));
    const native = await this.#create(definition);
    const { schema } = JSON.parse(await callAsync(() => native.info())) as TableInfo;
    checkSchema(definition, schema);
    return new Table<D>(
      new TableHandle(definition.name, native, schema, { definition, services: this.#services }),
    );
  }

  /**
   * Opens a table by its name alone. Its rows are untyped, and derived columns are computed as long as the registry knows their
   * functions; without them it stays readable, and searchable by vector.
   *
   * @example
   * ```ts
   * const t = await db.openTable("docs");
   * ```
   */
  async openTable(
    name: string,
    options?: OpenTableOptions,
    ...more: readonly never[]
  ): Promise<Table<UntypedTable>> {
    const { bigints } = checkOptions("openTable", OPEN_TABLE, options, more);
    checkName(name);
    const native = await callAsync(() => this.#native.openTable(name));
    const { schema } = JSON.parse(await callAsync(() => native.info())) as TableInfo;
    checkBigints(name, schema, bigints);
    return new Table(
      new TableHandle(name, native, schema, { definition: undefined, services: this.#services, bigints }),
    );
  }

  /**
   * Brings a table to its declaration, and creates it where there is none: columns are renamed (where the declaration says so with
   * `renamedFrom`), altered, dropped (where `allowDrop` names them) and added in one commit; then derived columns are embedded, one commit
   * each. What would lose data or cannot be done is SCHEMA_MISMATCH before anything is changed. Several processes may call it at once.
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
      open: () => this.#find(definition.name),
      create: async () => await this.#create(definition),
    };
    return await migrate(target, checkOptions("migrate", MIGRATE, options, more));
  }

  /**
   * Gives a table another name, at once. Handles and snapshots of the table, of this process or another, say so and have to be opened
   * again.
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
   * Reads every file of a table and says which are damaged; also of a table that is too damaged to be opened.
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

  /** Removes a table with its whole history. */
  async drop(name: string, ...more: readonly never[]): Promise<void> {
    refuseMore("drop", more);
    checkName(name);
    await callAsync(() => this.#native.dropTable(name));
  }

  /** Waits for work in the background and closes all tables. */
  async close(...more: readonly never[]): Promise<void> {
    refuseMore("close", more);
    await this.#services.cache.flush();
    await callAsync(() => this.#native.close());
  }

  /** Closes the database at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The table of that name; undefined where there is none. */
  async #find(name: string): Promise<NativeTable | undefined> {
    try {
      return await callAsync(async () => await this.#native.openTable(name));
    } catch (error) {
      if (VarveError.is(error) && error.code === "TABLE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** Opens the table, or creates it; another process may create it in between. */
  async #create(definition: AnyTable): Promise<NativeTable> {
    const { name } = definition;
    const schema = JSON.stringify(toSchemaJson(definition));
    const open = () => callAsync(() => this.#native.openTable(name));
    const create = () => callAsync(() => this.#native.createTable(name, schema));
    return await unless("TABLE_NOT_FOUND", open, () =>
      unless("TABLE_EXISTS", create, (exists) =>
        // What exists may be one whose name differs only in case.
        unless("TABLE_NOT_FOUND", open, () => Promise.reject(exists)),
      ),
    );
  }
}

/** The result of a call, or of another one where the first fails with that code. */
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

/** Every name must be one of an int column: a mistyped one would show numbers where bigints were asked for. */
function checkBigints(table: string, { fields }: SchemaJson, bigints: unknown): void {
  if (bigints === undefined) return;
  const ints = fields.filter(({ type }) => type.kind === "int").map(({ name }) => name);
  if (!Array.isArray(bigints))
    throw badArgument("bigints", "a list of int columns", describeValue(bigints), table);
  const odd: unknown = bigints.find((name) => !ints.includes(name as string));
  if (odd === undefined) return;
  const known = ints.length === 0 ? "the table has none" : `which are ${ints.join(", ")}`;
  throw badArgument("bigints", `int columns (${known})`, describeValue(odd), table);
}

/** By its shape, because a definition may come from another copy of the package. */
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
