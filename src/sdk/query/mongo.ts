// Filters as plain objects, in the manner of Mongo. Like there, "not equal" and every other negation also holds where there is no
// value; everything else follows the rules of the tree. Only own keys count.

import type { ColumnType } from "../schema/column-type";
import { isPlainObject } from "../schema/plain";
import type { TableSchema } from "../schema/table-schema";
import { describeValue } from "../schema/wire-value";
import { objectAsValue, tooDeep, unknownOperator, wrongOperand } from "./filter-errors";
import { compare, compareMany, DEPTH_MAX, type FilterNode, isNull, join, like, not, type Path } from "./node";

const KNOWN =
  "Columns take $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $like, $ilike, $exists, $contains, $all and $not; " +
  "$and, $or, $nor and $not join filters.";

/** The tree of a Mongo-style filter; an empty object is true for every row. */
export function fromMongo(filter: Readonly<Record<string, unknown>>, schema: TableSchema): FilterNode {
  return new MongoReader(schema).filter(filter, 1);
}

class MongoReader {
  readonly #schema: TableSchema;

  constructor(schema: TableSchema) {
    this.#schema = schema;
  }

  filter(filter: unknown, depth: number): FilterNode {
    if (depth > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
    if (!isPlainObject(filter)) throw wrongOperand("A filter", "an object", describeValue(filter));
    const nodes: FilterNode[] = [];
    for (const [key, value] of Object.entries(filter)) {
      if (value === undefined) throw wrongOperand(key, "a value", "undefined");
      nodes.push(key.startsWith("$") ? this.#join(key, value, depth) : this.#column(key, value, depth));
    }
    return join("and", nodes);
  }

  #join(operator: string, value: unknown, depth: number): FilterNode {
    switch (operator) {
      case "$and":
        return join("and", this.#filters(operator, value, depth));
      case "$or":
        return join("or", this.#filters(operator, value, depth));
      case "$nor":
        return negate(join("or", this.#filters(operator, value, depth)));
      case "$not":
        return negate(this.filter(value, depth + 1));
      default:
        throw unknownOperator(operator, KNOWN);
    }
  }

  #filters(operator: string, value: unknown, depth: number): FilterNode[] {
    if (!Array.isArray(value)) throw wrongOperand(operator, "an array of filters", describeValue(value));
    return value.map((filter) => this.filter(filter, depth + 1));
  }

  #column(key: string, value: unknown, depth: number): FilterNode {
    const path = this.#schema.get(key) === undefined ? key.split(".") : [key];
    const leaf = new MongoLeaf(key, Object.freeze(path), this.#isList(path));
    return isPlainObject(value) ? this.#operators(leaf, value, depth) : leaf.equal(value);
  }

  #operators(leaf: MongoLeaf, operators: Readonly<Record<string, unknown>>, depth: number): FilterNode {
    if (depth > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
    const entries = Object.entries(operators);
    const missing = entries.find(([, value]) => value === undefined);
    if (missing !== undefined) throw wrongOperand(`${leaf.key}: ${missing[0]}`, "a value", "undefined");
    if (!entries.some(([operator]) => operator.startsWith("$"))) throw objectAsValue(leaf.key);
    const nodes = entries.map(([operator, value]) => {
      if (operator !== "$not") return leaf.operator(operator, value);
      if (!isPlainObject(value)) throw wrongOperand(operator, "an object of operators", describeValue(value));
      return negate(this.#operators(leaf, value, depth + 1));
    });
    return join("and", nodes);
  }

  #isList(path: Path): boolean {
    let type: ColumnType | undefined = this.#schema.get(path[0] ?? "")?.type;
    for (const part of path.slice(1)) {
      type = type?.kind === "struct" ? type.fields.find((field) => field.name === part)?.type : undefined;
    }
    return type?.kind === "list";
  }
}

/** One column of a filter. On a list, equal means that the list holds the value. */
class MongoLeaf {
  readonly key: string;
  readonly #path: Path;
  readonly #isList: boolean;

  constructor(key: string, path: Path, isList: boolean) {
    this.key = key;
    this.#path = path;
    this.#isList = isList;
  }

  equal(value: unknown): FilterNode {
    if (value === null) return isNull(this.#path);
    return compare(this.#isList ? "contains" : "eq", this.#path, value);
  }

  operator(operator: string, value: unknown): FilterNode {
    switch (operator) {
      case "$eq":
        return this.equal(value);
      case "$ne":
        return negate(this.equal(value));
      case "$gt":
        return compare("gt", this.#path, value);
      case "$gte":
        return compare("gte", this.#path, value);
      case "$lt":
        return compare("lt", this.#path, value);
      case "$lte":
        return compare("lte", this.#path, value);
      case "$in":
        return this.#oneOf(operator, value);
      case "$nin":
        return negate(this.#oneOf(operator, value));
      case "$like":
        return like(this.#path, value, false);
      case "$ilike":
        return like(this.#path, value, true);
      case "$exists":
        return this.#exists(value);
      case "$contains":
        return compare("contains", this.#path, value);
      case "$all":
        return compareMany("containsAll", this.#path, arrayOf(operator, value));
      default:
        throw unknownOperator(operator, KNOWN);
    }
  }

  #oneOf(operator: string, value: unknown): FilterNode {
    const values = arrayOf(operator, value);
    const present = values.filter((one) => one !== null);
    const among = compareMany(this.#isList ? "containsAny" : "in", this.#path, present);
    return present.length === values.length ? among : join("or", [among, isNull(this.#path)]);
  }

  #exists(value: unknown): FilterNode {
    if (typeof value !== "boolean") throw wrongOperand("$exists", "true or false", describeValue(value));
    return value ? not(isNull(this.#path)) : isNull(this.#path);
  }
}

/** The opposite as Mongo means it: true wherever the filter is not true, null or not. */
function negate(node: FilterNode): FilterNode {
  switch (node.op) {
    case "and":
      return join("or", node.args.map(negate));
    case "or":
      return join("and", node.args.map(negate));
    case "not":
      // Stands beside an isNull of its column, whose opposite takes out the rows without a value.
      return node.arg;
    case "isNull":
      return not(node);
    case "eq":
      return join("or", [compare("ne", node.column, node.value), isNull(node.column)]);
    default:
      return join("or", [not(node), isNull(node.column)]);
  }
}

function arrayOf(operator: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongOperand(operator, "an array", describeValue(value));
}
