// Rows as they are given. An array is taken as it is when the call is made: all of it is read and encoded before anything is waited for. An
// iterable is asked for its rows as there is room for them, and each is taken when it comes; so it needs no more memory than a batch.

import { ColumnRows } from "../../column-rows";
import { describeValue } from "../../describe-value";
import { isBytes, isPromiseLike, messageOf } from "../../realm";
import { VarveError } from "../../varve-error";
import { badArgument, notRows, unreadableArgument } from "../call/errors";
import type { TableHandle } from "../handle/table-handle";
import { BatchBuffer } from "../native/batch-buffer";
import type { Cells, GatherOptions } from "../native/encode";
import { plainRow } from "../native/plain-row";
import { unreadableRow } from "../native/row-errors";
import { ITEMS_MAX, isUnreadable, ownCopy, ownProperties } from "../schema/own-copy";
import type { Field, TableSchema } from "../schema/table-schema";
import { OpenBatch } from "./open-batch";
import { checkRows } from "./row-check";

/** Rows to write. */
export type RowSource<R> = readonly R[] | Iterable<R> | AsyncIterable<R>;

/** Rows to write, or one row. */
export type OneOrMore<R> = R | RowSource<R>;

/** How rows are taken. */
export interface TakeOptions extends GatherOptions {
  /** The derived columns that are computed from the rows, and not when it is known which rows change. */
  readonly computed: ReadonlySet<Field>;
}

/** Batches, one after another. */
export type TakenRows = AsyncGenerator<OpenBatch, void, void> | Generator<OpenBatch, void, void>;

const BATCH_BYTES = 4 << 20;
// Calls of embedding functions take long, and those of one batch end before those of the next begin: it must be many.
const EMBED_BATCH_BYTES = 64 << 20;
const EMBED_BATCH_ROWS_MAX = 50_000;
const BATCH_ROWS_MAX = 10_000;
const BATCH_ROWS_MIN = 64;
const SAMPLE_ROWS = 16;

/** The rows in batches. Those of an array are encoded when this returns. */
export function takeRows(handle: TableHandle, given: unknown, options: TakeOptions): TakenRows {
  const rows = isOneRow(given) ? [given] : given;
  if (!isArray(rows)) return streamed(handle, stepsOf(rows), options);
  const list = itemsOf(rows);
  if (handle.options.definition?.check !== undefined) {
    // A schema of another library may look at them later.
    const own = list.map((row, index) => ownRow(handle, row, index));
    return streamed(handle, own, options);
  }
  return handedOut(openAll(handle, list, options));
}

function isArray(rows: unknown): rows is readonly unknown[] {
  try {
    return Array.isArray(rows);
  } catch (cause) {
    throw unreadableArgument("rows", messageOf(cause), cause);
  }
}

/** A row that stands for itself: an object that is neither iterable nor still to come. */
function isOneRow(given: unknown): boolean {
  if (typeof given !== "object" || given === null) return false;
  try {
    return !(Symbol.iterator in given || Symbol.asyncIterator in given || isPromiseLike(given));
  } catch (cause) {
    throw unreadableArgument("rows", messageOf(cause), cause);
  }
}

function itemsOf(rows: readonly unknown[]): unknown[] {
  try {
    const { length } = rows;
    if (length <= ITEMS_MAX) return Array.prototype.slice.call(rows, 0, length);
  } catch (cause) {
    throw unreadableArgument("rows", messageOf(cause), cause);
  }
  throw badArgument("rows", `at most ${ITEMS_MAX} rows in an array`, `an array of ${rows.length}`);
}

function openAll(handle: TableHandle, rows: unknown[], options: TakeOptions): OpenBatch[] {
  if (rows.length === 0) return [];
  // A batch has room for as many, however large they are.
  if (rows.length <= BATCH_ROWS_MIN) return [open(handle, rows, 0, options, handle.buffers.take())];
  const { rows: most, bytes } = batchSize(handle, rows);
  const batches: OpenBatch[] = [];
  try {
    for (let from = 0; from < rows.length; from += most) {
      const part = rows.length <= most ? rows : rows.slice(from, from + most);
      // One batch uses the memory of the write before it; more of them are all there at once.
      const buffer = part === rows ? handle.buffers.take() : new BatchBuffer(part.length * bytes);
      batches.push(open(handle, part, from, options, buffer));
    }
  } catch (error) {
    for (const { buffer } of batches) handle.buffers.give(buffer);
    throw error;
  }
  return batches;
}

/** Gives batches away one by one, so that their memory is free when they are written. */
function* handedOut(batches: OpenBatch[]): Generator<OpenBatch, void, void> {
  batches.reverse();
  while (true) {
    const batch = batches.pop();
    if (batch === undefined) return;
    yield batch;
  }
}

async function* streamed(
  handle: TableHandle,
  rows: AsyncIterable<unknown> | readonly unknown[],
  options: TakeOptions,
): AsyncGenerator<OpenBatch, void, void> {
  let base = 0;
  let batch: unknown[] = [];
  let size = BATCH_ROWS_MIN;
  for await (const row of rows) {
    if (ColumnRows.is(row)) {
      if (batch.length > 0) yield await checked(handle, batch, base, options);
      yield* inColumns(handle, row, base + batch.length, options);
      base += batch.length + row.count;
      batch = [];
      continue;
    }
    batch.push(Array.isArray(rows) ? row : ownRow(handle, row, base + batch.length));
    if (batch.length === BATCH_ROWS_MIN) size = batchSize(handle, batch).rows;
    if (batch.length < size) continue;
    yield await checked(handle, batch, base, options);
    base += batch.length;
    batch = [];
  }
  if (batch.length > 0) yield await checked(handle, batch, base, options);
}

/** Rows that come as columns, in batches. */
async function* inColumns(
  handle: TableHandle,
  given: ColumnRows,
  base: number,
  options: TakeOptions,
): AsyncGenerator<OpenBatch, void, void> {
  const { count } = given;
  const sample = [0, 1, 2, 3].flatMap((part) => {
    const at = Math.floor((part * count) / 4);
    return given.rows(at, Math.min(at + 4, count));
  });
  const size = batchSize(handle, sample).rows;
  const isChecked = handle.options.definition?.check !== undefined;
  for (let from = 0; from < count; from += size) {
    const to = Math.min(from + size, count);
    if (isChecked) yield await checked(handle, given.rows(from, to), base + from, options);
    else
      yield opened(
        handle,
        () => handle.encoder.gatherColumns(given, from, to, base + from, options),
        options,
      );
  }
}

async function checked(
  handle: TableHandle,
  rows: readonly unknown[],
  base: number,
  options: TakeOptions,
): Promise<OpenBatch> {
  // A schema of another library knows whole rows only.
  const sound = options.merge === true ? rows : await checkRows(handle, rows, base, options.ownVectors);
  return open(handle, sound, base, options, handle.buffers.take());
}

function open(
  handle: TableHandle,
  rows: readonly unknown[],
  base: number,
  options: TakeOptions,
  buffer: BatchBuffer,
): OpenBatch {
  return opened(handle, () => handle.encoder.gather(rows, base, options), options, buffer);
}

function opened(
  handle: TableHandle,
  gather: () => Cells,
  options: TakeOptions,
  buffer: BatchBuffer = handle.buffers.take(),
): OpenBatch {
  try {
    return new OpenBatch(handle, gather(), buffer, options.computed);
  } catch (error) {
    handle.buffers.give(buffer);
    throw error;
  }
}

/** A row that nobody else can change. */
function ownRow({ name: table, schema }: TableHandle, row: unknown, index: number): unknown {
  const place = { table, row: index };
  try {
    return ownCopy(ownProperties(plainRow(row, schema, place)));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw unreadableRow(place, error.place, error.message, error.cause);
  }
}

/** What an iterable gives, step by step. It is told when no more rows are wanted. */
async function* stepsOf(rows: unknown): AsyncGenerator<unknown, void, void> {
  const iterator = iteratorOf(rows);
  let ended = true;
  try {
    while (true) {
      const step: unknown = await iterator.next();
      if (typeof step !== "object" || step === null)
        throw notRows(`an iterable that gives ${describeValue(step)} instead of { value, done }`);
      const { done, value } = step as IteratorResult<unknown, unknown>;
      if (done === true) return;
      ended = false;
      yield await value;
      ended = true;
    }
  } finally {
    if (!ended) await iterator.return?.();
  }
}

interface Steps {
  next(): unknown;
  return?(): unknown;
}

function iteratorOf(rows: unknown): Steps {
  if (typeof rows !== "object" || rows === null) throw notRows(describeValue(rows));
  let iterator: unknown;
  try {
    const make: unknown = Reflect.get(rows, Symbol.asyncIterator) ?? Reflect.get(rows, Symbol.iterator);
    if (typeof make !== "function") throw notRows(describeValue(rows));
    iterator = make.call(rows);
  } catch (cause) {
    throw VarveError.is(cause) ? cause : unreadableArgument("rows", messageOf(cause), cause);
  }
  if (
    typeof iterator === "object" &&
    iterator !== null &&
    typeof Reflect.get(iterator, "next") === "function"
  )
    return iterator as Steps;
  throw notRows(`an iterable whose iterator is ${describeValue(iterator)}`);
}

/**
 * How many rows make a batch of about 4 MB, and about how large a row is, judging by some of them; more where embedding functions can take
 * more at once. The rows that are looked at are replaced by copies, so that each is read only once.
 */
function batchSize({ schema, embedder }: TableHandle, rows: unknown[]): { rows: number; bytes: number } {
  let fixed = 8;
  for (const { type } of schema.fields) fixed += type.kind === "vector" ? type.dimensions * 4 : 8;
  const step = Math.max(1, Math.floor(rows.length / SAMPLE_ROWS));
  let sampled = 0;
  let variable = 0;
  for (let index = 0; index < rows.length; index += step) {
    rows[index] = withOwnProperties(schema, rows[index]);
    variable += variableBytes(rows[index]);
    sampled += 1;
  }
  const bytes = fixed + (sampled === 0 ? 0 : variable / sampled);
  const plain = Math.max(BATCH_ROWS_MIN, Math.min(BATCH_ROWS_MAX, Math.floor(BATCH_BYTES / bytes)));
  const atOnce = embedder.rowsAtOnce(schema);
  if (atOnce === 0) return { rows: plain, bytes };
  const rounds = Math.floor(Math.min(EMBED_BATCH_ROWS_MAX, EMBED_BATCH_BYTES / bytes) / atOnce);
  return { rows: Math.max(plain, rounds * atOnce), bytes };
}

function withOwnProperties(schema: TableSchema, row: unknown): unknown {
  try {
    return ownProperties(plainRow(row, schema, { table: schema.table }));
  } catch {
    // Reading it again says where it is.
    return row;
  }
}

/** What cannot be read counts as nothing: it is refused when it is encoded. */
function variableBytes(row: unknown): number {
  try {
    return typeof row === "object" && row !== null ? sizeOfValues(row) : 0;
  } catch {
    return 0;
  }
}

function sizeOfValues(row: object): number {
  let bytes = 0;
  for (const value of Object.values(row)) {
    if (typeof value === "string" || isBytes(value)) bytes += value.length;
    else if (Array.isArray(value)) bytes += value.length * 8;
    else if (typeof value === "object") bytes += OBJECT_BYTES;
  }
  return bytes;
}

const OBJECT_BYTES = 64;
