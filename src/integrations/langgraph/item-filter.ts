// Filters of LangGraph on the keys at the top of a value.

import { isPlainObject } from "../../realm";
import { badArgument, badFilter } from "./langgraph-errors";

const OPERATORS: readonly string[] = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin"];

/** A filter on values. */
export type ValueFilter = { readonly value: { readonly $match: Readonly<Record<string, unknown>> } };

/** A filter as one on the column of values; undefined where it asks nothing. */
export function valueFilter(filter: unknown): ValueFilter | undefined {
  if (filter === undefined || filter === null) return undefined;
  if (!isPlainObject(filter)) throw badArgument("search", "filter", "an object", filter);
  const entries = Object.entries(filter);
  if (entries.length === 0) return undefined;
  return {
    value: { $match: Object.fromEntries(entries.map(([key, asked]) => [key, condition(key, asked)])) },
  };
}

function condition(key: string, asked: unknown): unknown {
  if (isScalar(asked)) return { $eq: asked };
  if (!isPlainObject(asked)) throw badFilter(key, asked);
  const own = Object.entries(asked);
  for (const [operator, value] of own) {
    const isMany = operator === "$in" || operator === "$nin";
    const fits = isMany ? Array.isArray(value) && value.every(isScalar) : isScalar(value);
    if (!OPERATORS.includes(operator) || !fits) throw badFilter(key, asked);
  }
  if (own.length === 0) throw badFilter(key, asked);
  return Object.fromEntries(
    own.map(([operator, value]) => [operator, Array.isArray(value) ? value.slice() : value]),
  );
}

function isScalar(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
