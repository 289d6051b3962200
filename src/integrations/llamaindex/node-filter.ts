// The filters of LlamaIndex, with the meaning that its own store gives them: a node without the key passes none of them but
// `is_empty`, and keys are names and never paths. Each filter becomes nodes of the table's own filter; nothing is put together.

import type { MetadataFilter, MetadataFilters } from "@llamaindex/core/vector-store";
import { and, type Condition, type FilterColumns, type JsonPathRef, not, or, type UntypedTable } from "varve";
import type { DocumentLayout } from "../support/document-layout";
import { withoutPrefix } from "../support/metadata-key";
import { REF_DOC_ID } from "./node-document";
import { unknownCondition, unknownOperator, wrongFilterValue } from "./store-errors";

type Scalar = string | number | boolean;
type Columns = FilterColumns<UntypedTable>;
/** Makes a condition on a value of metadata; `first` is its first item, where it is a list. */
type Build = (ref: JsonPathRef, filter: MetadataFilter, first: JsonPathRef) => Condition;
/** A value of metadata. */
type Lookup = (...path: readonly string[]) => JsonPathRef;

/** Which nodes: those that pass the filters and are, or come from, one of some documents. */
export interface NodeChoice {
  readonly filters?: MetadataFilters | undefined;
  readonly docIds?: readonly string[] | undefined;
}

/** The filter on the columns of a table; undefined where every node is meant. */
export function toNodeFilter(
  layout: DocumentLayout,
  { filters, docIds }: NodeChoice,
): ((c: Columns) => Condition) | undefined {
  if (filters === undefined && docIds === undefined) return undefined;
  return (c) => {
    const key: Lookup = (...path) => metadataRef(c, layout, path);
    const parts: Condition[] = [];
    if (filters !== undefined) parts.push(joined(filters, key));
    if (docIds !== undefined) parts.push(or(column(c, layout.id).in(docIds), key(REF_DOC_ID).in(docIds)));
    return and(...parts);
  };
}

function joined({ filters, condition = "and" }: MetadataFilters, key: Lookup): Condition {
  if (condition !== "and" && condition !== "or") throw unknownCondition(condition);
  const conditions = filters.map((filter) => {
    const build = Object.hasOwn(operators, filter.operator) ? operators[filter.operator] : undefined;
    if (build === undefined) throw unknownOperator(filter.operator, Object.keys(operators));
    return plainKey(filter.key, key, (name) => build(key(name), filter, key(name, "0")));
  });
  return condition === "and" ? and(...conditions) : or(...conditions);
}

/** Keys with "metadata." before them mean what they mean in the other adapters: the key without it, where neither is there. */
function plainKey(name: string, key: Lookup, build: (name: string) => Condition): Condition {
  const rest = withoutPrefix(name);
  if (rest === undefined) return build(name);
  const isThere = or(key("metadata").isNotNull(), key(name).isNotNull());
  return or(and(isThere, build(name)), and(not(isThere), build(rest)));
}

const operators: Readonly<Record<string, Build>> = {
  "==": (ref, filter) => ref.eq(scalarOf(filter)),
  "!=": (ref, filter) => differs(ref, [scalarOf(filter)]),
  ">": (ref, filter) => ref.gt(scalarOf(filter)),
  ">=": (ref, filter) => ref.gte(scalarOf(filter)),
  "<": (ref, filter) => ref.lt(scalarOf(filter)),
  "<=": (ref, filter) => ref.lte(scalarOf(filter)),
  in: (ref, filter) => ref.in(listOf(filter)),
  nin: (ref, filter) => differs(ref, listOf(filter)),
  any: (ref, filter) => ref.containsAny(listOf(filter)),
  all: (ref, filter) => ref.containsAll(listOf(filter)),
  contains: (ref, filter) => ref.contains(scalarOf(filter)),
  text_match: (ref, filter) => ref.like(`%${textOf(filter).replace(/[\\%_]/g, "\\$&")}%`),
  is_empty: (ref, _filter, first) => or(ref.isNull(), ref.eq(""), isEmptyList(ref, first)),
};

/** A value that is there and is none of these; a list that holds none of them. */
function differs(ref: JsonPathRef, values: readonly Scalar[]): Condition {
  return and(ref.isNotNull(), or(ref.notIn(values), not(ref.containsAny(values))));
}

/** A list, because only a list holds all of nothing, and one without a first item. */
function isEmptyList(ref: JsonPathRef, first: JsonPathRef): Condition {
  return and(ref.containsAll([]), first.isNull());
}

function metadataRef(c: Columns, { metadata }: DocumentLayout, path: readonly string[]): JsonPathRef {
  if ("json" in metadata) return column(c, metadata.json).path(...path);
  const [name = "", ...rest] = path;
  return rest.length === 0 ? column(c, name) : column(c, name).path(...rest);
}

function column(c: Columns, name: string): Columns[string] {
  return c[name] as Columns[string];
}

function scalarOf({ key, operator, value }: MetadataFilter): Scalar {
  if (isScalar(value)) return value;
  throw wrongFilterValue(key, operator, "a text, a number or a boolean", value);
}

function listOf({ key, operator, value }: MetadataFilter): Scalar[] {
  const values: unknown = value;
  if (Array.isArray(values) && values.every(isScalar)) return values;
  throw wrongFilterValue(key, operator, "a list of texts, numbers or booleans", value);
}

function textOf({ key, operator, value }: MetadataFilter): string {
  if (typeof value === "string") return value;
  throw wrongFilterValue(key, operator, "a text", value);
}

function isScalar(value: unknown): value is Scalar {
  return (
    typeof value === "string" ||
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value))
  );
}
