// Rows that a file brings, one after the other: the file may be larger than the memory.

import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import type { ColumnKindName, TableDescription } from "varve";
import { isPlainObject, messageOf } from "../realm";
import { typedRow } from "../typed-rows";
import { CliError } from "./cli-error";
import type { RowFormat } from "./row-format";

/** The most characters of a row. */
const ROW_MAX = 64 * 2 ** 20;

/** A row as the file has it: any JSON, or the texts of a CSV, whose empty cells are null. */
export type FileRow = Readonly<Record<string, unknown>>;

/** Rows of a file, and what its values become. */
export interface RowSource {
  rows(): AsyncGenerator<FileRow, void, void>;
  /** A row with the values that the columns of a table take; what does not fit is left for the write to refuse. */
  typed(description: TableDescription, row: FileRow, index: number): FileRow;
  /** A value, where no column says what it is. */
  guessed(value: unknown): unknown;
}

/** The rows of a file of text. */
export function rowSource(file: string, format: Exclude<RowFormat, "arrow">): RowSource {
  return format === "csv" ? csvSource(file) : jsonSource(file);
}

function jsonSource(file: string): RowSource {
  return { rows: () => jsonRows(file), typed: typedRow, guessed: (value) => value };
}

async function* jsonRows(file: string): AsyncGenerator<FileRow, void, void> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() !== "") yield rowOfLine(file, number, line);
  }
}

async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const text of textOf(file)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > ROW_MAX) throw tooLong(file);
    yield* lines;
  }
  yield rest;
}

/** What a file says; a byte that is no UTF-8 is not replaced in silence. */
async function* textOf(file: string): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const bytes of createReadStream(file))
      yield decoder.decode(bytes as Uint8Array, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw notRead(file, error);
  }
}

function notRead(file: string, error: unknown): CliError {
  const isText = (error as { code?: unknown }).code !== "ERR_ENCODING_INVALID_ENCODED_DATA";
  return new CliError(`${file} cannot be read: ${isText ? messageOf(error) : "it is not text in UTF-8"}.`);
}

function rowOfLine(file: string, number: number, line: string): FileRow {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    throw unreadable(file, number, messageOf(error));
  }
  if (!isPlainObject(row)) throw unreadable(file, number, "a row is an object with a value for each column");
  return row;
}

function csvSource(file: string): RowSource {
  return {
    rows: () => csvRows(file),
    typed: (description, row, index) => {
      const kinds = new Map(description.columns.map(({ name, kind }) => [name, kind]));
      const cells = Object.entries(row).map(([name, cell]) => [name, cellOf(kinds.get(name), cell)]);
      return typedRow(description, Object.fromEntries(cells), index);
    },
    guessed: (cell) => (typeof cell === "string" ? scalarOf(cell) : cell),
  };
}

async function* csvRows(file: string): AsyncGenerator<FileRow, void, void> {
  const { parse } = await import("csv-parse");
  const parser = parse({
    columns: (names: string[]) => namesOf(file, names),
    max_record_size: ROW_MAX,
    cast: (cell, { header, quoting }) => (cell === "" && !quoting && !header ? null : cell),
  });
  // What ends the pipeline ends the parser too, and is thrown there.
  pipeline(Readable.from(textOf(file)), parser, () => undefined);
  try {
    for await (const row of parser) yield row as FileRow;
  } catch (error) {
    const { lines, code } = error as { lines?: unknown; code?: unknown };
    if (code === "CSV_MAX_RECORD_SIZE") throw tooLong(file);
    throw typeof lines === "number" ? unreadable(file, lines, messageOf(error)) : error;
  }
}

/** The names of the columns; of two with one name a row would hold the last alone. */
function namesOf(file: string, names: string[]): string[] {
  const odd = names.find((name, index) => name === "" || names.indexOf(name) !== index);
  if (odd === undefined) return names;
  const why = odd === "" ? "a column has no name" : `two columns have the name ${JSON.stringify(odd)}`;
  throw unreadable(file, 1, why);
}

function tooLong(file: string): CliError {
  return new CliError(
    `${file} has a row of more than ${ROW_MAX / 2 ** 20} million characters.`,
    "Nothing was written.",
  );
}

function unreadable(file: string, line: number, why: string): CliError {
  return new CliError(
    `${file}, line ${line}, cannot be read: ${why}.`,
    "Nothing was written. Correct the line and import the file again.",
  );
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const PARSED: ReadonlySet<ColumnKindName | undefined> = new Set(["json", "list", "struct", "vector"]);

/** What a cell of a CSV is in a column of that kind. */
function cellOf(kind: ColumnKindName | undefined, cell: unknown): unknown {
  if (typeof cell !== "string") return cell;
  if (kind === "float" && NUMBER.test(cell)) return Number(cell);
  if (kind === "boolean" && /^(true|false)$/i.test(cell)) return cell.toLowerCase() === "true";
  return PARSED.has(kind) ? parsed(cell) : cell;
}

function parsed(cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

/** What a cell looks like. Numbers with zeros before them are codes. */
function scalarOf(cell: string): unknown {
  if (/^(true|false)$/.test(cell)) return cell === "true";
  if (/^[[{]/.test(cell)) return parsed(cell);
  const isCode = /^[-+]?0\d/.test(cell) || cell.startsWith("+");
  return NUMBER.test(cell) && !isCode && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
