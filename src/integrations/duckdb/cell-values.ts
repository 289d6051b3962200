// The values of a column one by one, as DuckDB's classes: of lists and structs, and of all columns where memory cannot be copied.

import type { DuckDBValue } from "@duckdb/node-api";
import { ARROW } from "../support/arrow-types";
import type { ArrowColumn } from "./arrow-stream";
import { foreignColumn } from "./duckdb-errors";
import type { DuckdbModule } from "./duckdb-module";
import { fromHalves } from "./half-float";

/** The value of a row. */
export type CellOf = (row: number) => DuckDBValue;

const texts = new TextDecoder();

/** Reads the values of a column. */
export function cellsOf(column: ArrowColumn, api: DuckdbModule): CellOf {
  const read = readerOf(column, api);
  const { valid } = column;
  if (valid === undefined) return read;
  return (row) => (((valid[row >> 3] ?? 0) >> (row & 7)) & 1 ? read(row) : null);
}

function readerOf(column: ArrowColumn, api: DuckdbModule): CellOf {
  const { field, data } = column;
  switch (field.typeId) {
    case ARROW.utf8:
      return sliced(column, (bytes) => texts.decode(bytes));
    case ARROW.binary:
      return sliced(column, (bytes) => new api.DuckDBBlobValue(bytes.slice()));
    case ARROW.bool:
      return (row) => (((data[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    case ARROW.list:
      return listed(column, api);
    case ARROW.fixedSizeList:
      return vectors(column, api);
    case ARROW.struct:
      return structs(column, api);
    default:
      return numbers(column, api);
  }
}

function numbers({ field, data }: ArrowColumn, api: DuckdbModule): CellOf {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (field.typeId) {
    case ARROW.int:
      return field.detail === 64
        ? (row) => view.getBigInt64(row * 8, true)
        : (row) => view.getInt32(row * 4, true);
    case ARROW.float:
      if (field.detail === 2) return (row) => view.getFloat64(row * 8, true);
      if (field.detail === 1) return (row) => view.getFloat32(row * 4, true);
      return (row) => fromHalves(Uint16Array.of(view.getUint16(row * 2, true)))[0] ?? null;
    case ARROW.date:
      return (row) => new api.DuckDBDateValue(view.getInt32(row * 4, true));
    case ARROW.timestamp:
      return (row) => new api.DuckDBTimestampTZValue(view.getBigInt64(row * 8, true) * 1000n);
    default:
      throw foreignColumn(field.name);
  }
}

function sliced({ offsets, data }: ArrowColumn, read: (bytes: Uint8Array) => DuckDBValue): CellOf {
  return (row) => read(data.subarray(offsets?.[row] ?? 0, offsets?.[row + 1] ?? 0));
}

function listed({ field, offsets, children: [items] }: ArrowColumn, api: DuckdbModule): CellOf {
  if (items === undefined) throw foreignColumn(field.name);
  const cell = cellsOf(items, api);
  return (row) => {
    const from = offsets?.[row] ?? 0;
    return new api.DuckDBListValue(valuesOf(cell, from, (offsets?.[row + 1] ?? from) - from));
  };
}

function vectors({ field, children: [items] }: ArrowColumn, api: DuckdbModule): CellOf {
  if (items === undefined) throw foreignColumn(field.name);
  const cell = cellsOf(items, api);
  return (row) => new api.DuckDBArrayValue(valuesOf(cell, row * field.detail, field.detail));
}

function structs({ children }: ArrowColumn, api: DuckdbModule): CellOf {
  const cells = children.map((child) => [child.field.name, cellsOf(child, api)] as const);
  return (row) =>
    new api.DuckDBStructValue(Object.fromEntries(cells.map(([name, cell]) => [name, cell(row)])));
}

function valuesOf(cell: CellOf, from: number, count: number): DuckDBValue[] {
  return Array.from({ length: count }, (_, at) => cell(from + at));
}
