import { type AnyTable, type TableView, type TypeDescription, VarveError } from "varve";
import { type CellsOf, ColumnRows } from "../../column-rows";
import { ownOptions } from "../../own-options";
import { isBytes } from "../../realm";
import { damagedStream, notArrow } from "./arrow-errors";
import { type ArrowModule, arrowModule, batchesOf } from "./arrow-module";
import { cellsOf } from "./cell-reader";
import { type BatchLike, type FieldLike, isBatch, isTable, type TableLike } from "./shapes";

/**
 * Arrow data of any origin: a table, a batch, anything that gives batches one after another (a reader, an array, a generator), or bytes in Arrow's
 * IPC format: one array, or a stream of them such as a file's.
 *
 * Tables and batches are read through their own methods, whichever copy and version of `apache-arrow` made them.
 */
export type ArrowSource =
  | TableLike
  | BatchLike
  | Iterable<BatchLike>
  | AsyncIterable<BatchLike>
  | Uint8Array
  | AsyncIterable<Uint8Array>;

type Row = Record<string, unknown>;

/** What `rowsFromArrow` takes. */
export interface ArrowRowsOptions {
  /** The `apache-arrow` package to use. */
  readonly arrow?: ArrowModule | undefined;
  /** The table that the rows are for: its columns say which integers become bigints, also inside lists and structs. */
  readonly table?: Pick<TableView<AnyTable>, "describe"> | undefined;
}

/**
 * The rows of Arrow data as plain objects, as `insert` and `upsert` take them. Holds one batch at a time.
 *
 * Integers become what the column of the `table` holds; without a table, numbers where a number holds them exactly and bigints otherwise; timestamps become `Date`, dates `"YYYY-MM-DD"`, lists
 * arrays and structs objects; elements of vectors are not copied where they lie next to each other. Columns whose names start with `_` are left out:
 * they are the scores and row ids of a read.
 *
 * @throws VarveError INVALID_ARGUMENT for anything else, and for a column of a type that no table of Varve holds.
 */
export function rowsFromArrow(
  source: ArrowSource,
  options?: ArrowRowsOptions,
): AsyncGenerator<Row, void, void> {
  return rowsIn(source, ownOptions("rowsFromArrow", options, { arrow: true, table: true }));
}

async function* rowsIn(source: ArrowSource, options: ArrowRowsOptions): AsyncGenerator<Row, void, void> {
  for await (const rows of columnsFromArrow(source, options)) {
    for (let from = 0; from < rows.count; from += ROWS_AT_ONCE) {
      yield* rows.rows(from, Math.min(from + ROWS_AT_ONCE, rows.count));
    }
  }
}

/** Rows that are made objects at a time. */
const ROWS_AT_ONCE = 64;

/** The rows of Arrow data as columns, batch by batch. Its values are those of `rowsFromArrow`. */
export async function* columnsFromArrow(
  source: ArrowSource,
  { arrow, table }: ArrowRowsOptions,
): AsyncGenerator<ColumnRows, void, void> {
  const { columns = [] } = (await table?.describe()) ?? {};
  const byName = new Map(columns.map((column) => [column.name, column]));
  let base = 0;
  for await (const batch of batchesIn(source, arrow)) {
    yield new ColumnRows(batch.numRows, columnsOf(batch, byName, base));
    base += batch.numRows;
  }
}

async function* batchesIn(
  source: unknown,
  arrow: ArrowModule | undefined,
): AsyncGenerator<BatchLike, void, void> {
  if (isTable(source)) yield* source.batches;
  else if (isBatch(source)) yield source;
  else if (isBytes(source)) yield* batchesFromBytes(source, arrow);
  else if (isIterable(source)) yield* batchesFromParts(source, arrow);
  else throw notArrow(source);
}

async function* batchesFromBytes(
  bytes: unknown,
  arrow: ArrowModule | undefined,
): AsyncGenerator<BatchLike, void, void> {
  const module = await arrowModule(arrow);
  try {
    for await (const batch of await batchesOf(module, bytes)) yield batch as unknown as BatchLike;
  } catch (cause) {
    if (VarveError.is(cause)) throw cause;
    throw damagedStream(cause);
  }
}

/** Parts are batches, or bytes that are a stream when they are put together. The first one says which. */
async function* batchesFromParts(
  parts: Iterable<unknown> | AsyncIterable<unknown>,
  arrow: ArrowModule | undefined,
): AsyncGenerator<BatchLike, void, void> {
  const rest = restOf(parts);
  const first = await rest.next();
  if (first.done === true) return;
  if (isBytes(first.value)) {
    yield* batchesFromBytes(withFirst(first.value, rest), arrow);
    return;
  }
  for await (const part of withFirst(first.value, rest)) {
    if (isTable(part)) yield* part.batches;
    else if (isBatch(part)) yield part;
    else throw notArrow(part);
  }
}

async function* restOf(
  parts: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<unknown, void, void> {
  yield* parts;
}

async function* withFirst<T>(first: T, rest: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}

function columnsOf(
  batch: BatchLike,
  columns: ReadonlyMap<string, TypeDescription>,
  base: number,
): Map<string, CellsOf> {
  const cells = new Map<string, CellsOf>();
  batch.schema.fields.forEach((field: FieldLike, at: number) => {
    const { name } = field;
    const values = batch.getChildAt(at);
    if (name.startsWith("_") || values === null) return;
    cells.set(name, cellsOf({ field, values, into: columns.get(name), base }));
  });
  return cells;
}

function isIterable(source: unknown): source is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof source !== "object" || source === null) return false;
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}
