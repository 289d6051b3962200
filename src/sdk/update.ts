// Updates: the rows are found at a version, what depends on the changed columns is embedded again, and the new cells are written for
// exactly those rows. Where somebody else changed one of them in between, all of it is done again.

import { VarveError } from "../varve-error";
import { toCommitJson, toWriteResult, type WriteResult } from "./commit";
import { badArgument, cannotSet } from "./errors";
import { callAsync } from "./native/call";
import type { PlainRow } from "./native/decode";
import { unknownKey, wrongCell } from "./native/row-errors";
import { OpenBatch } from "./open-batch";
import { checkSignal } from "./progress";
import type { FilterJson } from "./query/check-filter";
import { describeType } from "./schema/column-type";
import { isPlainObject } from "./schema/plain";
import type { Field } from "./schema/table-schema";
import { describeValue } from "./schema/wire-value";
import type { TableHandle } from "./table-handle";
import { nothingWritten, type WriteOptions } from "./write";

/** What `update` takes, before its types. */
export interface UpdateRequest extends WriteOptions {
  readonly where?: unknown;
  readonly all?: boolean | undefined;
  readonly set: unknown;
  readonly vectors?: boolean | undefined;
}

/** How often a write is tried whose rows somebody else changes meanwhile. */
export const ATTEMPTS = 5;

/** The columns that change: those that are set, those that follow from them, and the sources that are needed for that. */
interface Change {
  readonly set: ReadonlyMap<Field, unknown>;
  readonly derived: readonly Field[];
  readonly sources: readonly Field[];
}

/** Sets columns of all rows that a filter lets through, as one commit. */
export async function updateRows(handle: TableHandle, request: UpdateRequest): Promise<WriteResult> {
  const change = changeOf(handle, request);
  const commit = toCommitJson(request);
  const filter = handle.reader.filterOfSome("update", request);
  tryOut(handle, change);
  for (let attempt = 1; ; attempt++) {
    checkSignal(request.signal);
    try {
      return await updateOnce(handle, request, filter, change, commit);
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}

/** Whether somebody else changed the rows meanwhile. */
export function isConflict(error: unknown): boolean {
  return VarveError.is(error) && error.code === "CONFLICT";
}

async function updateOnce(
  handle: TableHandle,
  request: UpdateRequest,
  filter: FilterJson,
  change: Change,
  commit: Readonly<Record<string, unknown>>,
): Promise<WriteResult> {
  const { version } = await handle.info();
  const select = ["_rowid", ...change.sources.map((field) => field.name)];
  const rows = await handle.reader.at(version).find({ select, filter });
  if (rows.length === 0) return await nothingWritten(handle);
  const rowIds = rows.map((row) => row["_rowid"]);
  const buffer = handle.buffers.take();
  try {
    const cells = { base: undefined, count: rows.length, columns: cellsOf(change, rows) };
    const sources = new Set(change.sources);
    const { signal, onProgress } = request;
    const batch = await new OpenBatch(handle, cells, buffer, (field) => !sources.has(field)).finish({
      signal,
      onProgress,
    });
    checkSignal(request.signal);
    const body = JSON.stringify({ kind: "update", version, rowIds, ...commit });
    const result = toWriteResult(await callAsync(() => handle.native.write(body, batch)));
    request.onProgress?.({ stage: "write", done: rows.length, total: rows.length });
    return result;
  } finally {
    handle.buffers.give(buffer);
  }
}

/** Encodes one row, so that a value that does not fit is an error even where no row matches. */
function tryOut(handle: TableHandle, { set }: Change): void {
  const buffer = handle.buffers.take();
  try {
    const columns = new Map([...set].map(([field, value]) => [field, [value]]));
    new OpenBatch(handle, { base: undefined, count: 1, columns }, buffer);
  } finally {
    handle.buffers.give(buffer);
  }
}

function cellsOf({ set, derived, sources }: Change, rows: readonly PlainRow[]): Map<Field, unknown[]> {
  const columns = new Map<Field, unknown[]>();
  for (const [field, value] of set) columns.set(field, new Array<unknown>(rows.length).fill(value));
  for (const field of sources)
    columns.set(
      field,
      rows.map((row) => row[field.name]),
    );
  for (const field of derived) columns.set(field, new Array<unknown>(rows.length).fill(undefined));
  return columns;
}

function changeOf(handle: TableHandle, { set, vectors = false }: UpdateRequest): Change {
  const { schema, name: table } = handle;
  if (!isPlainObject(set))
    throw badArgument("set", "an object of columns and values", describeValue(set), table);
  const values = new Map<Field, unknown>();
  for (const [name, value] of Object.entries(set)) {
    if (value === undefined) continue;
    const field = schema.get(name);
    if (field === undefined) throw unknownKey({ table }, name, schema.names());
    if (name === schema.primaryKey) throw cannotSet(table, name, "it is the primary key");
    if (field.embed !== undefined && !vectors)
      throw cannotSet(table, name, "it is computed from other columns");
    if (value === null && !field.nullable) throw wrongCell({ table }, name, describeType(field.type), "null");
    values.set(field, value);
  }
  if (values.size === 0) throw badArgument("set", "at least one column", "none", table);
  const derived = schema.fields.filter((field) => follows(field, values));
  const needed = new Set(
    derived.flatMap((field) => field.embed?.sources ?? []).map((source) => schema.field(source)),
  );
  return { set: values, derived, sources: [...needed].filter((field) => !values.has(field)) };
}

/** Whether a column is computed from one of those that are set. */
function follows(field: Field, set: ReadonlyMap<Field, unknown>): boolean {
  if (field.embed === undefined || set.has(field)) return false;
  const { sources } = field.embed;
  return [...set.keys()].some((changed) => sources.includes(changed.name));
}
