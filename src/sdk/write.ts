// The way of rows into a table: small writes go as one batch, large ones and streams are staged in bounded batches. Either way it is one
// commit.

import { type CommitOptions, toCommitJson, toWriteResult, type WriteResult } from "./commit";
import type { FillOptions, OnEmbedError } from "./embed/document-run";
import type { EmbeddableCells } from "./embed/inputs";
import { badArgument, notRows } from "./errors";
import type { BatchBuffer } from "./native/batch-buffer";
import { call, callAsync } from "./native/call";
import type { BatchSize } from "./native/encode";
import type { NativeWriter } from "./native/open";
import { checkSignal, type LongOptions } from "./progress";
import type { FilterJson } from "./query/check-filter";
import { checkRows } from "./row-check";
import type { Field } from "./schema/table-schema";
import { describeValue } from "./schema/wire-value";
import type { TableHandle } from "./table-handle";

/** What a write takes. */
export interface WriteOptions extends CommitOptions, LongOptions {}

/** What a write of rows takes, before its types. */
export interface RowWriteOptions extends WriteOptions {
  readonly vectors?: boolean | undefined;
  readonly onEmbedError?: OnEmbedError | undefined;
}

/** Rows to write. */
export type RowSource<R> = readonly R[] | Iterable<R> | AsyncIterable<R>;

const BATCH_BYTES = 4 << 20;
// Calls of embedding functions take long, and those of one batch end before those of the next begin: it must be many.
const EMBED_BATCH_BYTES = 64 << 20;
const EMBED_BATCH_ROWS_MAX = 50_000;
const BATCH_ROWS_MAX = 10_000;
const BATCH_ROWS_MIN = 64;
const SAMPLE_ROWS = 16;

/** Writes rows as one commit. */
export async function writeRows(
  handle: TableHandle,
  kind: "insert" | "upsert",
  rows: RowSource<unknown>,
  options: RowWriteOptions & { readonly delete?: unknown },
): Promise<WriteResult> {
  checkOnEmbedError(options.onEmbedError);
  // Asked for when all rows have been taken: whoever makes the rows may only then know what is gone.
  const ending = () => (kind === "upsert" ? handle.reader.filter(options.delete) : undefined);
  const request = { kind, ...toCommitJson(options) };
  const batches = batchesOf(handle, rows);
  const writer = new Batches(handle, options, options.vectors ?? false);
  const first = await batches.next();
  if (first.done) {
    const filter = ending();
    return filter === undefined
      ? nothingWritten(handle)
      : await writer.writeOne({ ...request, ending: filter }, []);
  }
  const second = await batches.next();
  if (second.done) return await writer.writeOne({ ...request, ending: ending() }, first.value);
  return await writer.writeStaged(request, chain([first.value, second.value], batches), ending);
}

function checkOnEmbedError(found: unknown): void {
  if (found === undefined || found === "throw" || found === "defer") return;
  throw badArgument("onEmbedError", '"throw" or "defer"', describeValue(found));
}

/** The answer of a write that has nothing to write. */
export function nothingWritten(handle: TableHandle): WriteResult {
  const { version, committedAt } = handle.info();
  return toWriteResult(JSON.stringify({ version, committedAt }));
}

class Batches {
  readonly #handle: TableHandle;
  readonly #options: FillOptions;
  readonly #ownVectors: boolean;
  #rows = 0;

  constructor(handle: TableHandle, options: FillOptions, ownVectors: boolean) {
    this.#handle = handle;
    this.#options = options;
    this.#ownVectors = ownVectors;
  }

  async writeOne(request: object, rows: readonly unknown[]): Promise<WriteResult> {
    const result = await this.#withBatch(rows, (batch) =>
      callAsync(() => this.#handle.native.write(JSON.stringify(request), batch)),
    );
    this.#report(rows.length, rows.length);
    return toWriteResult(result);
  }

  async writeStaged(
    request: object,
    batches: AsyncIterable<readonly unknown[]>,
    ending: () => FilterJson | undefined,
  ): Promise<WriteResult> {
    const writer: NativeWriter = call(() => this.#handle.native.stage(JSON.stringify(request)));
    let filter: FilterJson | undefined;
    try {
      for await (const rows of batches) {
        await this.#withBatch(rows, (batch) => callAsync(() => writer.add(batch)));
        this.#report(rows.length);
      }
      checkSignal(this.#options.signal);
      filter = ending();
    } catch (error) {
      await writer.abort().catch(() => undefined);
      throw error;
    }
    return toWriteResult(
      await callAsync(() => writer.commit(filter === undefined ? null : JSON.stringify(filter))),
    );
  }

  /** Encodes rows and hands the batch on; its memory is used again once that is done. */
  async #withBatch<T>(rows: readonly unknown[], use: (batch: Uint8Array) => Promise<T>): Promise<T> {
    const { buffers } = this.#handle;
    checkSignal(this.#options.signal);
    const buffer = buffers.take();
    try {
      const batch = await this.#encode(rows, buffer);
      checkSignal(this.#options.signal);
      return await use(batch);
    } finally {
      buffers.give(buffer);
    }
  }

  async #encode(rows: readonly unknown[], buffer: BatchBuffer): Promise<Uint8Array> {
    const { encoder } = this.#handle;
    const base = this.#rows;
    const checked = await checkRows(this.#handle, rows, base, this.#ownVectors);
    const cells = encoder.gather(checked, base, this.#ownVectors);
    return await encodeCells(this.#handle, cells, buffer, this.#options);
  }

  #report(rows: number, total?: number): void {
    this.#rows += rows;
    this.#options.onProgress?.({
      stage: "write",
      done: this.#rows,
      ...(total === undefined ? {} : { total }),
    });
  }
}

/**
 * Writes the cells of some columns into a buffer. What rows bring is checked before anything is embedded, since that may cost money.
 * Columns that are not `wanted` are there to be embedded from.
 */
export async function encodeCells(
  handle: TableHandle,
  cells: BatchSize & EmbeddableCells,
  buffer: BatchBuffer,
  options: FillOptions,
  wanted: (field: Field) => boolean = everyField,
): Promise<Uint8Array> {
  const batch = handle.encoder.begin(buffer, cells);
  const waiting: [Field, unknown[]][] = [];
  for (const [field, values] of cells.columns) {
    if (!wanted(field)) continue;
    if (field.embed !== undefined && values.includes(undefined)) waiting.push([field, values]);
    else batch.column(field, values);
  }
  if (waiting.length > 0) await handle.embedder.fill(cells, handle.schema, options);
  for (const [field, values] of waiting) batch.column(field, values);
  return batch.finish();
}

function everyField(): boolean {
  return true;
}

async function* batchesOf(
  handle: TableHandle,
  rows: RowSource<unknown>,
): AsyncGenerator<readonly unknown[], void, void> {
  if (Array.isArray(rows)) {
    const size = batchRows(handle, rows);
    for (let from = 0; from < rows.length; from += size)
      yield rows.length <= size ? rows : rows.slice(from, from + size);
    return;
  }
  if (!isIterable(rows)) throw notRows(describeValue(rows));
  let batch: unknown[] = [];
  let size = BATCH_ROWS_MIN;
  for await (const row of rows) {
    batch.push(row);
    if (batch.length === BATCH_ROWS_MIN) size = batchRows(handle, batch);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

async function* chain<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T, void, void> {
  yield* first;
  yield* rest;
}

/** How many rows make a batch of about 4 MB, judging by some of them; more where embedding functions can take more at once. */
function batchRows({ schema, embedder }: TableHandle, rows: readonly unknown[]): number {
  let bytes = 0;
  for (const { type } of schema.fields) bytes += type.kind === "vector" ? type.dimensions * 4 : 8;
  const step = Math.max(1, Math.floor(rows.length / SAMPLE_ROWS));
  const sample = rows.filter((_, index) => index % step === 0);
  const texts = sample.reduce<number>((sum, row) => sum + variableBytes(row), 0);
  const each = bytes + (sample.length === 0 ? 0 : texts / sample.length);
  const plain = Math.max(BATCH_ROWS_MIN, Math.min(BATCH_ROWS_MAX, Math.floor(BATCH_BYTES / each)));
  const atOnce = embedder.rowsAtOnce(schema);
  if (atOnce === 0) return plain;
  const rounds = Math.floor(Math.min(EMBED_BATCH_ROWS_MAX, EMBED_BATCH_BYTES / each) / atOnce);
  return Math.max(plain, rounds * atOnce);
}

function variableBytes(row: unknown): number {
  if (typeof row !== "object" || row === null) return 0;
  let bytes = 0;
  for (const value of Object.values(row)) {
    if (typeof value === "string" || value instanceof Uint8Array) bytes += value.length;
    else if (Array.isArray(value)) bytes += value.length * 8;
    else if (typeof value === "object") bytes += OBJECT_BYTES;
  }
  return bytes;
}

const OBJECT_BYTES = 64;
