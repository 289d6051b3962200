// What can be written can be read: a page brings its text to JavaScript as one string, and a string of V8 has an end. So a row whose text
// alone is more than a page may hold is refused when it is written.

import type { ColumnType } from "../schema/column-type";

/** The most text of a page in bytes: must equal the limit in `native/node/src/page.rs`. */
export const TEXT_MAX: number = 400 << 20;
/** The most bytes of one column of a batch, whose offsets have 32 bits. */
export const COLUMN_MAX: number = 2 ** 31 - 1;

/** What a number, a date or a truth value takes at most inside the JSON of a page, with what stands around it. */
const SCALAR_BYTES = 26;
/** One character of text may become six: \u0000. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON escapes
const ESCAPED = /["\\\u0000-\u001f]/;

/** Bytes in words. */
export function mebibytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

/** How much text a cell takes in a page, at most; 0 for types that travel otherwise. */
export function textBytes(type: ColumnType, cell: unknown): number {
  if (cell === null || cell === undefined) return 0;
  switch (type.kind) {
    case "text":
    case "enum":
      return typeof cell === "string" ? Buffer.byteLength(cell) : 0;
    case "json":
      return Buffer.byteLength(JSON.stringify(cell));
    case "list":
    case "struct":
      return insideBytes(type, cell);
    default:
      return 0;
  }
}

/** How much a part of a list or a struct takes in the JSON of its cell, at most. */
function insideBytes(type: ColumnType, part: unknown): number {
  if (part === null || part === undefined) return SCALAR_BYTES;
  switch (type.kind) {
    case "text":
    case "enum":
      return SCALAR_BYTES + quotedBytes(part as string);
    case "bytes":
      return SCALAR_BYTES + Math.ceil((part as Uint8Array).length / 3) * 4;
    case "json":
      return SCALAR_BYTES + quotedBytes(JSON.stringify(part));
    case "list":
      return (part as readonly unknown[]).reduce<number>(
        (sum, item) => sum + insideBytes(type.item.type, item),
        SCALAR_BYTES,
      );
    case "struct":
      return type.fields.reduce(
        (sum, field) =>
          sum + quotedBytes(field.name) + insideBytes(field.type, Reflect.get(part as object, field.name)),
        SCALAR_BYTES,
      );
    default:
      return SCALAR_BYTES;
  }
}

function quotedBytes(text: string): number {
  return ESCAPED.test(text) ? Buffer.byteLength(JSON.stringify(text)) : Buffer.byteLength(text);
}
