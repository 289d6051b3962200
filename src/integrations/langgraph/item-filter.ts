// Filters of LangGraph on the keys at the top of a value. Keys are names, never paths or operators.

import { and, type Condition, type FilterColumns, type JsonPathRef, or } from "varve";
import { isPlainObject } from "../../realm";
import type { ItemDefinition } from "./item-table";
import { badArgument, badFilter } from "./langgraph-errors";

type Scalar = string | number | boolean;

/** A filter on values. */
export type ValueFilter = (c: FilterColumns<ItemDefinition>) => Condition;

/** Makes a condition on the value of a key. */
type Build = (ref: JsonPathRef) => Condition;

/** A filter as one on the column of values, read at the call; undefined where it asks nothing. */
export function valueFilter(filter: unknown): ValueFilter | undefined {
  if (filter === undefined || filter === null) return undefined;
  if (!isPlainObject(filter)) throw badArgument("search", "filter", "an object", filter);
  const asked = Object.entries(filter).map(([key, value]) => [key, conditionOf(key, value)] as const);
  if (asked.length === 0) return undefined;
  return (c) => and(...asked.map(([key, build]) => build(c.value.path(key))));
}

function conditionOf(key: string, asked: unknown): Build {
  if (isScalar(asked)) return equal(asked);
  const own = isPlainObject(asked) ? Object.entries(asked) : [];
  if (own.length === 0) throw badFilter(key, asked);
  const all = own.map(([operator, value]) => {
    const build = Object.hasOwn(operators, operator) ? operators[operator]?.(value) : undefined;
    if (build === undefined) throw badFilter(key, asked);
    return build;
  });
  return (ref) => and(...all.map((build) => build(ref)));
}

/** What each operator makes of what it is given; undefined where it cannot take that. */
const operators: Readonly<Record<string, (value: unknown) => Build | undefined>> = {
  $eq: (value) => (isScalar(value) ? equal(value) : undefined),
  $ne: (value) => (isScalar(value) ? other(equal(value)) : undefined),
  $gt: (value) => (isPresent(value) ? (ref) => ref.gt(value) : undefined),
  $gte: (value) => (isPresent(value) ? (ref) => ref.gte(value) : undefined),
  $lt: (value) => (isPresent(value) ? (ref) => ref.lt(value) : undefined),
  $lte: (value) => (isPresent(value) ? (ref) => ref.lte(value) : undefined),
  $in: (value) => (isScalars(value) ? among(value.slice()) : undefined),
  $nin: (value) => (isScalars(value) ? other(among(value.slice())) : undefined),
};

function equal(value: Scalar | null): Build {
  return (ref) => (value === null ? ref.isNull() : ref.eq(value));
}

function among(values: readonly (Scalar | null)[]): Build {
  const present = values.filter((value) => value !== null);
  const hasNull = present.length < values.length;
  return (ref) => (hasNull ? or(ref.isNull(), ref.in(present)) : ref.in(present));
}

/** True wherever the condition is not. */
function other(build: Build): Build {
  return (ref) => build(ref).isNotTrue();
}

function isScalar(value: unknown): value is Scalar | null {
  return value === null || isPresent(value);
}

function isScalars(value: unknown): value is (Scalar | null)[] {
  return Array.isArray(value) && value.every(isScalar);
}

function isPresent(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
