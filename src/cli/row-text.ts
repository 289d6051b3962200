// Rows as lines of text, so that nothing is lost that a table holds: what JSON does not know is a text that an import reads back.

import { isBytes, isDate, isFloatArray, isPlainObject } from "../realm";

type Row = Readonly<Record<string, unknown>>;

/** A row as a line of JSON. */
export function jsonLine(row: Row): string {
  return `${JSON.stringify(plain(row))}\n`;
}

/** The first line of a CSV: the names of the columns. */
export function csvHead(names: readonly string[]): string {
  return `${names.map(quoted).join(",")}\n`;
}

/** A row as a line of CSV. */
export function csvLine(row: Row, names: readonly string[]): string {
  return `${names.map((name) => csvCell(row[name])).join(",")}\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const cell = plain(value);
  if (typeof cell === "string") return cell === "" ? '""' : quoted(cell);
  return quoted(JSON.stringify(cell));
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A value as JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (isDate(value)) return value.toISOString();
  if (isBytes(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  if (isFloatArray(value) || Array.isArray(value)) return Array.from(value as ArrayLike<unknown>, plain);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
