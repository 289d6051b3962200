// Vectors that are missing: rows that were written without one are found, embedded, and given their vectors by ordinary updates, some
// rows at a time. Where somebody else was faster, the rows are read again. A row that is refused is passed over, so that it does not
// keep the others from their vectors.

import { describeValue } from "../../describe-value";
import { VarveError } from "../../varve-error";
import { COMMIT, type CommitOptions, toCommitJson, toWriteResult } from "../call/commit";
import { badArgument } from "../call/errors";
import { count, DATA, type OptionRules } from "../call/options";
import { checkSignal, LONG, type LongOptions, reportCommitted } from "../call/progress";
import type { TableHandle } from "../handle/table-handle";
import type { PlainRow } from "../native/decode";
import { Condition } from "../query/condition";
import { compare, type FilterNode, isNull, join, not } from "../query/node";
import { newestReader } from "../read/reader";
import type { EmbedSpec, Field, TableSchema, VectorField } from "../schema/table-schema";
import { OpenBatch } from "../write/open-batch";

/** What `backfill` takes. */
export interface BackfillOptions extends CommitOptions, LongOptions {
  /**
   * Only this column.
   * @default all derived columns
   */
  readonly column?: string | undefined;
  /**
   * The most vectors to fill in.
   * @default all
   */
  readonly limit?: number | undefined;
}

export const BACKFILL: OptionRules<BackfillOptions> = { ...COMMIT, ...LONG, column: DATA, limit: count(1) };

/** What `backfill` did. */
export interface BackfillResult {
  /** How many vectors were filled in. */
  readonly filled: number;
  /** How many are still missing: beyond the limit, or because the function refuses a row or has nothing to say about it. */
  readonly missing: number;
}

interface DerivedField extends VectorField {
  readonly embed: EmbedSpec;
}

/** How many rows are read, embedded and written at once. */
const STEP_ROWS = 1024;

/** Fills in the vectors that are missing. */
export async function backfill(handle: TableHandle, options: BackfillOptions): Promise<BackfillResult> {
  const { limit = Number.MAX_SAFE_INTEGER, column } = options;
  const fields = derivedFields(handle.schema).filter(({ name }) => column === undefined || name === column);
  if (column !== undefined && fields.length === 0) {
    throw badArgument("column", "a derived column", describeValue(column), handle.name);
  }
  const commit = toCommitJson(options);
  let filled = 0;
  let missing = 0;
  let refusal: { readonly error: unknown } | undefined;
  for (const field of fields) {
    const one = new Backfill(handle, field, options, commit);
    if (filled < limit) filled += await one.run(limit - filled);
    refusal ??= one.refusal;
    missing += await countMissing(handle, field);
  }
  if (filled === 0 && refusal !== undefined) throw refusal.error;
  return { filled, missing };
}

/** How many rows of each derived column have something to embed and no vector. */
export async function missingVectors(handle: TableHandle): Promise<Record<string, number>> {
  const counts: [string, number][] = [];
  for (const field of derivedFields(handle.schema))
    counts.push([field.name, await countMissing(handle, field)]);
  return Object.fromEntries(counts);
}

/** How often some rows are tried that somebody else changes meanwhile. */
const ATTEMPTS = 5;

/** Whether somebody else changed the rows meanwhile. */
function isConflict(error: unknown): boolean {
  return VarveError.is(error) && error.code === "CONFLICT";
}

/** Fills one column. */
class Backfill {
  readonly #handle: TableHandle;
  readonly #field: DerivedField;
  readonly #options: BackfillOptions;
  #commit: Readonly<Record<string, unknown>>;
  /** The first refusal of rows, while others could be embedded. */
  refusal: { readonly error: unknown } | undefined;
  /** The rows that the function refuses, or of which it has nothing to say. */
  readonly #passed = new Set<unknown>();
  readonly #writeNumber: number;
  #filled = 0;
  #total = 0;

  constructor(
    handle: TableHandle,
    field: DerivedField,
    options: BackfillOptions,
    commit: Readonly<Record<string, unknown>>,
  ) {
    this.#handle = handle;
    this.#field = field;
    this.#options = options;
    this.#commit = commit;
    this.#writeNumber = handle.options.services.cache.beginWrite();
  }

  /** Begins somewhere and goes round, so that several workers meet seldom. */
  async run(limit: number): Promise<number> {
    this.#total = await countMissing(this.#handle, this.#field);
    const steps = Math.ceil(this.#total / STEP_ROWS);
    const start = Math.floor(this.#handle.options.services.pace.random() * steps) * STEP_ROWS;
    await this.#sweep(start, limit);
    if (start > 0) await this.#sweep(0, limit);
    return this.#filled;
  }

  async #sweep(start: number, limit: number): Promise<void> {
    let offset = start;
    while (this.#filled < limit) {
      const { rows, filled } = await this.#step(offset, Math.min(STEP_ROWS, limit - this.#filled));
      if (rows === 0) return;
      this.#filled += filled;
      offset += rows - filled;
      if (filled > 0) {
        const { onProgress } = this.#options;
        reportCommitted(onProgress, { stage: "write", done: this.#filled, total: this.#total });
      }
    }
  }

  /** How many rows were looked at, and how many of them have got their vectors. */
  async #step(offset: number, limit: number): Promise<{ rows: number; filled: number }> {
    for (let attempt = 1; ; attempt++) {
      checkSignal(this.#options.signal);
      try {
        return await this.#stepOnce(offset, limit);
      } catch (error) {
        const isFinal = attempt === ATTEMPTS || this.#options.ifVersion !== undefined;
        if (isFinal || !isConflict(error)) throw error;
      }
    }
  }

  async #stepOnce(offset: number, limit: number): Promise<{ rows: number; filled: number }> {
    const { version } = await this.#handle.info();
    const reader = newestReader(this.#handle).at(version);
    const select = ["_rowid", ...this.#field.embed.sources];
    const where = new Condition(missingIn(this.#handle.schema, this.#field));
    const rows = await reader.rows(() => reader.find({ select, where, limit, offset }));
    const asked = rows.filter((row) => !this.#passed.has(row["_rowid"]));
    const { vectors, failure } = await this.#embed(asked);
    const rowIds: unknown[] = [];
    for (const [index, row] of asked.entries()) {
      if (vectors[index] === null) this.#passed.add(row["_rowid"]);
      else rowIds.push(row["_rowid"]);
    }
    if (rowIds.length > 0) {
      await this.#write(
        version,
        rowIds,
        vectors.filter((vector) => vector !== null),
      );
    }
    // What was embedded before it is kept.
    if (failure !== undefined) throw failure.error;
    return { rows: rows.length, filled: rowIds.length };
  }

  /** The vectors, null where there is none; and the failure of the function as such, if that is why. */
  async #embed(
    rows: readonly PlainRow[],
  ): Promise<{ vectors: unknown[]; failure: { readonly error: unknown } | undefined }> {
    const { schema, embedder } = this.#handle;
    const vectors = new Array<unknown>(rows.length).fill(undefined);
    const columns = new Map<Field, unknown[]>([[this.#field, vectors]]);
    for (const source of this.#field.embed.sources) {
      columns.set(
        schema.field(source),
        rows.map((row) => row[source]),
      );
    }
    const { signal, onProgress } = this.#options;
    const write = this.#writeNumber;
    let failure: { readonly error: unknown } | undefined;
    const onDeferred = (error: unknown, ended: boolean): void => {
      if (ended) failure ??= { error };
      else this.refusal ??= { error };
    };
    const defer = { onEmbedError: "defer", onDeferred } as const;
    await embedder.fill({ count: rows.length, columns }, schema, { signal, onProgress, write, ...defer });
    return { vectors, failure };
  }

  async #write(version: number, rowIds: readonly unknown[], vectors: unknown[]): Promise<void> {
    const handle = this.#handle;
    const buffer = handle.buffers.take();
    try {
      const columns = new Map<Field, unknown[]>([[this.#field, vectors]]);
      const cells = { base: undefined, count: vectors.length, columns };
      const batch = await new OpenBatch(handle, cells, buffer).finish({});
      checkSignal(this.#options.signal);
      const body = JSON.stringify({ kind: "update", version, rowIds, ...this.#commit });
      const done = toWriteResult(await handle.write(body, batch));
      if (this.#options.ifVersion !== undefined) this.#commit = { ...this.#commit, ifVersion: done.version };
    } finally {
      handle.buffers.give(buffer);
    }
  }
}

function derivedFields(schema: TableSchema): DerivedField[] {
  return schema.vectors().filter((field): field is DerivedField => field.embed !== undefined);
}

function countMissing(handle: TableHandle, field: DerivedField): Promise<number> {
  return newestReader(handle).count(new Condition(missingIn(handle.schema, field)));
}

/** No vector, and a source that is neither null nor empty. */
function missingIn(schema: TableSchema, { name, embed }: DerivedField): FilterNode {
  const sources = embed.sources.map((source) =>
    schema.field(source).type.kind === "text" ? compare("ne", [source], "") : not(isNull([source])),
  );
  return join("and", [isNull([name]), join("or", sources)]);
}
