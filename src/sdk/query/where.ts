// The one door for filters: whatever form they come in, the checked JSON for the native module goes out.

import { describeValue } from "../../describe-value";
import { VarveError } from "../../varve-error";
import { NODES_MAX } from "../schema/rules";
import type { TableSchema } from "../schema/table-schema";
import { checkFilter, type FilterJson } from "./check-filter";
import { Condition } from "./condition";
import { brokenFilter, notACondition, notAFilter, tooLarge } from "./filter-errors";
import { fromMongo } from "./mongo";
import { type FilterNode, join } from "./node";

/** The filter for the native module, or undefined where every row is meant. */
export function toFilterJson(
  where: unknown,
  schema: TableSchema,
  columns: () => object,
): FilterJson | undefined {
  if (where === undefined) return undefined;
  const node = toFilterNode(where, schema, columns);
  return node.op === "and" && node.args.length === 0 ? undefined : checkFilter(node, schema);
}

/** The tree of a filter in any form, or of a list of filters that must all hold; columns and values are not checked yet. */
export function toFilterNode(where: unknown, schema: TableSchema, columns: () => object): FilterNode {
  if (!Array.isArray(where)) return oneFilter(where, schema, columns);
  if (where.length === 0) throw notAFilter(describeValue(where));
  if (where.length > NODES_MAX) throw tooLarge(NODES_MAX);
  return join(
    "and",
    where.map((one) => oneFilter(one, schema, columns)),
  );
}

function oneFilter(where: unknown, schema: TableSchema, columns: () => object): FilterNode {
  if (Condition.is(where)) return where.node;
  if (typeof where === "function") {
    const result = answerOf(where as (columns: object) => unknown, columns());
    if (!Condition.is(result)) throw notACondition(describeValue(result));
    return result.node;
  }
  if (typeof where !== "object" || where === null || Array.isArray(where))
    throw notAFilter(describeValue(where));
  return fromMongo(where as Readonly<Record<string, unknown>>, schema);
}

/** The condition that a filter makes of columns, where it is a function and can; anything else as it is. */
export function calledNow(where: unknown, columns: () => object): unknown {
  if (typeof where !== "function") return where;
  try {
    const result: unknown = where(columns());
    return Condition.is(result) ? result : where;
  } catch {
    return where;
  }
}

function answerOf(where: (columns: object) => unknown, columns: object): unknown {
  try {
    return where(columns);
  } catch (cause) {
    throw VarveError.is(cause) ? cause : brokenFilter(cause);
  }
}
