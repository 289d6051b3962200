// What DuckDB reads as a table: columns with their types, and the rows of those that a statement needs.

import type { DuckDBDataChunk, DuckDBType } from "@duckdb/node-api";
import { type AnyTable, type TableView, VarveError } from "varve";
import { isBytes, isPlainObject } from "../../realm";
import { type ArrowBatch, ArrowStream } from "./arrow-stream";
import { duckdbType } from "./column-type";
import { type Write, writerOf } from "./column-writer";
import { noColumns, notRows, tooMuch, unevenRows } from "./duckdb-errors";
import type { Duckdb } from "./duckdb-module";
import { toDuckdb, typeOfValue } from "./js-value";

/** A column of a relation. */
export interface RelationColumn {
  readonly name: string;
  readonly type: DuckDBType;
}

/** Some rows; a writer for each column of the relation that is there. */
export interface Part {
  readonly rows: number;
  readonly writers: readonly (Write | undefined)[];
}

/** What a statement may still hold in memory. */
export interface Budget {
  readonly limit: number;
  left: number;
}

/** What a relation holds in memory. */
class Held {
  readonly #budget: Budget;
  readonly #name: string;
  #bytes = 0;

  constructor(budget: Budget, name: string) {
    this.#budget = budget;
    this.#name = name;
  }

  /** Takes bytes of the budget; throws where it has not as many. */
  take(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.left -= bytes;
    if (this.#budget.left < 0) throw tooMuch(this.#name, this.#budget.limit);
  }

  /** Gives back what it took. */
  giveBack(): void {
    this.#budget.left += this.#bytes;
    this.#bytes = 0;
  }
}

/** A table that DuckDB reads. */
export interface Relation {
  readonly columns: readonly RelationColumn[];
  /** Its rows, once they are there. */
  parts: readonly Part[] | undefined;
  /** The columns that are there. */
  loaded: ReadonlySet<number>;
  /** Reads the columns with these names. */
  load?(names: ReadonlySet<string> | undefined): Promise<void>;
}

type AnyView = TableView<AnyTable>;

/** What is read of a table: a plain object, because names are known when the program runs. */
export interface ScanOf {
  readonly view: AnyView;
  readonly where?: unknown;
  /** Whether vectors are columns. */
  readonly vectors?: boolean;
}

const BATCH_ROWS = 16_384;

/** A table or a snapshot. Its rows are read when it is known which columns are needed. */
export async function viewRelation(scan: ScanOf, duckdb: Duckdb, budget: Budget): Promise<Relation> {
  const { view } = scan;
  const select = scan.vectors === true ? (await view.describe()).columns.map(({ name }) => name) : undefined;
  const stream = new ArrowStream();
  for await (const part of scanOf(scan, select)) {
    for (const _batch of stream.batches(part)) break;
    if (stream.fields !== undefined) break;
  }
  const columns = columnsOf(stream, duckdb);
  const relation: Relation = { columns, parts: undefined, loaded: new Set() };
  const held = new Held(budget, view.name);
  relation.load = async (names) => {
    held.giveBack();
    const wanted = columns.map(({ name }) => name).filter((name) => names?.has(name) ?? true);
    const read = wanted.length > 0 ? wanted : columns.slice(0, 1).map(({ name }) => name);
    const places = columns.map(({ name }) => read.indexOf(name));
    relation.parts = await partsOf(scanOf(scan, read), duckdb, { held, places });
    relation.loaded = new Set([...columns.keys()].filter((place) => (places[place] ?? -1) >= 0));
  };
  return relation;
}

function scanOf({ view, where }: ScanOf, select: readonly string[] | undefined): AsyncIterable<Uint8Array> {
  const options = {
    batchRows: BATCH_ROWS,
    ...(where === undefined ? {} : { where }),
    ...(select && { select }),
  };
  return view.arrow.scan(options as never);
}

/** The answer of a read as Arrow. */
export async function arrowRelation(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  duckdb: Duckdb,
  budget: Budget,
): Promise<Relation> {
  const stream = new ArrowStream();
  const read = await partsOf(parts, duckdb, { held: new Held(budget, name), stream });
  const columns = columnsOf(stream, duckdb);
  return { columns, parts: read, loaded: new Set(columns.keys()) };
}

function columnsOf({ fields = [] }: ArrowStream, { api }: Duckdb): RelationColumn[] {
  return fields.map((field) => ({ name: field.name, type: duckdbType(field, api) }));
}

interface Reading {
  readonly held: Held;
  /** For each column of the relation its place in the stream, below 0 where it is not in it. */
  readonly places?: readonly number[];
  readonly stream?: ArrowStream;
}

async function partsOf(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  duckdb: Duckdb,
  { held, places, stream: reader = new ArrowStream() }: Reading,
): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const bytes of stream) {
    held.take(bytes.length);
    for (const batch of reader.batches(bytes)) parts.push(partOf(batch, places, duckdb));
  }
  return parts;
}

function partOf({ rows, columns }: ArrowBatch, places: readonly number[] | undefined, duckdb: Duckdb): Part {
  const writers = columns.map((column) => writerOf(column, duckdb));
  return { rows, writers: places?.map((place) => writers[place]) ?? writers };
}

/** Plain rows, as a search gives them. Columns have the types of their first values. */
export function rowsRelation(rows: readonly unknown[], place: number, { api }: Duckdb): Relation {
  const [first] = rows;
  if (first === undefined) throw noColumns(place);
  if (!rows.every(isPlainObject)) throw notRows(place, first);
  const columns = Object.keys(first as object).map((name) => {
    const value = rows.find((row) => row[name] !== null && row[name] !== undefined)?.[name];
    return { name, type: typeOfValue(value, api) ?? api.VARCHAR };
  });
  return typedRelation(columns, rows, { api, raw: undefined });
}

/** Plain rows whose columns are known. */
export function typedRelation(
  columns: readonly RelationColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
  { api }: Duckdb,
): Relation {
  const writers = columns.map(({ name, type }): Write => {
    const valueAt = (row: number) => {
      const value = toDuckdb(rows[row]?.[name], type, api);
      if (value === undefined) throw unevenRows(name, row, rows[row]?.[name]);
      return value;
    };
    return (chunk: DuckDBDataChunk, place, from, count) =>
      chunk.setColumnValues(
        place,
        Array.from({ length: count }, (_, at) => valueAt(from + at)),
      );
  });
  return { columns, parts: [{ rows: rows.length, writers }], loaded: new Set(columns.keys()) };
}

/** The relation of what a promise gave, or of what gives batches one after another. */
export async function answerRelation(
  answer: unknown,
  place: number,
  duckdb: Duckdb,
  budget: Budget,
): Promise<Relation> {
  if (isBytes(answer)) return await arrowRelation([answer], `value ${place}`, duckdb, budget);
  if (Array.isArray(answer)) return rowsRelation(answer, place, duckdb);
  if (isView(answer)) return await viewRelation({ view: answer }, duckdb, budget);
  if (!isAsyncIterable(answer)) throw notRows(place, answer);
  const held = new Held(budget, `value ${place}`);
  const parts: unknown[] = [];
  for await (const part of answer) {
    if (isBytes(part)) held.take(part.length);
    parts.push(part);
  }
  if (parts.length > 0 && parts.every(isBytes)) {
    const whole: Budget = { limit: budget.limit, left: Number.POSITIVE_INFINITY };
    return await arrowRelation(parts, `value ${place}`, duckdb, whole);
  }
  return rowsRelation(parts.flat(), place, duckdb);
}

/** Whether a value is a table or a snapshot, of any copy of the package. */
export function isView(value: unknown): value is AnyView {
  if (typeof value !== "object" || value === null) return false;
  try {
    const { describe, arrow } = value as Partial<AnyView>;
    return typeof describe === "function" && typeof arrow?.scan === "function";
  } catch (cause) {
    if (VarveError.is(cause)) throw cause;
    return false;
  }
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
