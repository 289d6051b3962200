// Rows as JSON has them, and as a table takes them: JSON knows neither bytes nor whole numbers beyond those of JavaScript.

import { type ColumnDescription, type TableDescription, VarveError } from "varve";

type Row = Readonly<Record<string, unknown>>;

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const WHOLE = /^-?\d{1,19}$/;

/** Rows with the values that their columns take; what does not fit is left for the write to refuse. */
export function typedRows({ columns }: TableDescription, rows: readonly Row[]): Row[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typedValue(byName.get(name), name, value)]),
    ),
  );
}

function typedValue(column: ColumnDescription | undefined, name: string, value: unknown): unknown {
  if (column?.bigint === true) return wholeNumber(value);
  if (column?.kind !== "bytes" || typeof value !== "string") return value;
  if (BASE64.test(value)) return new Uint8Array(Buffer.from(value, "base64"));
  throw new VarveError("INVALID_ROW", `Column ${JSON.stringify(name)}: expected bytes as Base64.`, {
    where: { column: name },
  });
}

function wholeNumber(value: unknown): unknown {
  const isWhole = typeof value === "string" ? WHOLE.test(value) : Number.isSafeInteger(value);
  return isWhole ? BigInt(value as string | number) : value;
}
