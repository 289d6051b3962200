// What all encoders of columns have in common.

import { describeValue } from "../schema/wire-value";
import type { BatchBuffer } from "./batch-buffer";
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
  out.reserve(16 + values.length + 8);
  const head = out.at / 4;
  out.u32[head] = fieldId;
  out.u32[head + 1] = encoder.code;
  out.u32[head + 2] = hasNulls ? 1 : 0;
  out.u32[head + 3] = encoder.extra;
  out.advance(16);
  if (hasNulls) {
    const { bytes, at } = out;
    for (let i = 0; i < values.length; i++) bytes[at + i] = values[i] === null ? 0 : 1;
    out.advance(values.length);
  }
  encoder.write(out, values, place);
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
