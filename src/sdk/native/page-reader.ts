// One reader for each type of column: from the numbers, the text and the bytes of a page to an array of values.

import { formatDate } from "../schema/calendar";
import type { ColumnType } from "../schema/column-type";
import { reviverFor } from "./revive";

/** A page and how far it has been read. */
export interface PageCursor {
  readonly numbers: Float64Array;
  readonly text: string;
  readonly blob: Uint8Array;
  readonly rows: number;
  /** Whether texts are copied out of the page, so that one kept text does not keep all of it. */
  readonly detach: boolean;
  /** The next number. */
  at: number;
  /** How much of the text was read, in UTF-16 units. */
  textAt: number;
  /** How much of the bytes was read. */
  blobAt: number;
}

/** Reads the next column of a page. */
export type ColumnReader = (page: PageCursor) => unknown[];

/** The reader for a column; `name` is for error messages. */
export function readerFor(type: ColumnType, name: string): ColumnReader {
  switch (type.kind) {
    case "text":
    case "enum":
      return readTexts;
    case "int":
      return type.bigint ? (page): unknown[] => mapTexts(page, BigInt) : readNumbers;
    case "float":
      return readNumbers;
    case "boolean":
      return (page): unknown[] => mapNumbers(page, (number) => number === 1);
    case "timestamp":
      return (page): unknown[] => mapNumbers(page, (number) => new Date(number));
    case "date":
      return (page): unknown[] => mapNumbers(page, formatDate);
    case "json":
    case "list":
    case "struct": {
      const revive = reviverFor(type, name);
      return (page): unknown[] => mapTexts(page, (text) => revive(JSON.parse(text)));
    }
    case "bytes":
      return readBytes;
    case "vector":
      return (page): unknown[] => readVectors(page, type.dimensions);
  }
}

/** Numbers without nulls, as the scores of a search. */
export function readPlain(page: PageCursor): number[] {
  const { numbers, rows, at } = page;
  const values = new Array<number>(rows);
  for (let i = 0; i < rows; i++) values[i] = numbers[at + i] as number;
  page.at = at + rows;
  return values;
}

/** A text that stands behind the columns. */
export function readText(page: PageCursor): string {
  const { numbers, text, textAt, detach } = page;
  const end = numbers[page.at] as number;
  page.at += 1;
  page.textAt = end;
  return detach ? detached(text, textAt, end) : text.slice(textAt, end);
}

/** Where the nulls of the column stand, or -1 where it has none; the cursor moves past them. */
function nullsOf(page: PageCursor): number {
  const mode = page.numbers[page.at];
  page.at += 1;
  if (mode === 0) return -1;
  const from = page.at;
  page.at += page.rows;
  return from;
}

function readNumbers(page: PageCursor): unknown[] {
  const nulls = nullsOf(page);
  if (nulls < 0) return readPlain(page);
  return mapFrom(page, nulls, (number) => number);
}

function mapNumbers(page: PageCursor, map: (number: number) => unknown): unknown[] {
  return mapFrom(page, nullsOf(page), map);
}

function mapFrom(page: PageCursor, nulls: number, map: (number: number) => unknown): unknown[] {
  const { numbers, rows, at } = page;
  const values = new Array<unknown>(rows);
  for (let i = 0; i < rows; i++) {
    values[i] = nulls >= 0 && numbers[nulls + i] === 1 ? null : map(numbers[at + i] as number);
  }
  page.at = at + rows;
  return values;
}

function readTexts(page: PageCursor): unknown[] {
  const nulls = nullsOf(page);
  const { numbers, text, rows, at, detach } = page;
  const values = new Array<unknown>(rows);
  let start = page.textAt;
  for (let i = 0; i < rows; i++) {
    const end = numbers[at + i] as number;
    if (nulls >= 0 && numbers[nulls + i] === 1) values[i] = null;
    else values[i] = detach ? detached(text, start, end) : text.slice(start, end);
    start = end;
  }
  page.textAt = start;
  page.at = at + rows;
  return values;
}

function mapTexts(page: PageCursor, map: (text: string) => unknown): unknown[] {
  const nulls = nullsOf(page);
  const { numbers, text, rows, at } = page;
  const values = new Array<unknown>(rows);
  let start = page.textAt;
  for (let i = 0; i < rows; i++) {
    const end = numbers[at + i] as number;
    values[i] = nulls >= 0 && numbers[nulls + i] === 1 ? null : map(text.slice(start, end));
    start = end;
  }
  page.textAt = start;
  page.at = at + rows;
  return values;
}

/** A part of a text in memory of its own. V8 keeps the whole text alive for a slice of 13 characters or more. */
function detached(text: string, start: number, end: number): string {
  // Joining makes a new text, and slicing makes V8 write it out.
  return end - start < 13 ? text.slice(start, end) : ` ${text.slice(start, end)}`.slice(1);
}

function readBytes(page: PageCursor): unknown[] {
  const nulls = nullsOf(page);
  const { numbers, blob, rows, at } = page;
  const values = new Array<unknown>(rows);
  let start = page.blobAt;
  for (let i = 0; i < rows; i++) {
    const end = numbers[at + i] as number;
    values[i] = nulls >= 0 && numbers[nulls + i] === 1 ? null : new Uint8Array(blob.subarray(start, end));
    start = end;
  }
  page.blobAt = start;
  page.at = at + rows;
  return values;
}

function readVectors(page: PageCursor, dimensions: number): unknown[] {
  const nulls = nullsOf(page);
  const { numbers, blob, rows } = page;
  const from = numbers[page.at] as number;
  page.at += 1;
  const bytes = dimensions * 4;
  const values = new Array<unknown>(rows);
  for (let i = 0; i < rows; i++) {
    if (nulls >= 0 && numbers[nulls + i] === 1) {
      values[i] = null;
      continue;
    }
    const start = from + i * bytes;
    const vector = new Float32Array(dimensions);
    new Uint8Array(vector.buffer).set(blob.subarray(start, start + bytes));
    values[i] = vector;
  }
  page.blobAt = from + rows * bytes;
  return values;
}
