// A plain reader of the batch format, written from its description and not from the encoder, as its oracle.

import type { ColumnType } from "../../src/sdk/schema/column-type";
import type { Field, TableSchema } from "../../src/sdk/schema/table-schema";

const MAGIC = 0x42525631;

class Sections {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at === this.#view.byteLength;
  }

  /** The next section of `length` bytes; the bytes up to a multiple of 8 must be zero. */
  take(length: number): DataView {
    const section = new DataView(this.#view.buffer, this.#view.byteOffset + this.#at, length);
    const end = Math.ceil((this.#at + length) / 8) * 8;
    for (let i = this.#at + length; i < end; i++) {
      if (this.#view.getUint8(i) !== 0) throw new Error(`byte ${i} of the padding is not zero`);
    }
    this.#at = end;
    return section;
  }
}

/** The rows of a batch: for each column its cells, nulls for no value. */
export function readBatch(
  bytes: Uint8Array,
  schema: TableSchema,
): { rows: number; columns: Record<string, unknown[]> } {
  const sections = new Sections(bytes);
  const header = sections.take(16);
  if (header.getUint32(0, true) !== MAGIC || header.getUint32(12, true) !== 0) throw new Error("no batch");
  const rows = header.getUint32(4, true);
  const columns: Record<string, unknown[]> = {};
  for (let column = 0; column < header.getUint32(8, true); column++) {
    const { id, cells } = readColumn(sections, rows, (fieldId) => fieldOf(schema, fieldId).type);
    columns[fieldOf(schema, id).name] = cells;
  }
  if (!sections.done) throw new Error("bytes are left over");
  return { rows, columns };
}

function fieldOf(schema: TableSchema, id: number): Field {
  const field = schema.fields.find((one) => one.id === id);
  if (field === undefined) throw new Error(`no field ${id}`);
  return field;
}

function readColumn(
  sections: Sections,
  rows: number,
  typeOf: (fieldId: number) => ColumnType,
): { id: number; cells: unknown[] } {
  const head = sections.take(16);
  const id = head.getUint32(0, true);
  const encoding = head.getUint32(4, true);
  const extra = head.getUint32(12, true);
  if (head.getUint32(8, true) === 2) return { id, cells: new Array<unknown>(rows).fill(null) };
  const present = head.getUint32(8, true) === 1 ? sections.take(rows) : undefined;
  const type = typeOf(id);
  const cells = readData(sections, rows, encoding, extra, type);
  return { id, cells: cells.map((cell, row) => (present?.getUint8(row) === 0 ? null : cell)) };
}

function readData(
  sections: Sections,
  rows: number,
  encoding: number,
  extra: number,
  type: ColumnType,
): unknown[] {
  const each = <T>(read: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => read(row));
  switch (encoding) {
    case 1: {
      const data = sections.take(rows * 8);
      return each((row) => data.getFloat64(row * 8, true));
    }
    case 2: {
      const data = sections.take(rows * 8);
      return each((row) => data.getBigInt64(row * 8, true));
    }
    case 3: {
      const data = sections.take(rows);
      return each((row) => data.getUint8(row) === 1);
    }
    case 4:
      return readVariable(sections, rows, type);
    case 5: {
      const data = sections.take(rows * extra * 4);
      return each((row) =>
        Array.from({ length: extra }, (_, i) => data.getFloat32((row * extra + i) * 4, true)),
      );
    }
    case 6: {
      const offsets = sections.take((rows + 1) * 4);
      const item = type.kind === "list" ? type.item.type : undefined;
      if (item === undefined) throw new Error("a list where none is expected");
      const { cells } = readColumn(sections, offsets.getUint32(rows * 4, true), () => item);
      return each((row) =>
        cells.slice(offsets.getUint32(row * 4, true), offsets.getUint32(row * 4 + 4, true)),
      );
    }
    case 7: {
      const fields = type.kind === "struct" ? type.fields : [];
      if (fields.length !== extra) throw new Error("a struct with other fields");
      const parts = fields.map(
        (field) => [field.name, readColumn(sections, rows, () => field.type).cells] as const,
      );
      return each((row) => Object.fromEntries(parts.map(([name, cells]) => [name, cells[row]])));
    }
    default:
      throw new Error(`encoding ${encoding}`);
  }
}

function readVariable(sections: Sections, rows: number, type: ColumnType): unknown[] {
  const offsets = sections.take((rows + 1) * 4);
  if (offsets.getUint32(0, true) !== 0) throw new Error("the first offset is not zero");
  const data = sections.take(offsets.getUint32(rows * 4, true));
  return Array.from({ length: rows }, (_, row) => {
    const from = offsets.getUint32(row * 4, true);
    const bytes = new Uint8Array(
      data.buffer,
      data.byteOffset + from,
      offsets.getUint32(row * 4 + 4, true) - from,
    );
    if (type.kind === "bytes") return [...bytes];
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  });
}
