// Which rows a call changes. A filter that is empty may have come about by accident, so that all rows are meant only where that was said.

import { badArgument, everythingMeant } from "../call/errors";
import type { TableHandle } from "../handle/table-handle";
import { EVERYTHING, type FilterJson, isAlwaysTrue } from "../query/check-filter";

/** Which rows a call changes, before its types. */
export interface RowFilter {
  readonly where?: unknown;
  readonly all?: boolean | undefined;
}

/** The filter for the native module; throws INVALID_ARGUMENT for one that is empty. */
export function rowFilter(
  { plans, name: table }: TableHandle,
  call: string,
  { where, all = false }: RowFilter,
): FilterJson {
  if (all && where !== undefined) throw badArgument(call, "either where or all: true", "both", table);
  if (all) return EVERYTHING;
  const none = where === undefined || (Array.isArray(where) && where.length === 0);
  const filter = none ? undefined : plans.filter(where);
  if (filter === undefined || isAlwaysTrue(filter)) throw everythingMeant(call, table);
  return filter;
}
