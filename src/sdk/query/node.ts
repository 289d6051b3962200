// Filters as data: frozen nodes that every way of writing a filter becomes. The columns and the values in them are not checked
// until a table is asked (see check-filter).

import { isUnreadable, ownCopy } from "../schema/own-copy";
import { unreadableFilter } from "./filter-errors";

/** Comparisons of a column with one value. */
export type CompareOp = "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "contains";

/** Comparisons of a column with several values. */
export type ManyOp = "in" | "containsAny" | "containsAll";

/** The way to a value: a column, and names inside it for structs and JSON. */
export type Path = readonly string[];

/** A filter as a tree. */
export type FilterNode =
  | { readonly op: "and" | "or"; readonly args: readonly FilterNode[] }
  | { readonly op: "not" | "isNotTrue"; readonly arg: FilterNode }
  | LeafNode;

/** A filter on one column. With `anyItem` an array inside JSON passes where one of its items does. */
export type LeafNode =
  | { readonly op: CompareOp; readonly column: Path; readonly value: unknown; readonly anyItem?: true }
  | {
      readonly op: ManyOp;
      readonly column: Path;
      readonly values: readonly unknown[];
      readonly anyItem?: true;
    }
  | { readonly op: "between"; readonly column: Path; readonly low: unknown; readonly high: unknown }
  | {
      readonly op: "like";
      readonly column: Path;
      readonly pattern: unknown;
      readonly caseInsensitive: boolean;
      readonly anyItem?: true;
    }
  | { readonly op: "isNull"; readonly column: Path };

/** One column compared with one value. */
export function compare(op: CompareOp, column: Path, value: unknown): FilterNode {
  return Object.freeze({ op, column, value: taken(value) });
}

/** One column compared with several values. */
export function compareMany(op: ManyOp, column: Path, values: readonly unknown[]): FilterNode {
  // What is no array is kept, to be refused when a table is asked.
  const own = taken(values) as readonly unknown[];
  return Object.freeze({ op, column, values: Array.isArray(own) ? Object.freeze(own) : own });
}

/** A column between two values, both included. */
export function between(column: Path, low: unknown, high: unknown): FilterNode {
  return Object.freeze({ op: "between", column, low: taken(low), high: taken(high) });
}

/** A column that matches a pattern: `%` is any run, `_` one character, `\` takes the next as it is. */
export function like(column: Path, pattern: unknown, caseInsensitive: boolean): FilterNode {
  return Object.freeze({ op: "like", column, pattern, caseInsensitive });
}

/** A column without a value. */
export function isNull(column: Path): FilterNode {
  return Object.freeze({ op: "isNull", column });
}

/** The opposite; what is unknown because of a null stays unknown. */
export function not(arg: FilterNode): FilterNode {
  return Object.freeze({ op: "not", arg });
}

/** True wherever the argument is not: where it is false, and where it is unknown. */
export function notTrue(arg: FilterNode): FilterNode {
  return Object.freeze({ op: "isNotTrue", arg });
}

/** A comparison that holds if it holds for any item of an array inside JSON. */
export function ofAnyItem(node: FilterNode): FilterNode {
  return Object.freeze({ ...node, anyItem: true } as FilterNode);
}

/** All, or one, of several; nested ones of the same kind become one list, and a single one stays itself. */
export function join(op: "and" | "or", nodes: readonly FilterNode[]): FilterNode {
  const args = nodes.flatMap((node) => (node.op === op ? node.args : [node]));
  const only = args.length === 1 ? args[0] : undefined;
  return only ?? Object.freeze({ op, args: Object.freeze(args) });
}

/** A value in memory of our own: the filter may be asked long after the caller has changed his. */
function taken(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  try {
    return ownCopy(value);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw unreadableFilter("A value of the filter", error.message, error.cause);
  }
}
