// Filters as models write them: a flat list of conditions on columns that the program has named. Nothing is ever parsed; each
// condition becomes one node of the table's own filter, which checks the value against the column.

import { and, type Condition, type FilterColumns, type TableDescription, type UntypedTable } from "varve";
import { badOption } from "./tool-errors";

/** How a column is compared. */
export type FilterOp = "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "in" | "contains";

/** A single value that a column is compared with. */
export type FilterScalar = string | number | boolean;

/** A condition on a column, as a model writes it. */
export interface FilterCondition {
  /** One of the columns that the program lets the model filter by. */
  column: string;
  /** How it is compared: `in` takes a list; `contains` asks whether a list holds a value, or a text holds another. */
  op: FilterOp;
  /** What it is compared with. */
  value: FilterScalar | FilterScalar[];
}

/** All ways to compare. */
export const FILTER_OPS: readonly FilterOp[] = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains"];

/** A column that a model may filter by. */
export interface FilterColumn {
  /** The name that the model uses. */
  readonly name: string;
  /** What it holds, in words. */
  readonly type: string;
  readonly kind: string;
  readonly path: readonly string[];
}

/** The columns that a program lets a model filter by: columns of the table, or values inside JSON as `data.author`. */
export function filterColumnsOf(
  call: string,
  description: TableDescription,
  names: readonly string[],
): readonly FilterColumn[] {
  const byName = new Map(description.columns.map((column) => [column.name, column]));
  return names.map((name) => {
    const own = byName.get(name);
    const [first = "", ...rest] = own === undefined ? name.split(".") : [name];
    const column = byName.get(first);
    const fits =
      column !== undefined && (rest.length === 0 ? isComparable(column.kind) : column.kind === "json");
    if (!fits) {
      const allowed = description.columns.filter(({ kind }) => isComparable(kind)).map((one) => one.name);
      throw badOption(call, "filterBy", `columns such as ${allowed.join(", ")}, or values inside JSON`, name);
    }
    const type = rest.length === 0 ? column.type : "text, number or boolean";
    return { name, type, kind: rest.length === 0 ? column.kind : "inside", path: [first, ...rest] };
  });
}

/** The filter of a table for the conditions of a model, which must all hold. */
export function toCondition(
  columns: readonly FilterColumn[],
  conditions: readonly FilterCondition[],
): (c: FilterColumns<UntypedTable>) => Condition {
  return (c) => and(...conditions.map((condition) => oneCondition(c, columns, condition)));
}

type AnyColumns = FilterColumns<UntypedTable>;

function oneCondition(
  c: AnyColumns,
  columns: readonly FilterColumn[],
  condition: FilterCondition,
): Condition {
  const { op, value } = condition;
  // The schema of the input has let through only these names.
  const { path, kind } = columns.find((column) => column.name === condition.column) as FilterColumn;
  const [first = "", ...rest] = path;
  const column = c[first] as AnyColumns[string];
  const ref = rest.length === 0 ? column : column.path(...rest);
  if (op === "in") return ref.in((Array.isArray(value) ? value : [value]) as string[]);
  if (op !== "contains") return ref[op](value as string);
  return kind === "list" ? column.contains(value) : ref.ilike(`%${literal(String(value))}%`);
}

function isComparable(kind: string): boolean {
  return ["text", "int", "float", "boolean", "timestamp", "date", "list"].includes(kind);
}

/** A text as a pattern that matches only itself. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
