// Filters as plain objects, in the manner of Mongo. Like there, "not equal" and every other negation holds wherever its opposite does
// not, so also where there is no value; and an array inside JSON passes where one of its items does. Everything else follows the
// rules of the tree. Only own keys count.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import type { ColumnType } from "../schema/column-type";
import { DEPTH_MAX, NODES_MAX } from "../schema/rules";
import type { TableSchema } from "../schema/table-schema";
import { objectAsValue, tooDeep, tooLarge, unknownOperator, wrongOperand } from "./filter-errors";
import {
  type CompareOp,
  compare,
  compareMany,
  type FilterNode,
  isNull,
  join,
  like,
  not,
  notTrue,
  ofAnyItem,
  type Path,
} from "./node";

const KNOWN =
  "Columns take $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $like, $ilike, $exists, $contains, $all, $match and $not; " +
  "$and, $or, $nor and $not join filters.";

/** The tree of a Mongo-style filter; an empty object is true for every row. */
export function fromMongo(filter: Readonly<Record<string, unknown>>, schema: TableSchema): FilterNode {
  return new MongoReader(schema).filter(filter, [], 1);
}

/** What lies at a path, as far as equality depends on it. */
type Shape = "list" | "json" | "other";

class MongoReader {
  readonly #schema: TableSchema;

  constructor(schema: TableSchema) {
    this.#schema = schema;
  }

  /** The tree of a filter whose keys start at a path; the columns themselves for an empty one. */
  filter(filter: unknown, base: Path, depth: number): FilterNode {
    if (depth > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
    if (!isPlainObject(filter)) throw wrongOperand("A filter", "an object", describeValue(filter));
    const nodes: FilterNode[] = [];
    for (const [key, value] of Object.entries(filter)) {
      if (value === undefined) throw wrongOperand(key, "a value", "undefined");
      nodes.push(
        key.startsWith("$") ? this.#join(key, value, base, depth) : this.#column(key, value, base, depth),
      );
    }
    return join("and", nodes);
  }

  #join(operator: string, value: unknown, base: Path, depth: number): FilterNode {
    switch (operator) {
      case "$and":
        return join("and", this.#filters(operator, value, base, depth));
      case "$or":
        return join("or", this.#filters(operator, value, base, depth));
      case "$nor":
        return negate(join("or", this.#filters(operator, value, base, depth)));
      case "$not":
        return negate(this.filter(value, base, depth + 1));
      default:
        throw unknownOperator(operator, KNOWN);
    }
  }

  #filters(operator: string, value: unknown, base: Path, depth: number): FilterNode[] {
    if (!Array.isArray(value)) throw wrongOperand(operator, "an array of filters", describeValue(value));
    if (value.length > NODES_MAX) throw tooLarge(NODES_MAX);
    return value.map((filter) => this.filter(filter, base, depth + 1));
  }

  #column(key: string, value: unknown, base: Path, depth: number): FilterNode {
    const isColumn = base.length === 0 && this.#schema.get(key) !== undefined;
    const path = [...base, ...(isColumn ? [key] : key.split("."))];
    const { shape, inside } = this.#lookUp(path);
    // Inside JSON a key may itself hold dots: both readings are meant.
    const from = Math.max(inside, base.length);
    const literal = [...path.slice(0, from), path.slice(from).join(".")];
    const paths = path.length - from > 1 ? [path, literal] : [path];
    const leaf = new MongoLeaf(key, paths, shape);
    return isPlainObject(value) ? this.#operators(leaf, value, depth) : leaf.equal(value);
  }

  #operators(leaf: MongoLeaf, operators: Readonly<Record<string, unknown>>, depth: number): FilterNode {
    if (depth > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
    const entries = Object.entries(operators);
    const missing = entries.find(([, value]) => value === undefined);
    if (missing !== undefined) throw wrongOperand(`${leaf.key}: ${missing[0]}`, "a value", "undefined");
    if (!entries.some(([operator]) => operator.startsWith("$"))) throw objectAsValue(leaf.key);
    const nodes = entries.map(([operator, value]) => {
      if (operator === "$match") return leaf.any((path) => this.filter(value, path, depth + 1));
      if (operator !== "$not") return leaf.operator(operator, value);
      if (!isPlainObject(value)) throw wrongOperand(operator, "an object of operators", describeValue(value));
      return negate(this.#operators(leaf, value, depth + 1));
    });
    return join("and", nodes);
  }

  /** What lies at a path, and where on it JSON begins: at its end where there is none. */
  #lookUp(path: Path): { shape: Shape; inside: number } {
    let type: ColumnType | undefined = this.#schema.get(path[0] ?? "")?.type;
    for (const [index, part] of path.entries()) {
      if (index === 0) continue;
      if (type?.kind === "json") return { shape: "json", inside: index };
      type = type?.kind === "struct" ? type.fields.find((field) => field.name === part)?.type : undefined;
    }
    return { shape: type?.kind === "list" ? "list" : "other", inside: path.length };
  }
}

/** One key of a filter, which may be read as several paths. On a list, and on an array inside JSON, equal means that it holds the value. */
class MongoLeaf {
  readonly key: string;
  readonly #paths: readonly Path[];
  readonly #shape: Shape;

  constructor(key: string, paths: readonly Path[], shape: Shape) {
    this.key = key;
    this.#paths = paths.map((path) => Object.freeze(path));
    this.#shape = shape;
  }

  any(node: (path: Path) => FilterNode): FilterNode {
    return join("or", this.#paths.map(node));
  }

  equal(value: unknown): FilterNode {
    if (value === null) return this.#missing();
    return this.#compare(this.#shape === "list" ? "contains" : "eq", value);
  }

  operator(operator: string, value: unknown): FilterNode {
    switch (operator) {
      case "$eq":
        return this.equal(value);
      case "$ne":
        return negate(this.equal(value));
      case "$gt":
      case "$gte":
      case "$lt":
      case "$lte":
        return this.#compare(operator.slice(1) as CompareOp, value);
      case "$in":
        return this.#oneOf(operator, value);
      case "$nin":
        return negate(this.#oneOf(operator, value));
      case "$like":
      case "$ilike":
        return this.#items((path) => like(path, value, operator === "$ilike"));
      case "$exists":
        return this.#exists(value);
      case "$contains":
        return this.any((path) => compare("contains", path, value));
      case "$all": {
        const values = arrayOf(operator, value);
        // As in Mongo, where nothing holds all of no values.
        const op = values.length === 0 ? "containsAny" : "containsAll";
        return this.any((path) => compareMany(op, path, values));
      }
      default:
        throw unknownOperator(operator, KNOWN);
    }
  }

  /** A condition that an array inside JSON passes where one of its items does. */
  #items(node: (path: Path) => FilterNode): FilterNode {
    return this.any((path) => (this.#shape === "json" ? ofAnyItem(node(path)) : node(path)));
  }

  #compare(op: CompareOp, value: unknown): FilterNode {
    return this.#items((path) => compare(op, path, value));
  }

  #oneOf(operator: string, value: unknown): FilterNode {
    const values = arrayOf(operator, value);
    const present = values.filter((one) => one !== null);
    const op = this.#shape === "list" ? "containsAny" : "in";
    const among = this.#items((path) => compareMany(op, path, present));
    return present.length === values.length ? among : join("or", [among, this.#missing()]);
  }

  #exists(value: unknown): FilterNode {
    if (typeof value !== "boolean") throw wrongOperand("$exists", "true or false", describeValue(value));
    return value ? negate(this.#missing()) : this.#missing();
  }

  #missing(): FilterNode {
    return join("and", this.#paths.map(isNull));
  }
}

/** The opposite as Mongo means it: true wherever the filter is not true. */
function negate(node: FilterNode): FilterNode {
  switch (node.op) {
    case "isNull":
      return not(node);
    case "not":
    case "isNotTrue":
      // Made here, so it is never unknown: its opposite is what it was made of.
      return node.arg;
    default:
      return notTrue(node);
  }
}

function arrayOf(operator: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongOperand(operator, "an array", describeValue(value));
}
