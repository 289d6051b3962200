// From a tree of nodes to the JSON that the native module reads: every column and value is checked against the schema here, for
// all three ways of writing a filter.

import { describeValue } from "../../describe-value";
import { type ColumnType, describeType } from "../schema/column-type";
import { DEPTH_MAX, NODES_MAX, RULES } from "../schema/rules";
import type { TableSchema } from "../schema/table-schema";
import { toWireScalar, toWireValue, type WireValue } from "../schema/wire-value";
import { noSuchPart, notAList, tooDeep, tooLarge, wrongOperator, wrongValue } from "./filter-errors";
import type { FilterNode, LeafNode, Path } from "./node";

/** A filter as the native module reads it. */
export type FilterJson =
  | { readonly op: "and" | "or"; readonly args: readonly FilterJson[] }
  | { readonly op: "not" | "isNotTrue"; readonly arg: FilterJson }
  | ({ readonly op: string; readonly column: Path } & Readonly<Record<string, unknown>>);

/** The filter that every row passes. */
export const EVERYTHING: FilterJson = { op: "and", args: [] };

/** The filter that no row passes. */
export const NOTHING: FilterJson = { op: "or", args: [] };

/** Whether a filter lets every row through whatever is in it, because no condition is left. */
export function isAlwaysTrue(filter: FilterJson): boolean {
  return constantOf(filter) === true;
}

/** True or false where that is so for every row, and undefined where it depends on the row. */
function constantOf(filter: FilterJson): boolean | undefined {
  if ("args" in filter) {
    const args = (filter.args as readonly FilterJson[]).map(constantOf);
    const decides = filter.op === "or";
    if (args.includes(decides)) return decides;
    return args.includes(undefined) ? undefined : !decides;
  }
  if (!("arg" in filter)) return undefined;
  const arg = constantOf(filter.arg as FilterJson);
  return arg === undefined ? undefined : !arg;
}

/** What a path leads to: a column or a part of one, or a value inside JSON whose type nobody knows. */
type Target = ColumnType | { readonly kind: "insideJson" };

/** Checks a filter against a schema; throws INVALID_FILTER or COLUMN_NOT_FOUND. */
export function checkFilter(node: FilterNode, schema: TableSchema): FilterJson {
  return new FilterCheck(schema).node(node, 1);
}

class FilterCheck {
  readonly #schema: TableSchema;
  #nodes = 0;

  constructor(schema: TableSchema) {
    this.#schema = schema;
  }

  node(node: FilterNode, depth: number): FilterJson {
    if (depth > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
    this.#nodes += 1;
    if (this.#nodes > NODES_MAX) throw tooLarge(NODES_MAX);
    switch (node.op) {
      case "and":
      case "or":
        return { op: node.op, args: node.args.map((arg) => this.node(arg, depth + 1)) };
      case "not":
      case "isNotTrue":
        return { op: node.op, arg: this.node(node.arg, depth + 1) };
      default:
        return this.#leaf(node);
    }
  }

  #leaf(node: LeafNode): FilterJson {
    const condition = this.#condition(node);
    if (condition === NOTHING) return condition;
    // With the id, a column that was made anew under its old name is not taken for the one that is meant.
    const checked = { ...condition, field: this.#schema.field(node.column[0] ?? "").id } as FilterJson;
    return "anyItem" in node && node.anyItem === true ? { ...checked, anyItem: true } : checked;
  }

  #condition(node: LeafNode): FilterJson {
    const { column } = node;
    const leaf = new LeafCheck(this.#schema.table, column.join("."), targetOf(this.#schema, column));
    switch (node.op) {
      case "isNull":
        return { op: node.op, column };
      case "like":
        return {
          op: node.op,
          column,
          pattern: leaf.pattern(node.pattern),
          caseInsensitive: node.caseInsensitive,
        };
      case "between":
        return {
          op: node.op,
          column,
          low: leaf.value(node.op, node.low),
          high: leaf.value(node.op, node.high),
        };
      case "in":
      case "containsAny":
      case "containsAll": {
        const values = leaf.values(node.op, node.values);
        // None of no values, also where there is nothing: so that its opposite holds for every row, as in SQL.
        return values.length === 0 && node.op !== "containsAll" ? NOTHING : { op: node.op, column, values };
      }
      default:
        return { op: node.op, column, value: leaf.value(node.op, node.value) };
    }
  }
}

class LeafCheck {
  readonly #table: string;
  readonly #column: string;
  readonly #target: Target;

  constructor(table: string, column: string, target: Target) {
    this.#table = table;
    this.#column = column;
    this.#target = target;
  }

  value(op: string, value: unknown): WireValue {
    this.#check(op);
    const type = this.#comparedTo(op);
    const wire = type.kind === "insideJson" ? toWireScalar(value) : toWireValue(type, value);
    if (wire !== undefined) return wire;
    throw wrongValue(this.#table, this.#column, op, expectation(type), describeValue(value));
  }

  values(op: string, values: unknown): WireValue[] {
    this.#check(op);
    if (!Array.isArray(values)) throw notAList(this.#table, this.#column, op, describeValue(values));
    return values.map((value) => this.value(op, value));
  }

  pattern(pattern: unknown): string {
    this.#check("like");
    if (typeof pattern === "string") return pattern;
    throw wrongValue(this.#table, this.#column, "like", "a pattern of text", describeValue(pattern));
  }

  /** What a value is compared with: a list has items, a text has parts. */
  #comparedTo(op: string): Target {
    const target = this.#target;
    if (target.kind === "list") return target.item.type;
    if (target.kind === "json") return { kind: "insideJson" };
    return op === "contains" && target.kind === "enum" ? { kind: "text" } : target;
  }

  #check(op: string): void {
    const target = this.#target;
    if (askedOf(target).includes(op)) return;
    const type = target.kind === "insideJson" ? "a value inside JSON" : describeType(target);
    throw wrongOperator(this.#table, this.#column, op, type, advice(target));
  }
}

/** The operators that the engine has for a target. */
function askedOf({ kind }: Target): readonly string[] {
  return RULES[kind].asked;
}

function advice(target: Target): string {
  switch (target.kind) {
    case "list":
      return "Ask a list with contains, containsAny or containsAll.";
    case "struct":
      return 'Ask one of its fields: c.meta.author, or "meta.author".';
    case "json":
      return `Ask for a value inside it: c.data.path("author"), "data.author", or { data: { $match: { author: ... } } }. The whole can be asked ${askedOf(target).join(", ")}.`;
    case "vector":
      return "Use search for vectors; a filter can only ask whether there is one.";
    default:
      return `It can be asked ${askedOf(target).join(", ")}, or whether it is null.`;
  }
}

function expectation(type: Target): string {
  switch (type.kind) {
    case "insideJson":
      return "a text, a finite number, a boolean, or a valid Date, which stands for its ISO 8601 text";
    case "int":
      return "a whole number that is safe, or a bigint";
    case "float":
      return "a finite number";
    case "timestamp":
      return "a valid Date, or an ISO 8601 text with its zone";
    case "date":
      return 'a date such as "2026-02-28"';
    case "bytes":
      return "a Uint8Array";
    default:
      return describeType(type);
  }
}

function targetOf(schema: TableSchema, path: Path): Target {
  let target: Target = schema.field(path[0] ?? "").type;
  for (const [index, part] of path.entries()) {
    if (index === 0) continue;
    if (target.kind === "json" || target.kind === "insideJson") {
      target = { kind: "insideJson" };
      continue;
    }
    const fields: readonly { name: string; type: ColumnType }[] =
      target.kind === "struct" ? target.fields : [];
    const field = fields.find(({ name }) => name === part);
    if (field === undefined) {
      const names = fields.map(({ name }) => name);
      throw noSuchPart(schema.table, path.slice(0, index).join("."), part, describeType(target), names);
    }
    target = field.type;
  }
  return target;
}
