// Columns on their way into DuckDB's vectors. Numbers, vectors and texts are copied as memory; what has no form in memory that both share goes in
// value by value.

import type { DuckDBDataChunk } from "@duckdb/node-api";
import { ARROW } from "../support/arrow-types";
import { type ArrowColumn, bitsOf } from "./arrow-stream";
import { cellsOf } from "./cell-values";
import type { Duckdb, RawVector, RawVectors } from "./duckdb-module";
import { fromHalves } from "./half-float";
import { writeTexts } from "./text-writer";

/** Writes some rows, as many as the chunk has, into a column of the chunk. */
export type Write = (chunk: DuckDBDataChunk, place: number, from: number, count: number) => void;

/** Writes rows into a vector. */
type WriteRaw = (vector: RawVector, from: number, count: number) => void;

/** The writer of a column. */
export function writerOf(column: ArrowColumn, { api, raw }: Duckdb): Write {
  const write = raw === undefined ? undefined : rawWriter(column, raw);
  if (raw !== undefined && write !== undefined) {
    return (chunk, place, from, count) => {
      const vector = raw.data_chunk_get_vector(chunk.chunk as never, place);
      write(vector, from, count);
      writeValid(column, raw, vector, from, count);
    };
  }
  const cell = cellsOf(column, api);
  return (chunk, place, from, count) =>
    chunk.setColumnValues(
      place,
      Array.from({ length: count }, (_, at) => cell(from + at)),
    );
}

function rawWriter(column: ArrowColumn, raw: RawVectors): WriteRaw | undefined {
  const { field, data } = column;
  switch (field.typeId) {
    case ARROW.utf8:
    case ARROW.binary:
      return (vector, from, count) => writeTexts(raw, vector, column, from, count);
    case ARROW.bool:
      return (vector, from, count) => copy(raw, vector, bitsAsBytes(data, from, count));
    case ARROW.timestamp:
      return (vector, from, count) => copy(raw, vector, microsOf(data, from, count));
    case ARROW.float:
      if (field.detail === 0) return (vector, from, count) => copy(raw, vector, halvesOf(data, from, count));
      return (vector, from, count) => copy(raw, vector, partOf(data, bitsOf(field) / 8, from, count));
    case ARROW.int:
    case ARROW.date:
      return (vector, from, count) => copy(raw, vector, partOf(data, bitsOf(field) / 8, from, count));
    case ARROW.fixedSizeList:
      return vectorWriter(column, raw);
    default:
      return undefined;
  }
}

/** Elements of vectors lie one behind the other on both sides. */
function vectorWriter({ field, children: [items] }: ArrowColumn, raw: RawVectors): WriteRaw | undefined {
  if (items === undefined || items.valid !== undefined) return undefined;
  const write = rawWriter(items, raw);
  if (write === undefined) return undefined;
  return (vector, from, count) =>
    write(raw.array_vector_get_child(vector as never), from * field.detail, count * field.detail);
}

function copy(raw: RawVectors, vector: RawVector, bytes: Uint8Array): void {
  raw.copy_data_to_vector(
    vector as never,
    0,
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    bytes.byteLength,
  );
}

function partOf(data: Uint8Array, size: number, from: number, count: number): Uint8Array {
  return data.subarray(from * size, (from + count) * size);
}

function writeValid(
  { valid }: ArrowColumn,
  raw: RawVectors,
  vector: RawVector,
  from: number,
  count: number,
): void {
  if (valid === undefined) return;
  const bytes = new Uint8Array(Math.ceil(count / 64) * 8);
  if (from % 8 === 0) bytes.set(valid.subarray(from / 8, (from + count + 7) >> 3));
  else
    for (let at = 0; at < count; at++) {
      const row = from + at;
      if (((valid[row >> 3] ?? 0) >> (row & 7)) & 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
    }
  raw.vector_ensure_validity_writable(vector as never);
  raw.copy_data_to_vector_validity(vector as never, 0, bytes.buffer, 0, bytes.byteLength);
}

function bitsAsBytes(data: Uint8Array, from: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at++) bytes[at] = ((data[(from + at) >> 3] ?? 0) >> ((from + at) & 7)) & 1;
  return bytes;
}

function halvesOf(data: Uint8Array, from: number, count: number): Uint8Array {
  const part = partOf(data, 2, from, count).slice();
  const values = fromHalves(new Uint16Array(part.buffer, part.byteOffset, count));
  return new Uint8Array(values.buffer);
}

/** Milliseconds as microseconds. Most of them fit a float; the others take longer. */
function microsOf(data: Uint8Array, from: number, count: number): Uint8Array {
  const [source, micros] = [partOf(data, 8, from, count), new Uint8Array(count * 8)];
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const target = new DataView(micros.buffer);
  for (let at = 0; at < count * 8; at += 8) {
    const ms = view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
    if (ms < MS_MAX && ms > -MS_MAX) {
      const high = Math.floor((ms * 1000) / TWO_32);
      target.setUint32(at, ms * 1000 - high * TWO_32, true);
      target.setInt32(at + 4, high, true);
    } else target.setBigInt64(at, view.getBigInt64(at, true) * 1000n, true);
  }
  return micros;
}

const TWO_32 = 2 ** 32;
/** A thousand times as many are an integer that a float holds. */
const MS_MAX = 9e12;
