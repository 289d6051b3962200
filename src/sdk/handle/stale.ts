// Handles mean the columns that they were opened with. Where a call fails because these are no longer what they were, every call says so in
// the same words.

import type { VarveError } from "../../varve-error";
import { tableChanged } from "../call/errors";
import { toVarveError } from "../native/call";
import type { NativeTable } from "../native/open";
import { columnChanges } from "../schema/column-changes";
import type { SchemaJson, TableSchema } from "../schema/table-schema";

/** What a call knows of the table: its columns as they were, at a version or at the newest. */
export interface KnownColumns {
  readonly native: NativeTable;
  readonly schema: TableSchema;
  readonly version: number | null;
}

/** The error for a failure: where columns changed and it may come from that, it says what changed. */
export async function explained(
  { native, schema, version }: KnownColumns,
  error: unknown,
): Promise<VarveError> {
  const failure = toVarveError(error);
  if (!MAY_BE_STALE.has(failure.code)) return failure;
  try {
    const text = await (version === null ? native.info() : native.resolve(JSON.stringify({ version })));
    const changes = columnChanges(schema, (JSON.parse(text) as { readonly schema: SchemaJson }).schema);
    return changes.length === 0 ? failure : tableChanged(schema.table, changes, failure);
  } catch {
    return failure;
  }
}

const MAY_BE_STALE: ReadonlySet<string> = new Set(["COLUMN_NOT_FOUND", "CONFLICT", "INVALID_ROW"]);
