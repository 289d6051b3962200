import { isUtf8 } from "node:buffer";
import { ARROW } from "../support/arrow-types";
import type { ArrowColumn } from "./arrow-stream";
import { damagedStream } from "./duckdb-errors";
import type { RawVector, RawVectors } from "./duckdb-module";

/** A text in a vector: its length, then all of it, or its first four bytes and where it lies. DuckDB's C interface promises this form. */
const ENTRY = 16;
const WORDS = ENTRY / 4;
const INLINE_MAX = 12;
const TWO_32 = 2 ** 32;

/**
 * Writes texts, or bytes, into a vector. DuckDB copies all of them into the memory of the vector in one call; then each row says which part of this is
 * its own. One call for each text would cost a microsecond.
 */
export function writeTexts(
  raw: RawVectors,
  vector: RawVector,
  { field, offsets, data }: ArrowColumn,
  from: number,
  count: number,
): void {
  if (offsets === undefined || count === 0) return;
  const [start, end] = [offsets[from] ?? 0, offsets[from + count] ?? 0];
  // DuckDB takes it for granted that a text is one.
  const isText = field.typeId === ARROW.utf8;
  if (isText && !isUtf8(data.subarray(start, end))) throw damagedStream("a text is not UTF-8");
  const address = addressOf(raw, vector, data.subarray(start, end));
  const entries = new Uint32Array(count * WORDS);
  const source = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = start;
  for (let row = 0, entry = 0; row < count; row++, entry += WORDS) {
    const next = offsets[from + row + 1] ?? -1;
    const length = next - at;
    // The address below is that of memory: nothing may lead out of it.
    if (length < 0 || next > end) throw damagedStream("offsets go backwards");
    if (isText && length > 0 && ((data[at] as number) & 0xc0) === 0x80) throw damagedStream("a text is cut");
    entries[entry] = length;
    entries[entry + 1] = wordAt(source, at, length);
    if (length <= INLINE_MAX) {
      entries[entry + 2] = wordAt(source, at + 4, length - 4);
      entries[entry + 3] = wordAt(source, at + 8, length - 8);
    } else {
      const low = address.low + (at - start);
      entries[entry + 2] = low;
      entries[entry + 3] = address.high + (low >= TWO_32 ? Math.floor(low / TWO_32) : 0);
    }
    at = next;
  }
  raw.copy_data_to_vector(vector as never, 0, entries.buffer, 0, entries.byteLength);
}

/** The next four bytes as a number, or as many as there are; the others are 0. */
function wordAt(source: DataView, at: number, length: number): number {
  if (length >= 4) return source.getUint32(at, true);
  let word = 0;
  for (let byte = length - 1; byte >= 0; byte--) word = (word << 8) | source.getUint8(at + byte);
  return word;
}

/** Where a vector keeps bytes, as two numbers of 32 bits. Short ones stand in the entry, and have no address. */
function addressOf(raw: RawVectors, vector: RawVector, bytes: Uint8Array): { low: number; high: number } {
  if (bytes.length <= INLINE_MAX) return { low: 0, high: 0 };
  raw.vector_assign_string_element_len(vector as never, 0, bytes);
  const entry = raw.vector_get_data(vector as never, ENTRY);
  const view = new DataView(entry.buffer, entry.byteOffset, ENTRY);
  if (view.getUint32(0, true) !== bytes.length) throw damagedStream("DuckDB keeps texts in another form");
  return { low: view.getUint32(8, true), high: view.getUint32(12, true) };
}
