// What a batch is asked, read at the call: nothing of it is looked at again after the first await.

import type {
  GetOperation,
  ListNamespacesOperation,
  Operation,
  PutOperation,
  SearchOperation,
} from "@langchain/langgraph-checkpoint";
import { oneId } from "../support/ids";
import { toStored } from "../support/metadata";
import { textOf } from "./indexed-text";
import { type ValueFilter, valueFilter } from "./item-filter";
import { idOf } from "./item-table";
import { badArgument, unknownOperation } from "./langgraph-errors";
import { itemNamespace, matcherOf, prefixNamespace, toText } from "./namespace";

/** An item that is asked for. */
export interface Get {
  readonly kind: "get";
  readonly id: string;
}

/** A search, or a list where there is no query. */
export interface Search {
  readonly kind: "search";
  /** The text of the namespace; empty for all. */
  readonly prefix: string;
  readonly filter: ValueFilter | undefined;
  readonly query: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** An item to write, or to remove where it has no row. */
export interface Put {
  readonly kind: "put";
  readonly id: string;
  readonly row: PutRow | undefined;
}

/** A row to write, without its date of creation, which the table knows. */
export interface PutRow {
  readonly id: string;
  readonly namespace: string;
  readonly key: string;
  readonly value: Record<string, unknown>;
  readonly body: string | null;
}

/** Namespaces that are asked for. */
export interface List {
  readonly kind: "list";
  readonly matches: (namespace: readonly string[]) => boolean;
  readonly maxDepth: number | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** Any of them. */
export type Asked = Get | Search | Put | List;

/** How items are kept: what messages call their table, and what of a value is searched unless it says so itself. */
export interface Keeping {
  readonly table: string;
  readonly fields: readonly string[];
}

/** One operation of a batch. */
export function asked(operation: Operation, index: number, keeping: Keeping): Asked {
  if (typeof operation !== "object" || operation === null) throw unknownOperation(index, operation);
  if ("namespacePrefix" in operation) return search(operation);
  if ("namespace" in operation && "key" in operation)
    return "value" in operation ? put(operation, index, keeping) : get(operation);
  if ("matchConditions" in operation) return list(operation as ListNamespacesOperation);
  throw unknownOperation(index, operation);
}

function get({ namespace, key }: GetOperation): Get {
  return { kind: "get", id: idOf(itemNamespace("get", namespace), oneId("get", "key", key)) };
}

const LIMIT = 10;

function search({ namespacePrefix, filter, query, limit, offset }: SearchOperation): Search {
  const prefix = toText(prefixNamespace("search", "namespacePrefix", namespacePrefix));
  const text = query ?? undefined;
  if (text !== undefined && typeof text !== "string") throw badArgument("search", "query", "a text", query);
  return {
    kind: "search",
    prefix,
    filter: valueFilter(filter),
    query: text === "" ? undefined : text,
    limit: count("search", "limit", limit, LIMIT),
    offset: count("search", "offset", offset, 0),
  };
}

function put(
  { namespace: given, key: name, value, index: paths }: PutOperation,
  row: number,
  keeping: Keeping,
): Put {
  const labels = itemNamespace("put", given);
  const key = oneId("put", "key", name);
  const id = idOf(labels, key);
  if (value === null) return { kind: "put", id, row: undefined };
  if (value === undefined) throw badArgument("put", "value", "an object, or null to delete the item", value);
  const { json } = toStored(value, { table: keeping.table, column: "value", row });
  const body = textOf(json, fieldsOf(paths, keeping));
  return { kind: "put", id, row: { id, namespace: toText(labels), key, value: json, body } };
}

function fieldsOf(index: unknown, { fields }: Keeping): readonly string[] {
  if (index === undefined || index === null) return fields;
  if (index === false) return [];
  if (!Array.isArray(index) || !index.every((path) => typeof path === "string"))
    throw badArgument("put", "index", "false or a list of paths", index);
  return index;
}

function list({ matchConditions, maxDepth, limit, offset }: ListNamespacesOperation): List {
  return {
    kind: "list",
    matches: matcherOf(matchConditions),
    maxDepth: maxDepth === undefined ? undefined : count("listNamespaces", "maxDepth", maxDepth, 0),
    limit: count("listNamespaces", "limit", limit, Number.MAX_SAFE_INTEGER),
    offset: count("listNamespaces", "offset", offset, 0),
  };
}

function count(call: string, name: string, found: unknown, otherwise: number): number {
  if (found === undefined || found === null) return otherwise;
  if (!Number.isSafeInteger(found) || (found as number) < 0)
    throw badArgument(call, name, "a whole number from 0 on", found);
  return found as number;
}
