// Rows as JSON has them, and as a table takes them: JSON knows neither bytes nor whole numbers beyond those of JavaScript.

import { type TableDescription, type TypeDescription, VarveError } from "varve";
import { isPlainObject } from "./realm";
import { wholeNumber } from "./whole-number";

type Row = Readonly<Record<string, unknown>>;

/** Rows with the values that their columns take; what does not fit is left for the write to refuse. */
export function typedRows(description: TableDescription, rows: readonly Row[]): Row[] {
  return rows.map((row, index) => typedRow(description, row, index));
}

/** The row with that number. */
export function typedRow({ columns }: TableDescription, row: Row, index: number): Row {
  return typedParts(columns, row, (name, value, type) =>
    typedValue(type, { row: index, column: name }, value),
  );
}

interface Place {
  readonly row: number;
  readonly column: string;
}

function typedParts<T extends { readonly name: string }>(
  parts: readonly T[],
  row: Row,
  typed: (name: string, value: unknown, part: T | undefined) => unknown,
): Row {
  const byName = new Map(parts.map((part) => [part.name, part]));
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typed(name, value, byName.get(name))]),
  );
}

function typedValue(type: TypeDescription | undefined, place: Place, value: unknown): unknown {
  const { kind, item, fields = [] } = type ?? {};
  if (kind === "int") return typedInt(value);
  if (kind === "bytes" && typeof value === "string") return bytesOf(value, place);
  if (kind === "list" && Array.isArray(value))
    return value.map((one, at) => typedValue(item, { ...place, column: `${place.column}[${at}]` }, one));
  if (kind === "struct" && isPlainObject(value))
    return typedParts(fields, value, (name, part, field) =>
      typedValue(field, { ...place, column: `${place.column}.${name}` }, part),
    );
  return value;
}

/** Tables that tools open take integers as bigints. */
function typedInt(value: unknown): unknown {
  if (typeof value === "string") return wholeNumber(value) ?? value;
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

/** Base64 in either alphabet, with or without its padding; a text that would come back as another one is none. */
function bytesOf(text: string, place: Place): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  const url = text.replaceAll("+", "-").replaceAll("/", "_");
  const bare = bytes.toString("base64url");
  const padded = bare.padEnd(Math.ceil(bare.length / 4) * 4, "=");
  if (url === bare || url === padded) return new Uint8Array(bytes);
  const { row, column } = place;
  const message = `Row ${row}, ${JSON.stringify(column)}: expected bytes as Base64, found ${JSON.stringify(shortened(text))}.`;
  throw new VarveError("INVALID_ROW", message, { where: { row, column } });
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
