// What all encoders of columns have in common.

import { describeValue } from "../../describe-value";
import type { BatchBuffer } from "./batch-buffer";
import { KEPT, Kept } from "./kept";
import { type RowPlace, wrongCell } from "./row-errors";

/** Where the values of a column come from, for error messages. */
export interface ColumnPlace {
  readonly name: string;
  /** The row that the value at an index belongs to. */
  row(index: number): RowPlace;
}

/** Writes the data of a column; `null` stands for no value and is written as zero or empty. */
export interface ColumnEncoder {
  /** The number of the encoding in the batch format. */
  readonly code: number;
  /** The encoding's extra number. */
  readonly extra: number;
  write(out: BatchBuffer, values: readonly unknown[], place: ColumnPlace): void;
}

/** Writes a whole column: its head, which values are null, and its data. */
export function writeColumn(
  out: BatchBuffer,
  fieldId: number,
  encoder: ColumnEncoder,
  values: readonly unknown[],
  hasNulls: boolean,
  place: ColumnPlace,
): void {
  writeHead(out, fieldId, encoder, hasNulls ? 1 : 0);
  if (hasNulls) {
    out.reserve(values.length + 8);
    const { bytes, at } = out;
    for (let i = 0; i < values.length; i++) bytes[at + i] = values[i] === null ? 0 : 1;
    out.advance(values.length);
  }
  encoder.write(out, values, place);
}

function writeHead(out: BatchBuffer, fieldId: number, encoder: ColumnEncoder, marks: number): void {
  out.reserve(16 + 8);
  const head = out.at / 4;
  out.u32[head] = fieldId;
  out.u32[head + 1] = encoder.code;
  out.u32[head + 2] = marks;
  out.u32[head + 3] = encoder.extra;
  out.advance(16);
}

/** Which cells are null or kept, one byte a row. */
const NULL = 0;
const VALUE = 1;
const KEPT_BIT = 2;
/** In the head of a column: how its cells are marked. */
const ALL_NULL = 2;

/** Whether no row brings anything of a column, so that it can be left out. */
export function isLeftOut(cells: readonly unknown[]): boolean {
  return cells.length > 0 && cells.every((cell) => cell === KEPT);
}

/** Writes a column of a batch, whose cells may be kept; one that is null everywhere is only its head. */
export function writeTopColumn(
  out: BatchBuffer,
  fieldId: number,
  encoder: ColumnEncoder,
  cells: readonly unknown[],
  place: ColumnPlace,
): void {
  const { nulls, kept } = countOf(cells);
  if (kept === 0 && (nulls === 0 || nulls < cells.length)) {
    writeColumn(out, fieldId, encoder, cells, nulls > 0, place);
    return;
  }
  writeHead(out, fieldId, encoder, kept === 0 ? ALL_NULL : 1);
  if (kept === 0) return;
  out.reserve(cells.length + 8);
  for (let i = 0; i < cells.length; i++) out.bytes[out.at + i] = markOf(cells[i]);
  out.advance(cells.length);
  const values = cells.map(Kept.valueOf);
  encoder.write(out, values, place);
}

function markOf(cell: unknown): number {
  if (Kept.is(cell)) return Kept.valueOf(cell) === null ? KEPT_BIT : KEPT_BIT + VALUE;
  return cell === null ? NULL : VALUE;
}

function countOf(cells: readonly unknown[]): { readonly nulls: number; readonly kept: number } {
  let [nulls, kept] = [0, 0];
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] === null) nulls++;
    else if (Kept.is(cells[i])) kept++;
  }
  return { nulls, kept };
}

/** Whether any of the values is null. */
export function anyNull(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] === null) return true;
  return false;
}

/** Refuses a value; `shown` names the part of it that does not fit, where that is not the whole. */
export function refuse(
  place: ColumnPlace,
  index: number,
  expected: string,
  value: unknown,
  hint?: string,
  shown?: string,
): never {
  throw wrongCell(place.row(index), place.name, expected, describeValue(value), hint, shown);
}
