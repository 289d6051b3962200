// The declaration of a table that an import makes, by what the first rows look like.

import { type AnyColumn, boolean, date, embed, float, int, json, table, text, timestamp } from "varve";
import { builtin } from "varve/embeddings";
import { isPlainObject } from "../realm";
import { usageError } from "./cli-error";
import type { FileRow } from "./row-source";

/** What is said of a table that does not exist yet. */
export interface NewTable {
  readonly name: string;
  /** The column that tells rows apart; `id` where rows have one and nothing is said. */
  readonly key: string | undefined;
  /** The columns whose texts are embedded together. */
  readonly embedded: readonly string[];
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** A declaration for rows of which these are the first. */
export function guessedTable({ name, key, embedded }: NewTable, rows: readonly FileRow[]) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  for (const wanted of [...(key === undefined ? [] : [key]), ...embedded]) {
    if (!names.includes(wanted)) {
      throw usageError(
        `The rows have no column ${JSON.stringify(wanted)}.`,
        `They have: ${names.join(", ")}.`,
      );
    }
  }
  const primaryKey = key ?? (names.includes("id") ? "id" : undefined);
  const columns: Record<string, AnyColumn> = {};
  for (const one of names) {
    const values = rows.map((row) => row[one]).filter((value) => value !== null && value !== undefined);
    if (one === primaryKey) columns[one] = keyColumn(one, values);
    else columns[one] = embedded.includes(one) ? text().nullable() : column(values);
  }
  if (embedded.length === 0) return table(name, columns);
  return table(name, columns, (c) => {
    const sources = embedded.map((one) => (c as Record<string, Parameters<typeof embed>[1]>)[one]);
    return { vec: embed(builtin(), sources as never) };
  });
}

function keyColumn(name: string, values: readonly unknown[]): AnyColumn {
  if (values.every(Number.isSafeInteger)) return int().primaryKey();
  if (values.every((value) => typeof value === "string")) return text().primaryKey();
  throw usageError(
    `The column ${JSON.stringify(name)} cannot tell rows apart: a key is a text or a whole number, and always the same of the two.`,
    "Name another column with --key.",
  );
}

function column(values: readonly unknown[]): AnyColumn {
  const all = (test: (value: never) => boolean): boolean => values.length > 0 && values.every(test as never);
  if (all(Number.isSafeInteger)) return int().nullable();
  if (all((value) => typeof value === "number")) return float().nullable();
  if (all((value) => typeof value === "boolean")) return boolean().nullable();
  if (all((value) => typeof value === "string" && INSTANT.test(value))) return timestamp().nullable();
  if (all((value) => typeof value === "string" && DATE.test(value))) return date().nullable();
  if (values.some((value) => Array.isArray(value) || isPlainObject(value))) return json().nullable();
  return text().nullable();
}
