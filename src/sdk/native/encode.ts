// Rows become batches in three steps: the cells of every column are gathered from the rows, derived columns are filled in between, and
// the columns are written one after another.

import type { ColumnRows } from "../../column-rows";
import { messageOf } from "../../realm";
import { VarveError } from "../../varve-error";
import { describeType } from "../schema/column-type";
import type { Field, TableSchema } from "../schema/table-schema";
import { BatchBuffer } from "./batch-buffer";
import { mebibytes, TEXT_MAX, textBytes } from "./cell-size";
import { type ColumnEncoder, type ColumnPlace, isLeftOut, writeTopColumn } from "./column-encoder";
import { encoderFor } from "./encode-column";
import { KEPT, Kept } from "./kept";
import { plainRow, type Row } from "./plain-row";
import {
  brokenDefault,
  derivedKey,
  missingKey,
  type RowPlace,
  tooMuchText,
  unknownKey,
  unreadableRow,
} from "./row-errors";

/** How many rows a batch has, and which number the first of them has in messages; none for what `update` sets. */
export interface BatchSize {
  readonly base: number | undefined;
  readonly count: number;
}

/** What rows bring. */
export interface GatherOptions {
  /** They may bring vectors for derived columns. */
  readonly ownVectors: boolean;
  /** They bring only what changes. */
  readonly merge?: boolean | undefined;
}

/** The cells of some rows by column. In a derived column `undefined` stands for a vector that is still to be computed. */
export interface Cells extends BatchSize {
  readonly columns: ReadonlyMap<Field, unknown[]>;
}

const MAGIC = 0x42525631;
const HEADER_BYTES = 16;

/** Turns rows of one table into batches; made once for each schema. */
export class RowEncoder {
  readonly #schema: TableSchema;
  readonly #encoders: ReadonlyMap<Field, ColumnEncoder>;

  constructor(schema: TableSchema) {
    this.#schema = schema;
    this.#encoders = new Map(schema.fields.map((field) => [field, encoderFor(field.type)]));
  }

  /** Takes the rows apart; throws INVALID_ROW for keys that are unknown, missing or not allowed. */
  gather(given: readonly unknown[], base: number, options: GatherOptions): Cells {
    const rows = this.#checkRows(given, base, options.ownVectors);
    const place = { table: this.#schema.table, row: base };
    return this.#gathered(rows.length, base, options, ({ name }) => valuesOf(rows, name, place));
  }

  /** The cells of rows `from` to `to` of some that come as columns; throws as `gather` does. */
  gatherColumns(
    { columns }: ColumnRows,
    from: number,
    to: number,
    base: number,
    options: GatherOptions,
  ): Cells {
    const place = { table: this.#schema.table, row: base };
    for (const name of columns.keys()) this.#checkKey(name, place, options.ownVectors);
    const nothing = (): unknown[] => new Array<unknown>(to - from).fill(undefined);
    return this.#gathered(to - from, base, options, ({ name }) => columns.get(name)?.(from, to) ?? nothing());
  }

  #gathered(
    count: number,
    base: number,
    { ownVectors, merge = false }: GatherOptions,
    foundIn: (field: Field) => unknown[],
  ): Cells {
    const columns = new Map<Field, unknown[]>();
    for (const field of this.#schema.fields) {
      const isOwn = field.embed === undefined || ownVectors;
      const found = isOwn ? foundIn(field) : new Array<unknown>(count).fill(undefined);
      const cells = this.#cells(found, field, base, merge);
      if (cells !== undefined) columns.set(field, cells);
    }
    return { base, count, columns };
  }

  #cells(found: unknown[], field: Field, base: number, merge: boolean): unknown[] | undefined {
    // In a derived column undefined cells are to be computed, null ones stay empty.
    if (field.embed !== undefined) return found;
    return merge || !field.declared
      ? this.#brought(found, field, base, merge)
      : this.#given(found, field, base);
  }

  /** Starts a batch in an empty buffer. */
  begin(out: BatchBuffer, cells: BatchSize): BatchWriter {
    return new BatchWriter(out, cells, this.#schema.table, this.#encoders);
  }

  /** The rows as objects that inherit nothing but what every object does. */
  #checkRows(rows: readonly unknown[], base: number, ownVectors: boolean): Row[] {
    const schema = this.#schema;
    const plain = new Array<Row>(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const place = { table: schema.table, row: base + i };
      const row = plainRow(rows[i], schema, place);
      plain[i] = row;
      for (const key in row) {
        const field = schema.get(key);
        const known = field !== undefined && (field.embed === undefined || ownVectors);
        if (!known && Object.hasOwn(row, key)) this.#checkKey(key, place, ownVectors);
      }
    }
    return plain;
  }

  #checkKey(key: string, place: RowPlace, ownVectors: boolean): void {
    const field = this.#schema.get(key);
    if (field === undefined) throw unknownKey(place, key, writable(this.#schema, ownVectors));
    if (field.embed !== undefined && !ownVectors) throw derivedKey(place, key);
  }

  /** The cells of a column that rows bring, with its default where they do not. */
  #given(found: readonly unknown[], field: Field, base: number): unknown[] {
    const fill = fillOf(field);
    const cells = new Array<unknown>(found.length);
    for (let i = 0; i < found.length; i++) {
      let cell = found[i];
      if (cell === undefined) cell = fill === undefined ? null : this.#filled(field, fill, base + i);
      if (cell === null && !field.nullable) throw this.#missing(field, base + i, found[i] === null);
      cells[i] = cell;
    }
    return cells;
  }

  /** The cells of a column of which rows bring what they change; undefined where no row has any. The key is always needed. */
  #brought(cells: unknown[], field: Field, base: number, merge: boolean): unknown[] | undefined {
    const { name, nullable } = field;
    const fill = merge && field.declared ? fillOf(field) : undefined;
    let some = fill !== undefined;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      const needed = cell === null ? !nullable : cell === undefined && name === this.#schema.primaryKey;
      if (needed) throw this.#missing(field, base + i, cell === null);
      some ||= cell !== undefined;
      if (cell !== undefined) continue;
      cells[i] = fill === undefined ? KEPT : new Kept(this.#filled(field, fill, base + i));
    }
    return some ? cells : undefined;
  }

  #filled({ name }: Field, fill: () => unknown, row: number): unknown {
    try {
      return fill();
    } catch (cause) {
      throw brokenDefault({ table: this.#schema.table, row }, name, cause);
    }
  }

  #missing(field: Field, row: number, given: boolean): Error {
    const place = { table: this.#schema.table, row };
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
  /** The columns that come back as text, with their cells. */
  readonly #texts: [Field, readonly unknown[], ColumnPlace][] = [];

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

  /** Writes a column, unless no row brings anything of it; a cell that does not fit throws INVALID_ROW. */
  column(field: Field, cells: readonly unknown[]): void {
    if (!isLeftOut(cells)) this.whole(field, cells);
  }

  /** Writes a column, whatever is in it. */
  whole(field: Field, cells: readonly unknown[]): void {
    const encoder = this.#encoders.get(field) ?? encoderFor(field.type);
    const { base } = this.#cells;
    const table = this.#table;
    const place: ColumnPlace = {
      name: field.name,
      row: (index): RowPlace => (base === undefined ? { table } : { table, row: base + index }),
    };
    try {
      writeTopColumn(this.#out, field.id, encoder, cells, place);
    } catch (cause) {
      throw VarveError.is(cause) ? cause : unreadableCell(encoder, cells, place, cause);
    }
    this.#columns += 1;
    if (TEXTUAL.has(field.type.kind)) this.#texts.push([field, cells, place]);
  }

  /** Refuses a row that has more text than can be read at once. */
  #checkText(): void {
    for (let row = 0; row < this.#cells.count; row++) {
      let total = 0;
      for (const [field, cells, place] of this.#texts) {
        const bytes = textBytes(field.type, Kept.valueOf(cells[row]));
        total += bytes;
        if (bytes > TEXT_MAX)
          throw tooMuchText(place.row(row), field.name, mebibytes(bytes), mebibytes(TEXT_MAX));
        if (total > TEXT_MAX) throw tooMuchText(place.row(row), "", mebibytes(total), mebibytes(TEXT_MAX));
      }
    }
  }

  /** The whole batch; it lies in the buffer and is not a copy. */
  finish(): Uint8Array {
    if (this.#out.at > CHECKED_FROM) this.#checkText();
    const { u32 } = this.#out;
    u32[0] = MAGIC;
    u32[1] = this.#cells.count;
    u32[2] = this.#columns;
    u32[3] = 0;
    return this.#out.written();
  }
}

/** The kinds of columns that come back as text. */
const TEXTUAL: ReadonlySet<string> = new Set(["text", "enum", "json", "list", "struct"]);
/** Smaller batches hold no row that is too large to be read. */
const CHECKED_FROM = 48 << 20;

/** What a cell threw when it was read; which one it was is found by reading them one by one. */
function unreadableCell(
  encoder: ColumnEncoder,
  cells: readonly unknown[],
  place: ColumnPlace,
  cause: unknown,
): VarveError {
  const throws = (cell: unknown): boolean => {
    try {
      encoder.write(new BatchBuffer(), [cell], place);
      return false;
    } catch {
      return true;
    }
  };
  const index = cells.findIndex((cell) => typeof cell === "object" && cell !== null && throws(cell));
  return unreadableRow(place.row(Math.max(0, index)), place.name, messageOf(cause), cause);
}

function fillOf({ fill }: Field): (() => unknown) | undefined {
  if (fill === undefined) return undefined;
  if ("make" in fill) return fill.make;
  const { value } = fill;
  return () => value;
}

interface NumberedPlace extends RowPlace {
  readonly row: number;
}

/** The own values under a key, each read once. */
function valuesOf(rows: readonly Row[], name: string, { table, row: base }: NumberedPlace): unknown[] {
  const values = new Array<unknown>(rows.length);
  // The rows inherit from Object.prototype alone. Somebody may have put something there.
  const inherited = name in Object.prototype;
  let i = 0;
  try {
    for (; i < rows.length; i++) {
      const row = rows[i] as Row;
      values[i] = inherited && !Object.hasOwn(row, name) ? undefined : row[name];
    }
  } catch (cause) {
    throw unreadableRow({ table, row: base + i }, name, messageOf(cause), cause);
  }
  return values;
}

function writable(schema: TableSchema, ownVectors: boolean): string[] {
  return schema.fields.filter((field) => ownVectors || field.embed === undefined).map((field) => field.name);
}
