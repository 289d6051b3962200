// Filters of Mastra asked of one object, for the few operators that the table's own filter does not have. The rules are those of the
// table's filter: an array passes where one of its items does, negations hold wherever their opposite does not, dates are ISO 8601.

import { isDate, isRegExp } from "../../realm";
import { withoutPrefix } from "../support/metadata-key";
import { unknownOperator, wrongOperand } from "./mastra-errors";
import { matchesLike, toPatterns } from "./regex-pattern";

type Conditions = Readonly<Record<string, unknown>>;

/** Whether a filter lets an object through. */
export function matchesFilter(holder: unknown, filter: unknown): boolean {
  return entriesOf(filter).every(([key, wanted]) => {
    switch (key) {
      case "$and":
        return listOf(key, wanted).every((one) => matchesFilter(holder, one));
      case "$or":
        return listOf(key, wanted).some((one) => matchesFilter(holder, one));
      case "$nor":
        return !listOf(key, wanted).some((one) => matchesFilter(holder, one));
      case "$not":
        return !matchesFilter(holder, wanted);
      default:
        if (key.startsWith("$")) throw unknownOperator(key);
        return matchesField(readings(holder, key), wanted);
    }
  });
}

/** What a key may mean: the way through nested objects, and a key with dots in it. */
function readings(holder: unknown, key: string): unknown[] {
  const parts = key.split(".");
  const nested = parts.reduce<unknown>(own, holder);
  const rest = withoutPrefix(key);
  const isThere = (name: string): boolean => (own(holder, name) ?? null) !== null;
  if (rest !== undefined && !isThere("metadata") && !isThere(key)) return readings(holder, rest);
  return parts.length === 1 ? [nested] : [nested, own(holder, key)];
}

function own(holder: unknown, key: string): unknown {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, key)) return undefined;
  return Reflect.get(holder, key);
}

function matchesField(values: readonly unknown[], wanted: unknown): boolean {
  if (isRegExp(wanted)) return matchesField(values, { $regex: wanted });
  if (Array.isArray(wanted)) return matchesField(values, { $in: wanted });
  if (!isConditions(wanted)) return matchesField(values, { $eq: wanted });
  const all = entriesOf(wanted);
  if (all.length === 0) throw wrongOperand("A field", "a value or operators", wanted);
  return all.every(([operator, operand]) => matchesOperator(values, operator, operand, wanted));
}

function matchesOperator(
  values: readonly unknown[],
  operator: string,
  operand: unknown,
  all: Conditions,
): boolean {
  const isMissing = values.every((value) => value === undefined || value === null);
  const some = (test: (value: unknown) => boolean): boolean =>
    values.some((value) => itemsOf(value).some(test));
  switch (operator) {
    case "$eq":
      return operand === null ? isMissing : some((value) => plain(value) === plain(operand));
    case "$in":
      return listOf(operator, operand).some((one) => matchesOperator(values, "$eq", one, all));
    case "$ne":
      return !matchesOperator(values, "$eq", operand, all);
    case "$nin":
      return !matchesOperator(values, "$in", operand, all);
    case "$not":
      return !matchesField(values, operand);
    case "$exists":
      return operand !== isMissing;
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return some((value) => isOrdered(operator, plain(value), plain(operand)));
    case "$regex": {
      const { patterns, ignoreCase } = toPatterns(operand, all["$options"]);
      const isLike = (text: string): boolean =>
        patterns.some((pattern) => matchesLike(text, pattern, ignoreCase));
      return some((value) => typeof value === "string" && isLike(value));
    }
    case "$options":
      return true;
    default:
      return matchesList(values, operator, operand);
  }
}

/** The operators that are about lists. */
function matchesList(values: readonly unknown[], operator: string, operand: unknown): boolean {
  const lists = values.filter((value) => Array.isArray(value)) as unknown[][];
  const has = (list: readonly unknown[], one: unknown): boolean =>
    list.some((item) => plain(item) === plain(one));
  switch (operator) {
    case "$all":
      return lists.some((list) => listOf(operator, operand).every((one) => has(list, one)));
    case "$contains": {
      const isPart = (value: unknown): boolean =>
        typeof value === "string" && typeof operand === "string" && value.includes(operand);
      return lists.some((list) => has(list, operand)) || values.some(isPart);
    }
    case "$size":
      return lists.some((list) => list.length === operand);
    case "$elemMatch": {
      if (!isConditions(operand)) throw wrongOperand(operator, "an object", operand);
      const isOperators = Object.keys(operand).some((key) => key.startsWith("$") && !isJoin(key));
      const test = (item: unknown): boolean =>
        isOperators ? matchesField([item], operand) : matchesFilter(item, operand);
      return lists.some((list) => list.some(test));
    }
    default:
      throw unknownOperator(operator);
  }
}

function isOrdered(operator: string, value: unknown, operand: unknown): boolean {
  const isComparable =
    typeof value === typeof operand && (typeof value === "number" || typeof value === "string");
  if (!isComparable) return false;
  if (value === operand) return operator === "$gte" || operator === "$lte";
  return (value as string) > (operand as string) === operator.startsWith("$gt");
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function plain(value: unknown): unknown {
  return isDate(value) ? value.toISOString() : value;
}

/** Whether an operator joins filters. */
export function isJoin(key: string): boolean {
  return key === "$and" || key === "$or" || key === "$nor" || key === "$not";
}

/** Whether a value is an object of conditions, and no value to compare with. */
export function isConditions(value: unknown): value is Conditions {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !isDate(value) && !isRegExp(value)
  );
}

/** The own entries of a filter, none of which is undefined. */
export function entriesOf(filter: unknown): [string, unknown][] {
  if (!isConditions(filter)) throw wrongOperand("A filter", "an object", filter);
  const entries = Object.entries(filter);
  const missing = entries.find(([, value]) => value === undefined);
  if (missing !== undefined) throw wrongOperand(missing[0], "a value", undefined);
  return entries;
}

/** The operand of an operator that takes several. */
export function listOf(operator: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongOperand(operator, "an array", value);
}
