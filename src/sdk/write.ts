// The way of rows into a table: small writes go as one batch, large ones and streams are staged in bounded batches. Either way it is one
// commit.

import { isBytes, isError } from "../realm";
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
  const ending = () => {
    if (kind === "insert" || options.delete === undefined) return undefined;
    return handle.reader.filter(options.delete) ?? EVERYTHING;
  };
  const request = { kind, ...toCommitJson(options) };
  const batches = batchesOf(handle, rows);
  const write = handle.options.services.cache.beginWrite();
  const writer = new Batches(handle, { ...options, write }, options.vectors ?? false);
  try {
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
  } finally {
    // Whoever makes the rows is told when no more are wanted.
    await batches.return();
  }
}

/** The filter that every row passes. */
export const EVERYTHING: FilterJson = { op: "and", args: [] };

function checkOnEmbedError(found: unknown): void {
  if (found === undefined || found === "throw" || found === "defer") return;
  throw badArgument("onEmbedError", '"throw" or "defer"', describeValue(found));
}

/** The answer of a write that has nothing to write. */
export function nothingWritten(handle: TableHandle): WriteResult {
  const { version, committedAt } = handle.info();
  return toWriteResult(JSON.stringify({ version, committedAt }));
}

interface EncodedBatch {
  readonly bytes: Uint8Array;
  /** The memory that the bytes are in. */
  readonly buffer: BatchBuffer;
}

class Batches {
  readonly #handle: TableHandle;
  readonly #options: FillOptions;
  readonly #ownVectors: boolean;
  #encoded = 0;
  #written = 0;
  #deferred = 0;

  constructor(handle: TableHandle, options: FillOptions, ownVectors: boolean) {
    this.#handle = handle;
    const onDeferredRows = (rows: number): void => {
      this.#deferred += rows;
    };
    this.#options = { ...options, onDeferredRows };
    this.#ownVectors = ownVectors;
  }

  async writeOne(request: object, rows: readonly unknown[]): Promise<WriteResult> {
    const batch = await this.#encode(rows);
    const write = () => this.#handle.native.write(JSON.stringify(request), batch.bytes);
    const result = await this.#use(batch, () => callAsync(write));
    try {
      this.#report(rows.length, rows.length);
    } catch (error) {
      // The rows are committed: whoever watches cannot undo that by failing.
      process.emitWarning(isError(error) ? error : String(error));
    }
    return toWriteResult(result, this.#deferred);
  }

  async writeStaged(
    request: object,
    batches: AsyncIterable<readonly unknown[]>,
    ending: () => FilterJson | undefined,
  ): Promise<WriteResult> {
    const writer: NativeWriter = call(() => this.#handle.native.stage(JSON.stringify(request)));
    let filter: FilterJson | undefined;
    let adding: Promise<void> = Promise.resolve();
    try {
      for await (const rows of batches) {
        // The next batch is embedded while the one before it is written.
        const batch = await this.#encode(rows);
        await adding.catch((error: unknown) => this.#drop(batch, error));
        adding = this.#add(writer, batch, rows.length);
        adding.catch(() => undefined);
      }
      await adding;
      checkSignal(this.#options.signal);
      filter = ending();
    } catch (error) {
      await adding.catch(() => undefined);
      await writer.abort().catch(() => undefined);
      throw error;
    }
    const ended = filter === undefined ? null : JSON.stringify(filter);
    return toWriteResult(await callAsync(() => writer.commit(ended)), this.#deferred);
  }

  async #add(writer: NativeWriter, batch: EncodedBatch, rows: number): Promise<void> {
    await this.#use(batch, () => callAsync(() => writer.add(batch.bytes)));
    this.#report(rows);
  }

  /** Hands a batch on; its memory is used again once that is done. */
  async #use<T>({ buffer }: EncodedBatch, use: () => Promise<T>): Promise<T> {
    try {
      checkSignal(this.#options.signal);
      return await use();
    } finally {
      this.#handle.buffers.give(buffer);
    }
  }

  #drop({ buffer }: EncodedBatch, error: unknown): never {
    this.#handle.buffers.give(buffer);
    throw error;
  }

  async #encode(rows: readonly unknown[]): Promise<EncodedBatch> {
    const { encoder, buffers } = this.#handle;
    checkSignal(this.#options.signal);
    const base = this.#encoded;
    this.#encoded += rows.length;
    const buffer = buffers.take();
    try {
      const checked = await checkRows(this.#handle, rows, base, this.#ownVectors);
      const cells = encoder.gather(checked, base, this.#ownVectors);
      return { buffer, bytes: await encodeCells(this.#handle, cells, buffer, this.#options) };
    } catch (error) {
      buffers.give(buffer);
      throw error;
    }
  }

  #report(rows: number, total?: number): void {
    this.#written += rows;
    this.#options.onProgress?.({
      stage: "write",
      done: this.#written,
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
    if (typeof value === "string" || isBytes(value)) bytes += value.length;
    else if (Array.isArray(value)) bytes += value.length * 8;
    else if (typeof value === "object") bytes += OBJECT_BYTES;
  }
  return bytes;
}

const OBJECT_BYTES = 64;
