// The way of a table to its declaration: all changes of columns in one commit, and after it what has to be embedded. Several processes may
// migrate at once: whoever finds that somebody else was faster looks again what is left to do.

import { describeValue } from "../../describe-value";
import { VarveError } from "../../varve-error";
import { COMMIT, type CommitOptions, toCommitJson } from "../call/commit";
import { badArgument, nothingOfVersion } from "../call/errors";
import { DATA, FLAG, type OptionRules } from "../call/options";
import { checkSignal, LONG, type LongOptions } from "../call/progress";
import type { EmbedServices } from "../embed/table-embedder";
import { TableHandle, type TableInfo } from "../handle/table-handle";
import { callAsync } from "../native/call";
import type { NativeDatabase, NativeTable } from "../native/open";
import { callCode } from "../schema/column-code";
import { type Comparison, compareSchema, type SchemaStep } from "../schema/compare-schema";
import { schemaDiffers } from "../schema/schema-errors";
import type { AnyTable } from "../schema/table-definition";
import { addDerived, alter } from "./alter";
import { reembed } from "./reembed";

/** What `migrate` takes. */
export interface MigrateOptions extends CommitOptions, LongOptions {
  /**
   * Says what would be done, and does nothing.
   * @default false
   */
  readonly dryRun?: boolean | undefined;
  /**
   * Columns that the declaration lacks and that the table may lose. Older versions still show them.
   * @default none
   */
  readonly allowDrop?: readonly string[] | undefined;
}

export const MIGRATE: OptionRules<MigrateOptions> = { ...COMMIT, ...LONG, dryRun: FLAG, allowDrop: DATA };

/** A change that brings a table nearer to its declaration. */
export interface MigrationStep {
  /** What is done. */
  readonly kind: "createTable" | "renameColumn" | "dropColumn" | "alterColumn" | "addColumn" | "reembed";
  /** The column, by the name that it has afterwards; null where the table is created. */
  readonly column: string | null;
  /** The call that does it, as it could be written. */
  readonly call: string;
}

/** What `migrate` did, or would do. */
export interface Migration {
  /** The steps, in their order; none where the table is as declared. */
  readonly steps: readonly MigrationStep[];
}

/** A table that is there, or the way to create it. */
export interface MigrationTarget {
  readonly definition: AnyTable;
  readonly services: EmbedServices;
  readonly database: NativeDatabase;
  /** The table; undefined where there is none. */
  open(): Promise<NativeTable | undefined>;
  /** Creates it, or opens it where somebody else was faster. */
  create(): Promise<NativeTable>;
}

/** How often somebody else may change the columns first before the migration gives up. */
const TRIES = 20;

/** Brings a table to its declaration. */
export async function migrate(target: MigrationTarget, options: MigrateOptions): Promise<Migration> {
  const { definition } = target;
  const { dryRun = false, allowDrop = [], ...rest } = options;
  checkDrops(definition, allowDrop);
  toCommitJson(rest);
  checkSignal(rest.signal);
  const found = await target.open();
  if (found === undefined && dryRun) return { steps: [createStep()] };
  const native = found ?? (await create(target, rest));
  const run = new MigrationRun(target, native, rest);
  for (let attempt = 1; ; attempt++) {
    const plan = await planOf(native, definition, allowDrop);
    if (dryRun) return { steps: plan.steps.map(publicStep) };
    // Somebody else may have made another table of that name first.
    if (found === undefined && attempt === 1 && plan.steps.length === 0) return { steps: [createStep()] };
    try {
      await run.make(plan);
      return { steps: run.done };
    } catch (error) {
      if (attempt === TRIES || !(await hasMoved(native, plan, error))) throw error;
    }
  }
}

/** A table that is made begins with version 0. */
async function create(
  { definition, create }: MigrationTarget,
  { ifVersion = 0, signal }: CommitOptions & LongOptions,
): Promise<NativeTable> {
  if (ifVersion !== 0) throw nothingOfVersion(definition.name, ifVersion);
  checkSignal(signal);
  return await create();
}

function createStep(): MigrationStep {
  return { kind: "createTable", column: null, call: callCode("table", "declaration") };
}

interface Plan extends Comparison {
  readonly schema: number;
}

type EmbedStep = Extract<SchemaStep, { readonly derived: unknown }>;

class MigrationRun {
  readonly #target: MigrationTarget;
  readonly #native: NativeTable;
  #options: CommitOptions & LongOptions;
  readonly done: MigrationStep[] = [];

  constructor(target: MigrationTarget, native: NativeTable, options: CommitOptions & LongOptions) {
    this.#target = target;
    this.#native = native;
    this.#options = options;
  }

  async make({ steps, schema }: Plan): Promise<void> {
    const changes = steps.filter((step) => "alter" in step);
    if (changes.length > 0) {
      const { signal, onProgress: _onProgress, ...commit } = this.#options;
      checkSignal(signal);
      await alter(
        { native: this.#native },
        changes.map((step) => step.alter),
        commit,
        schema,
      );
      this.#made(...changes);
    }
    for (const step of steps) {
      if (!("derived" in step)) continue;
      await this.#embed(step);
      this.#made(step);
    }
  }

  /** The first commit was for the version that the caller named; the next ones follow it. */
  #made(...steps: readonly SchemaStep[]): void {
    this.done.push(...steps.map(publicStep));
    const { ifVersion: _ifVersion, ...rest } = this.#options;
    this.#options = rest;
  }

  async #embed({ kind, column, derived }: EmbedStep): Promise<void> {
    const { definition, services, database } = this.#target;
    const { schema } = await infoOf(this.#native);
    const options = { definition: undefined, services, database };
    const handle = new TableHandle(definition.name, this.#native, schema, options);
    if (kind === "reembed") await reembed(handle, column, derived.function, this.#options);
    else await addDerived(handle, column, derived, this.#options);
  }
}

async function planOf(native: NativeTable, definition: AnyTable, drop: readonly string[]): Promise<Plan> {
  const { schema } = await infoOf(native);
  const { steps, obstacles } = compareSchema(definition, schema, drop);
  if (obstacles.length > 0) throw schemaDiffers(definition.name, obstacles, []);
  return { steps, obstacles, schema: schema.id ?? 0 };
}

/** Whether a step failed because somebody else changed the columns meanwhile. */
async function hasMoved(native: NativeTable, plan: Plan, error: unknown): Promise<boolean> {
  if (!VarveError.is(error)) return false;
  const codes: readonly string[] = ["CONFLICT", "COLUMN_NOT_FOUND", "COLUMN_EXISTS"];
  return codes.includes(error.code) && (await infoOf(native)).schema.id !== plan.schema;
}

async function infoOf(native: NativeTable): Promise<TableInfo> {
  return JSON.parse(await callAsync(async () => await native.info())) as TableInfo;
}

function publicStep({ kind, column, call }: SchemaStep): MigrationStep {
  return { kind: kind === "addEmbedding" ? "addColumn" : kind, column, call };
}

function checkDrops({ name, columns, derived }: AnyTable, drop: unknown): void {
  if (!Array.isArray(drop) || !drop.every((column) => typeof column === "string"))
    throw badArgument("allowDrop", "an array of column names", describeValue(drop), name);
  const kept = drop.find((column) => Object.hasOwn(columns, column) || Object.hasOwn(derived, column));
  if (kept !== undefined)
    throw badArgument("allowDrop", "columns that the declaration lacks", JSON.stringify(kept), name);
}
