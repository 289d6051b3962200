// The streams of Arrow that reads of Varve answer with, without the package apache-arrow: DuckDB takes their memory as it is. Every number that a
// stream says of itself is checked before it is used.

import { ARROW } from "../support/arrow-types";
import { damagedStream } from "./duckdb-errors";
import { FlatTable } from "./flat-table";

/** A column's name and type. */
export interface ArrowField {
  readonly name: string;
  readonly typeId: number;
  /** Bits of an integer; precision of a float; unit of a date or a timestamp; items of a list of fixed size. */
  readonly detail: number;
  readonly children: readonly ArrowField[];
  /** Whether a text holds JSON. */
  readonly isJson: boolean;
}

/** The memory of a column. */
export interface ArrowColumn {
  readonly field: ArrowField;
  readonly rows: number;
  /** A bit for each row that has a value; undefined where all have one. */
  readonly valid: Uint8Array | undefined;
  /** Where items begin and end, of texts, bytes and lists. */
  readonly offsets: Int32Array | undefined;
  readonly data: Uint8Array;
  readonly children: readonly ArrowColumn[];
}

/** Some rows. */
export interface ArrowBatch {
  readonly rows: number;
  readonly columns: readonly ArrowColumn[];
}

const MARK = 0xffffffff;
const SCHEMA = 1;
const BATCH = 3;
const DEPTH_MAX = 64;
const EMPTY = new Uint8Array(0);

/** Reads a stream whose parts come one after the other. */
export class ArrowStream {
  /** The columns, once the first part has come. */
  fields: readonly ArrowField[] | undefined;

  /** The batches in a part; a part holds whole messages. */
  *batches(part: Uint8Array): Generator<ArrowBatch, void, void> {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    let at = 0;
    while (at + 8 <= part.length) {
      if (view.getUint32(at, true) !== MARK) throw damagedStream("a message does not begin where it should");
      const size = view.getUint32(at + 4, true);
      at += 8;
      if (size === 0) return;
      if (size > part.length - at) throw damagedStream("a message is cut off");
      const message = FlatTable.root(view, at, size);
      const bodyAt = at + size;
      const body = message.long(3);
      if (body > part.length - bodyAt) throw damagedStream("the rows of a batch are cut off");
      const header = message.table(2);
      const kind = message.byte(1);
      if (kind === SCHEMA) this.fields ??= fieldsOf(header, 1, 0);
      else if (kind === BATCH) yield this.#batch(header, part.subarray(bodyAt, bodyAt + body));
      else throw damagedStream("it has dictionaries");
      at = bodyAt + body;
    }
  }

  #batch(header: FlatTable, body: Uint8Array): ArrowBatch {
    if (this.fields === undefined) throw damagedStream("rows come before the schema");
    if (header.has(3)) throw damagedStream("it is compressed");
    const parts = new Parts(header, body);
    const rows = header.long(0);
    const columns = this.fields.map((field) => parts.column(field));
    if (columns.some((column) => column.rows !== rows)) throw damagedStream("columns differ in length");
    return { rows, columns };
  }
}

function fieldsOf(table: FlatTable, slot: number, depth: number): ArrowField[] {
  if (depth > DEPTH_MAX) throw damagedStream("its types lie too deep");
  return table.tables(slot).map((field) => {
    const typeId = field.byte(2);
    const entries = field.tables(6).map((entry) => [entry.text(0), entry.text(1)] as const);
    const said = new Map(entries).get("varve.type") ?? "";
    return {
      name: field.text(0),
      typeId,
      detail: detailOf(typeId, field.table(3)),
      children: fieldsOf(field, 5, depth + 1),
      isJson: said.startsWith('{"kind":"json"'),
    };
  });
}

function detailOf(typeId: number, type: FlatTable): number {
  if (typeId === ARROW.int || typeId === ARROW.fixedSizeList) return type.int(0);
  if (typeId === ARROW.date) return type.short(0, 1);
  return typeId === ARROW.float || typeId === ARROW.timestamp ? type.short(0, 0) : 0;
}

/** The nodes and buffers of a batch, which columns take one after the other. */
class Parts {
  readonly #nodes: readonly (readonly [number, number])[];
  readonly #buffers: readonly (readonly [number, number])[];
  readonly #body: Uint8Array;
  #node = 0;
  #buffer = 0;

  constructor(header: FlatTable, body: Uint8Array) {
    this.#nodes = header.pairs(1);
    this.#buffers = header.pairs(2);
    this.#body = body;
  }

  column(field: ArrowField): ArrowColumn {
    const [rows = -1, nulls = 0] = this.#nodes[this.#node++] ?? [];
    if (rows < 0) throw damagedStream("a column is missing");
    const bits = this.#next();
    if (nulls > 0 && bits.length < Math.ceil(rows / 8))
      throw damagedStream("marks of missing values are cut off");
    const valid = nulls > 0 ? bits : undefined;
    const offsets = hasOffsets(field) ? this.#offsets(rows) : undefined;
    const data = hasData(field) ? this.#next() : EMPTY;
    const children = field.children.map((child) => this.column(child));
    const column = { field, rows, valid, offsets, data, children };
    checkLengths(column);
    return column;
  }

  #offsets(rows: number): Int32Array {
    const bytes = this.#next();
    if (rows === 0 && bytes.length < 4) return new Int32Array(1);
    if (bytes.length < (rows + 1) * 4) throw damagedStream("offsets are cut off");
    if (bytes.byteOffset % 4 === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, rows + 1);
    return new Int32Array(bytes.slice(0, (rows + 1) * 4).buffer);
  }

  #next(): Uint8Array {
    const [at = 0, length = -1] = this.#buffers[this.#buffer++] ?? [];
    if (length < 0 || at < 0 || at + length > this.#body.length) throw damagedStream("a buffer is cut off");
    return this.#body.subarray(at, at + length);
  }
}

function hasOffsets({ typeId }: ArrowField): boolean {
  return typeId === ARROW.utf8 || typeId === ARROW.binary || typeId === ARROW.list;
}

function hasData({ typeId }: ArrowField): boolean {
  return typeId !== ARROW.list && typeId !== ARROW.struct && typeId !== ARROW.fixedSizeList;
}

/** Nothing behind it reads past the end of a buffer. */
function checkLengths({ field, rows, offsets, data, children }: ArrowColumn): void {
  const items = children[0]?.rows ?? data.length;
  if (offsets !== undefined) {
    let last = 0;
    for (const offset of offsets) {
      if (offset < last) throw damagedStream("offsets go backwards");
      last = offset;
    }
    if (last > items) throw damagedStream("offsets point behind the end");
  } else if (field.typeId === ARROW.fixedSizeList) {
    if (field.detail < 1 || rows * field.detail > items) throw damagedStream("vectors are cut off");
  } else if (field.typeId === ARROW.struct) {
    if (children.some((child) => child.rows < rows)) throw damagedStream("a struct is cut off");
  } else if (data.length * 8 < rows * bitsOf(field)) throw damagedStream("values are cut off");
}

/** Bits of a value. */
export function bitsOf({ typeId, detail }: ArrowField): number {
  if (typeId === ARROW.bool) return 1;
  if (typeId === ARROW.int) return detail;
  if (typeId === ARROW.float) return 16 << detail;
  return typeId === ARROW.date && detail === 0 ? 32 : 64;
}
