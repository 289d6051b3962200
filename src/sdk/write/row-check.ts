// Rows of a table that was declared by another library's schema: the schema sees them before they are taken apart.

import { describeValue } from "../../describe-value";
import { isPromiseLike } from "../../realm";
import type { TableHandle } from "../handle/table-handle";
import { derivedKey, notARow, type RowPlace, schemaIssue, unknownKey } from "../native/row-errors";
import { parseInstant } from "../schema/calendar";
import type { RowCheck, SchemaIssue } from "../schema/standard-schema";
import type { AnyTable } from "../schema/table-definition";

type Row = Readonly<Record<string, unknown>>;

/** The rows as the schema returns them; the same rows where there is no such schema. */
export async function checkRows(
  handle: TableHandle,
  rows: readonly unknown[],
  base: number,
  ownVectors: boolean,
): Promise<readonly unknown[]> {
  const { definition } = handle.options;
  const check = definition?.check;
  if (definition === undefined || check === undefined) return rows;
  const checked: Row[] = [];
  for (const [index, row] of rows.entries()) {
    checked.push(
      await checkRow(definition, check, row, { table: handle.name, row: base + index }, ownVectors),
    );
  }
  return checked;
}

async function checkRow(
  definition: AnyTable,
  check: RowCheck,
  row: unknown,
  place: RowPlace,
  ownVectors: boolean,
): Promise<Row> {
  if (typeof row !== "object" || row === null || Array.isArray(row)) throw notARow(place, describeValue(row));
  const given: [string, unknown][] = [];
  const vectors: [string, unknown][] = [];
  for (const entry of Object.entries(row)) {
    const [key] = entry;
    if (Object.hasOwn(definition.derived, key)) {
      if (!ownVectors) throw derivedKey(place, key);
      vectors.push(entry);
    } else if (check.keys !== undefined && !check.keys.has(key))
      throw unknownKey(place, key, [...check.keys]);
    else given.push(entry);
  }
  const pending = check.validate(Object.fromEntries(given));
  const result = isPromiseLike(pending) ? await pending : pending;
  if (result.issues !== undefined) throw issueError(place, result.issues);
  if (typeof result.value !== "object" || result.value === null)
    throw notARow(place, describeValue(result.value));
  return { ...withInstants(result.value as Row, check.instants), ...Object.fromEntries(vectors) };
}

function issueError(place: RowPlace, issues: readonly SchemaIssue[]): Error {
  const [issue] = issues;
  const path = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
  return schemaIssue(
    place,
    path.length === 0 ? undefined : path.join("."),
    issue?.message ?? "it is not valid",
  );
}

/** ISO texts in timestamp columns become dates. */
function withInstants(row: Row, columns: readonly string[]): Row {
  const dates: [string, Date][] = [];
  for (const column of columns) {
    const text = Object.hasOwn(row, column) ? row[column] : undefined;
    const ms = typeof text === "string" ? parseInstant(text) : undefined;
    if (ms !== undefined) dates.push([column, new Date(ms)]);
  }
  return dates.length === 0 ? row : { ...row, ...Object.fromEntries(dates) };
}
