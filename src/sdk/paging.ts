// The order of rows, and how a page goes on where the one before ended.

import { badArgument, cannotContinue, cannotOrder } from "./errors";
import { compare, type FilterNode, isNull, join } from "./query/node";
import { describeType } from "./schema/column-type";
import { isPlainObject } from "./schema/plain";
import type { Field, TableSchema } from "./schema/table-schema";
import { describeValue } from "./schema/wire-value";

/** A column to order by, the smallest first unless told otherwise. Nulls come last either way. */
export type OrderBy<N extends string> = N | { readonly column: N; readonly descending?: boolean | undefined };

/** One step of an order. */
export interface OrderStep {
  readonly field: Field;
  readonly descending: boolean;
}

const UNORDERED: ReadonlySet<string> = new Set(["json", "bytes", "vector", "list", "struct"]);

/**
 * The steps of an order. The primary key is always the last of them, so that the order is complete and a page can be continued;
 * without any order rows come in the order in which they were written.
 */
export function orderSteps(orderBy: unknown, schema: TableSchema): OrderStep[] {
  if (orderBy === undefined) return [];
  const steps = (Array.isArray(orderBy) ? orderBy : [orderBy]).map((step) => toStep(step, schema));
  const key = schema.primaryKey;
  if (steps.length > 0 && key !== null && !steps.some(({ field }) => field.name === key)) {
    steps.push({ field: schema.field(key), descending: false });
  }
  return steps;
}

/** An order for the native module. */
export function toOrderJson(steps: readonly OrderStep[]): unknown {
  return steps.map(({ field, descending }) => ({ column: [field.name], descending }));
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
  const beyond = compare(descending ? "lt" : "gt", column, value);
  return field.nullable ? join("or", [beyond, isNull(column)]) : beyond;
}

function toStep(step: unknown, schema: TableSchema): OrderStep {
  const { column, descending } =
    typeof step === "string" ? { column: step, descending: false } : readStep(step);
  const field = schema.field(column);
  if (UNORDERED.has(field.type.kind)) throw cannotOrder(schema.table, column, describeType(field.type));
  return { field, descending };
}

function readStep(step: unknown): { column: string; descending: boolean } {
  const { column, descending = false } = isPlainObject(step) ? step : {};
  if (typeof column !== "string" || typeof descending !== "boolean") {
    throw badArgument("orderBy", "a column, or { column, descending }", describeValue(step));
  }
  return { column, descending };
}
