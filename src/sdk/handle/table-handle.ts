// What a table and its snapshots share: the native table, its schema, its embedder, and the memory that calls use again.

import { nextTick } from "node:process";
import { VarveError } from "../../varve-error";
import type { AsOfJson } from "../call/as-of";
import { tableChanged } from "../call/errors";
import { hasTime } from "../call/turn";
import { type EmbedServices, TableEmbedder } from "../embed/table-embedder";
import type { AnyFunction } from "../embed/traits";
import { BufferPool } from "../native/batch-buffer";
import { callAsync } from "../native/call";
import { RowEncoder } from "../native/encode";
import type { NativeDatabase, NativeTable } from "../native/open";
import { renamedColumns } from "../schema/column-changes";
import type { AnyTable } from "../schema/table-definition";
import { joinSchema, type SchemaJson, type TableSchema, type VectorField } from "../schema/table-schema";
import { Plans } from "./plan";
import { explained } from "./stale";

/** What the native module says of a table. */
export interface TableInfo {
  readonly version: number;
  /** The oldest version that can be read. */
  readonly oldestVersion: number;
  readonly committedAt: number | null;
  readonly schema: SchemaJson;
}

/** What the native module says of a point in the history. */
export interface ResolvedPoint extends TableInfo {
  readonly effectiveAt: number | null;
}

/** Enough for some hundred hits of a few columns; larger answers take the slower way. */
const SCRATCH_NUMBERS = 4096;

/** How a table was opened. */
export interface HandleOptions {
  readonly definition: AnyTable | undefined;
  readonly services: EmbedServices;
  /** Where its branches are. */
  readonly database: NativeDatabase;
  readonly bigints?: readonly string[] | undefined;
  /** Functions of derived columns that were embedded again since the table was opened. */
  readonly functions?: ReadonlyMap<string, AnyFunction> | undefined;
}

/** An open table. */
export class TableHandle {
  readonly name: string;
  readonly native: NativeTable;
  readonly options: HandleOptions;
  readonly schema: TableSchema;
  readonly embedder: TableEmbedder;
  readonly encoder: RowEncoder;
  /** How the newest version is read. */
  readonly plans: Plans;
  /** Memory for small answers, shared by all reads of the table. */
  readonly scratch: Float64Array = new Float64Array(SCRATCH_NUMBERS);
  readonly buffers: BufferPool = new BufferPool();
  /** Plans by their columns, so that snapshots of one schema share them; a schema may get other columns when one is embedded again. */
  readonly #known = new Map<string, Plans>();

  constructor(name: string, native: NativeTable, stored: SchemaJson, options: HandleOptions) {
    this.name = name;
    this.native = native;
    this.options = options;
    this.plans = this.#plansFor(stored);
    this.schema = this.plans.schema;
    this.embedder = new TableEmbedder(name, options.definition, options.services, options.functions);
    this.encoder = new RowEncoder(this.schema);
  }

  /**
   * The derived columns that this handle computes. A declaration may leave one out; it is computed all the same where its function can be
   * had, and otherwise left to those who know it.
   */
  computed(): VectorField[] {
    const derived = this.schema.vectors().filter(({ embed }) => embed !== undefined);
    return derived.filter((field) => field.declared || this.embedder.knows(field));
  }

  /**
   * Writes in one commit. Writes that are asked for in one turn of promises are committed together; one that is alone, within this turn
   * where that is quick.
   */
  write(request: string, batch: Uint8Array | null): Promise<string> {
    const written = callAsync(() => this.native.write(request, batch));
    nextTick(() => this.native.attend(hasTime()));
    return written;
  }

  /** What is true of the table now. */
  async info(): Promise<TableInfo> {
    return JSON.parse(await callAsync(() => this.native.info())) as TableInfo;
  }

  /** The newest version, where it can be said at once: a server cannot, nor a table that was closed. */
  newest(): number | undefined {
    try {
      const point = this.native.resolveFast("null");
      return point === null ? undefined : (JSON.parse(point) as ResolvedPoint).version;
    } catch {
      return undefined;
    }
  }

  /** The version at a point in the history; null is now. */
  async resolve(at: AsOfJson | null): Promise<ResolvedPoint> {
    const asked = JSON.stringify(at);
    const resolve = async () => this.native.resolveFast(asked) ?? (await this.native.resolve(asked));
    return JSON.parse(await callAsync(resolve)) as ResolvedPoint;
  }

  /**
   * What a call comes to. A failure that may come from changes of the columns says what changed; what the caller's own code threw, where
   * rows are made or embedded, is passed on.
   */
  async told<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (!VarveError.is(error)) throw error;
      throw await explained({ native: this.native, schema: this.schema, version: null }, error);
    }
  }

  /** How a version is read with the schema that it had; throws CONFLICT where columns were renamed since the table was opened. */
  plansAt(point: ResolvedPoint): Plans {
    const renamed = renamedColumns(this.schema, point.schema);
    if (renamed.length > 0) throw tableChanged(this.name, renamed);
    return this.#plansFor(point.schema);
  }

  #plansFor(stored: SchemaJson): Plans {
    // A schema is not known by its number: columns get other names and wider types in every version.
    const id = JSON.stringify(stored);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const plans = new Plans(joinSchema(this.name, stored, this.options.definition, this.options.bigints));
    this.#known.set(id, plans);
    return plans;
  }
}
