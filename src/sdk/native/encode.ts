// Rows become batches in three steps: the cells of every column are gathered from the rows, derived columns are filled in between, and
// the columns are written one after another.

import { describeType } from "../schema/column-type";
import type { Field, TableSchema } from "../schema/table-schema";
import { describeValue } from "../schema/wire-value";
import type { BatchBuffer } from "./batch-buffer";
import { anyNull, type ColumnEncoder, type ColumnPlace, writeColumn } from "./column-encoder";
import { encoderFor } from "./encode-column";
import { derivedKey, missingKey, notARow, type RowPlace, unknownKey } from "./row-errors";

/** How many rows a batch has, and which number the first of them has in messages; none for what `update` sets. */
export interface BatchSize {
  readonly base: number | undefined;
  readonly count: number;
}

/** The cells of some rows by column. In a derived column `undefined` stands for a vector that is still to be computed. */
export interface Cells extends BatchSize {
  readonly columns: ReadonlyMap<Field, unknown[]>;
}

const MAGIC = 0x42525631;
const HEADER_BYTES = 16;
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Turns rows of one table into batches; made once for each schema. */
export class RowEncoder {
  readonly #schema: TableSchema;
  readonly #encoders: ReadonlyMap<Field, ColumnEncoder>;

  constructor(schema: TableSchema) {
    this.#schema = schema;
    this.#encoders = new Map(schema.fields.map((field) => [field, encoderFor(field.type)]));
  }

  /** Takes the rows apart; throws INVALID_ROW for keys that are unknown, missing or not allowed. */
  gather(rows: readonly unknown[], base: number, ownVectors: boolean): Cells {
    this.#checkRows(rows, base, ownVectors);
    const columns = new Map<Field, unknown[]>();
    for (const field of this.#schema.fields) {
      const cells =
        field.embed === undefined ? this.#given(rows, field, base) : ownCells(rows, field, ownVectors);
      if (cells !== undefined) columns.set(field, cells);
    }
    return { base, count: rows.length, columns };
  }

  /** Starts a batch in an empty buffer. */
  begin(out: BatchBuffer, cells: BatchSize): BatchWriter {
    return new BatchWriter(out, cells, this.#schema.table, this.#encoders);
  }

  #checkRows(rows: readonly unknown[], base: number, ownVectors: boolean): void {
    const schema = this.#schema;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const place = { table: schema.table, row: base + i };
      if (typeof row !== "object" || row === null || Array.isArray(row))
        throw notARow(place, describeValue(row));
      for (const key in row) {
        const field = schema.get(key);
        if (field === undefined) {
          if (Object.hasOwn(row, key)) throw unknownKey(place, key, writable(schema, ownVectors));
        } else if (field.embed !== undefined && !ownVectors) throw derivedKey(place, key);
      }
    }
  }

  /** The cells of a column that rows bring, with its default where they do not; undefined where no row has any. */
  #given(rows: readonly unknown[], field: Field, base: number): unknown[] | undefined {
    const { name, nullable } = field;
    const fill = fillOf(field);
    const cells = new Array<unknown>(rows.length);
    const inherited = INHERITED.has(name);
    let some = !nullable;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as Record<string, unknown>;
      let cell = inherited && !Object.hasOwn(row, name) ? undefined : row[name];
      if (cell === undefined) cell = fill === undefined ? null : fill();
      if (cell === null) {
        if (!nullable) throw this.#missing(field, base + i, row);
      } else some = true;
      cells[i] = cell;
    }
    return some ? cells : undefined;
  }

  #missing(field: Field, row: number, found: Readonly<Record<string, unknown>>): Error {
    const place = { table: this.#schema.table, row };
    const given = Object.hasOwn(found, field.name) && found[field.name] === null;
    return missingKey(place, field.name, describeType(field.type), given);
  }
}

/** Writes the columns of one batch. */
export class BatchWriter {
  readonly #out: BatchBuffer;
  readonly #cells: BatchSize;
  readonly #table: string;
  readonly #encoders: ReadonlyMap<Field, ColumnEncoder>;
  #columns = 0;

  constructor(
    out: BatchBuffer,
    cells: BatchSize,
    table: string,
    encoders: ReadonlyMap<Field, ColumnEncoder>,
  ) {
    this.#out = out;
    this.#cells = cells;
    this.#table = table;
    this.#encoders = encoders;
    out.reserve(HEADER_BYTES);
    out.advance(HEADER_BYTES);
  }

  /** Writes a column; a cell that does not fit throws INVALID_ROW. */
  column(field: Field, cells: readonly unknown[]): void {
    const encoder = this.#encoders.get(field) ?? encoderFor(field.type);
    const { base } = this.#cells;
    const table = this.#table;
    const place: ColumnPlace = {
      name: field.name,
      row: (index): RowPlace => (base === undefined ? { table } : { table, row: base + index }),
    };
    writeColumn(this.#out, field.id, encoder, cells, anyNull(cells), place);
    this.#columns += 1;
  }

  /** The whole batch; it lies in the buffer and is not a copy. */
  finish(): Uint8Array {
    const { u32 } = this.#out;
    u32[0] = MAGIC;
    u32[1] = this.#cells.count;
    u32[2] = this.#columns;
    u32[3] = 0;
    return this.#out.written();
  }
}

function fillOf({ fill }: Field): (() => unknown) | undefined {
  if (fill === undefined) return undefined;
  if ("make" in fill) return fill.make;
  const { value } = fill;
  return () => value;
}

/** The vectors that rows bring for a derived column; undefined cells are to be computed, null ones stay empty. */
function ownCells(rows: readonly unknown[], field: Field, ownVectors: boolean): unknown[] {
  if (!ownVectors) return new Array<unknown>(rows.length).fill(undefined);
  return rows.map((row) => {
    const object = row as Readonly<Record<string, unknown>>;
    return Object.hasOwn(object, field.name) ? object[field.name] : undefined;
  });
}

function writable(schema: TableSchema, ownVectors: boolean): string[] {
  return schema.fields.filter((field) => ownVectors || field.embed === undefined).map((field) => field.name);
}
