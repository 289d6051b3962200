// Filters of Mastra, taken apart: what the table's own filter answers, and what is asked of each row that this lets through.

import { isDate, isRegExp } from "../../realm";
import { entriesOf, isConditions, isJoin, listOf, matchesFilter } from "./filter-match";
import { unknownOperator, wrongOperand } from "./mastra-errors";
import { toPatterns } from "./regex-pattern";

/** A filter of the table: a Mongo-style object on the metadata. */
type TableFilter = Readonly<Record<string, unknown>>;

/** A filter of Mastra in its two parts. */
export interface SplitFilter {
  /** What the table answers; undefined where it lets every row through. */
  readonly table: TableFilter | undefined;
  /** What is asked of the metadata of the rows that are left; undefined where the table's answer is the whole answer. */
  readonly rest: ((metadata: unknown) => boolean) | undefined;
}

/** The operators that the table's filter does not have. */
const BEYOND: ReadonlySet<string> = new Set(["$elemMatch", "$size"]);
const DEPTH_MAX = 64;

/** Takes a filter apart; throws INVALID_FILTER for operators that there are not. */
export function splitFilter(filter: unknown): SplitFilter {
  if (filter === undefined || filter === null) return { table: undefined, rest: undefined };
  checkDepth(filter, 0);
  const parts = conjuncts(filter);
  const own = parts.filter((part) => !isBeyond(part));
  const beyond = parts.filter(isBeyond);
  if (beyond.length > 0) matchesFilter({}, { $and: beyond });
  return {
    table: own.length === 0 ? undefined : { $and: own.map(toTableFilter) },
    rest: beyond.length === 0 ? undefined : (metadata) => matchesFilter(metadata, { $and: beyond }),
  };
}

/** The conditions that must all hold, each as a filter of its own. */
function conjuncts(filter: unknown): TableFilter[] {
  return entriesOf(filter).flatMap(([key, value]) =>
    key === "$and" ? listOf(key, value).flatMap(conjuncts) : [{ [key]: value }],
  );
}

function isBeyond(filter: unknown): boolean {
  if (Array.isArray(filter)) return filter.some(isBeyond);
  return (
    isConditions(filter) && Object.entries(filter).some(([key, value]) => BEYOND.has(key) || isBeyond(value))
  );
}

function toTableFilter(filter: unknown): TableFilter {
  const parts = entriesOf(filter).map(([key, value]): TableFilter => {
    if (key === "$not") return { $not: toTableFilter(value) };
    if (isJoin(key)) return { [key]: listOf(key, value).map(toTableFilter) };
    if (key.startsWith("$")) throw unknownOperator(key);
    return toFieldFilter(key, value);
  });
  return { $and: parts };
}

function toFieldFilter(key: string, wanted: unknown): TableFilter {
  if (isRegExp(wanted)) return toFieldFilter(key, { $regex: wanted });
  if (Array.isArray(wanted)) return toFieldFilter(key, { $in: wanted });
  if (!isConditions(wanted)) return { [key]: { $eq: wanted } };
  const all = entriesOf(wanted);
  if (all.length === 0) throw wrongOperand("A field", "a value or operators", wanted);
  return { $and: all.map(([operator, operand]) => toOperatorFilter(key, operator, operand, wanted)) };
}

const SAME: ReadonlySet<string> = new Set([
  "$eq",
  "$ne",
  "$gt",
  "$gte",
  "$lt",
  "$lte",
  "$in",
  "$nin",
  "$all",
  "$contains",
  "$exists",
]);

function toOperatorFilter(key: string, operator: string, operand: unknown, all: TableFilter): TableFilter {
  if (SAME.has(operator)) return { [key]: { [operator]: operand } };
  switch (operator) {
    case "$not":
      return { $not: toFieldFilter(key, operand) };
    case "$regex": {
      const { patterns, ignoreCase } = toPatterns(operand, all["$options"]);
      const like = ignoreCase ? "$ilike" : "$like";
      return { $or: patterns.map((pattern) => ({ [key]: { [like]: pattern } })) };
    }
    case "$options":
      if (!Object.hasOwn(all, "$regex")) throw wrongOperand(operator, "a $regex beside it", operand);
      return {};
    default:
      throw unknownOperator(operator);
  }
}

function checkDepth(filter: unknown, depth: number): void {
  if (typeof filter !== "object" || filter === null || isDate(filter) || isRegExp(filter)) return;
  if (depth > DEPTH_MAX) throw wrongOperand("A filter", `at most ${DEPTH_MAX} levels`, depth);
  for (const value of Object.values(filter)) checkDepth(value, depth + 1);
}
