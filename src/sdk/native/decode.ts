// Pages become rows. A projection is a list of columns that is read again and again: its readers and the maker of its rows are made once.

import type { NativePage } from "../../native-types";
import type { Field } from "../schema/table-schema";
import { type ColumnReader, type PageCursor, readerFor, readPlain } from "./page-reader";
import { type RowMaker, rowMaker } from "./row-maker";

/** A row as plain data. */
export type PlainRow = Record<string, unknown>;

/** Pages with more text than this are not kept alive by texts cut from them. */
const DETACH_CHARS = 32_768;

const NO_BYTES = new Uint8Array(0);

/** Some columns of a table, in order, and how to read pages of them. */
export class Projection {
  /** The columns as a part of a request: `"select":[...],"fields":[...],"bigints":[...]`. */
  readonly json: string;
  readonly #readers: readonly ColumnReader[];
  readonly #makeRows: RowMaker;
  readonly #names: readonly string[];
  #makeHits: RowMaker | undefined;
  #makeSpanHits: RowMaker | undefined;

  constructor(fields: readonly Pick<Field, "id" | "name" | "type">[]) {
    this.#names = fields.map((field) => field.name);
    this.#readers = fields.map((field) => readerFor(field.type, field.name));
    this.#makeRows = rowMaker(this.#names);
    const bigints = fields
      .filter(({ type }) => type.kind === "int" && type.bigint)
      .map((field) => field.name);
    // With the ids, a column that was dropped and made anew under its old name is not taken for the one that is meant.
    this.json = `"select":${JSON.stringify(this.#names)},"fields":${JSON.stringify(fields.map(({ id }) => id))}`;
    if (bigints.length > 0) this.json += `,"bigints":${JSON.stringify(bigints)}`;
  }

  /** The rows of a page. */
  rows(numbers: Float64Array, text: string, blob: Uint8Array = NO_BYTES): PlainRow[] {
    const page = openPage(numbers, text, blob);
    return this.#makeRows(this.#columns(page), page.rows);
  }

  /** The rows that were asked for by their keys, in the order of these; undefined where there is none. */
  byKey(
    numbers: Float64Array,
    text: string,
    count: number,
    blob: Uint8Array = NO_BYTES,
  ): (PlainRow | undefined)[] {
    const page = openPage(numbers, text, blob);
    const rows = this.#makeRows(this.#columns(page), page.rows);
    return Array.from({ length: count }, (_, at) => rows[numbers[page.at + at] ?? -1]);
  }

  /** The rows of a page of a search, with `_score` and `_distance`. */
  hits(numbers: Float64Array, text: string, blob: Uint8Array = NO_BYTES): PlainRow[] {
    const page = openPage(numbers, text, blob);
    const columns = this.#columns(page);
    const distances = readPlain(page);
    columns.push(readPlain(page), distances);
    this.#makeHits ??= rowMaker([...this.#names, "_score", "_distance"]);
    return this.#makeHits(columns, page.rows);
  }

  /** The rows of a page of a search across time, with `_from` and `_to` as well. */
  spanHits(numbers: Float64Array, text: string, blob: Uint8Array = NO_BYTES): PlainRow[] {
    const page = openPage(numbers, text, blob);
    const columns = this.#columns(page);
    const distances = readPlain(page);
    const scores = readPlain(page);
    const [from, to]: [unknown[], unknown[]] = [[], []];
    for (let row = 0; row < page.rows; row++) {
      from.push(readMoment(page));
      to.push(readMoment(page));
    }
    columns.push(scores, distances, from, to);
    this.#makeSpanHits ??= rowMaker([...this.#names, "_score", "_distance", "_from", "_to"]);
    return this.#makeSpanHits(columns, page.rows);
  }

  #columns(page: PageCursor): unknown[][] {
    const readers = this.#readers;
    const columns = new Array<unknown[]>(readers.length);
    for (let i = 0; i < readers.length; i++) columns[i] = (readers[i] as ColumnReader)(page);
    return columns;
  }
}

/** The rows of a page that came as a whole. */
export function rowsOf(projection: Projection, page: NativePage): PlainRow[] {
  return projection.rows(page.numbers, page.text, page.blob);
}

function openPage(numbers: Float64Array, text: string, blob: Uint8Array): PageCursor {
  const rows = numbers[0] ?? 0;
  return {
    numbers,
    text,
    blob,
    rows,
    detach: rows > 1 && text.length > DETACH_CHARS,
    at: 1,
    textAt: 0,
    blobAt: 0,
  };
}

/** A version and its date; null where the version is below 0. */
function readMoment(page: PageCursor): { version: number; date: Date } | null {
  const version = page.numbers[page.at++] ?? -1;
  const date = page.numbers[page.at++] ?? 0;
  return version < 0 ? null : { version, date: new Date(date) };
}
