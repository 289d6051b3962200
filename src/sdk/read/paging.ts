// The order of rows, and how a page goes on where the one before ended.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { badOrder, cannotContinue, cannotOrder } from "../call/errors";
import { compare, type FilterNode, isNull, join } from "../query/node";
import { describeType } from "../schema/column-type";
import { RULES } from "../schema/rules";
import type { Field, TableSchema } from "../schema/table-schema";

/** Whether the smallest value comes first, or the largest. */
export type Direction = "asc" | "desc";

/**
 * A column to order by, the smallest first by default: `"price"`, `{ column: "price", descending: true }` or
 * `{ price: "desc" }`. Nulls come last either way.
 */
export type OrderBy<N extends string> =
  | N
  | { readonly column: N; readonly descending?: boolean | undefined }
  | { readonly [K in N]?: Direction | undefined };

/** One step of an order. */
export interface OrderStep {
  readonly field: Field;
  readonly descending: boolean;
}

/** The most columns of a table. */
const STEPS_MAX = 1000;

/**
 * The steps of an order. The primary key is always the last of them, so that the order is complete and a page can be continued;
 * without any order rows come in the order in which they were written.
 */
export function orderSteps(orderBy: unknown, schema: TableSchema): OrderStep[] {
  const steps = readOrder(orderBy).map((step) => toStep(step, schema));
  const key = schema.primaryKey;
  if (steps.length > 0 && key !== null && !steps.some(({ field }) => field.name === key)) {
    steps.push({ field: schema.field(key), descending: false });
  }
  return steps;
}

/** An order as it was written: names, and which of them are descending. */
export function readOrder(orderBy: unknown): { readonly column: string; readonly descending: boolean }[] {
  if (orderBy === undefined) return [];
  const given: readonly unknown[] = Array.isArray(orderBy) ? orderBy : [orderBy];
  if (given.length > STEPS_MAX) throw badOrder(`${given.length} of them`);
  return given.map((step) =>
    typeof step === "string" ? { column: step, descending: false } : readStep(step),
  );
}

/** An order for the native module. */
export function toOrderJson(steps: readonly OrderStep[]): unknown {
  return steps.map(({ field, descending }) => ({ column: [field.name], field: field.id, descending }));
}

/** The filter for the rows that come after a row; throws INVALID_ARGUMENT where the row does not say enough. */
export function afterRow(after: unknown, steps: readonly OrderStep[], schema: TableSchema): FilterNode {
  const { table, primaryKey } = schema;
  if (!isPlainObject(after)) throw cannotContinue(table, `expected a row, found ${describeValue(after)}`);
  if (primaryKey === null) throw cannotContinue(table, "the table has no primary key");
  if (steps.length === 0) throw cannotContinue(table, "there is no orderBy");
  const values = steps.map(({ field }) => {
    if (!Object.hasOwn(after, field.name) || after[field.name] === undefined) {
      throw cannotContinue(table, `the row has no ${JSON.stringify(field.name)}`);
    }
    return after[field.name];
  });
  const alternatives = steps.map((step, index) => {
    const before = steps.slice(0, index).map((earlier, place) => same(earlier, values[place]));
    return join("and", [...before, later(step, values[index])]);
  });
  return join("or", alternatives);
}

function same({ field }: OrderStep, value: unknown): FilterNode {
  const column = [field.name];
  return value === null ? isNull(column) : compare("eq", column, value);
}

function later({ field, descending }: OrderStep, value: unknown): FilterNode {
  const column = [field.name];
  // Nulls come last in either direction, so nothing is beyond them.
  if (value === null) return join("or", []);
  const beyond =
    field.type.kind === "boolean"
      ? laterBoolean(column, value, descending)
      : compare(descending ? "lt" : "gt", column, value);
  return field.nullable ? join("or", [beyond, isNull(column)]) : beyond;
}

/** False is before true. Filters do not compare booleans by their order, so that what is beyond one is named. */
function laterBoolean(column: readonly string[], value: unknown, descending: boolean): FilterNode {
  if (typeof value !== "boolean") return compare("eq", column, value);
  return value === descending ? compare("eq", column, !value) : join("or", []);
}

function toStep(
  { column, descending }: ReturnType<typeof readOrder>[number],
  schema: TableSchema,
): OrderStep {
  const field = schema.field(column);
  if (!RULES[field.type.kind].ordered) throw cannotOrder(schema.table, column, describeType(field.type));
  return { field, descending };
}

function readStep(step: unknown): { column: string; descending: boolean } {
  if (!isPlainObject(step)) throw badOrder(describeValue(step));
  const given = Object.entries(step).filter(([, value]) => value !== undefined);
  if (given.some(([key]) => key === "column")) return readLongStep(Object.fromEntries(given));
  const [[column, direction] = []] = given;
  if (column === undefined || given.length > 1) throw badOrder(describeKeys(given));
  return { column, descending: isDescending(column, direction) };
}

/** A step that says `column`. */
function readLongStep(step: Readonly<Record<string, unknown>>): { column: string; descending: boolean } {
  const { column, descending, ...rest } = step;
  const [stray] = Object.keys(rest);
  if (stray !== undefined) throw badOrder(`the key ${JSON.stringify(stray)}`);
  if (typeof column !== "string") throw badOrder(`${describeValue(column)} as column`);
  if (descending !== undefined && typeof descending !== "boolean")
    throw badOrder(`${describeValue(descending)} as descending`);
  return { column, descending: descending ?? false };
}

function isDescending(key: string, direction: unknown): boolean {
  if (direction === "desc") return true;
  if (direction === "asc") return false;
  throw badOrder(`${describeValue(direction)} as ${key}`);
}

function describeKeys(entries: readonly (readonly [string, unknown])[]): string {
  if (entries.length === 0) return "an object without a column";
  return `an object with ${entries.map(([key]) => JSON.stringify(key)).join(" and ")}`;
}
