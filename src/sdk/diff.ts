import { type AsOf, toAsOfJson } from "./as-of";
import { callAsync } from "./native/call";
import { type PlainRow, rowsOf } from "./native/decode";
import type { Where } from "./query/builder-types";
import type { AnyTable } from "./schema/table-definition";
import type { TableHandle } from "./table-handle";
import type { SelectOptions } from "./table-view";

/** What `diff` takes. */
export interface DiffOptions<D extends AnyTable, S extends string> extends SelectOptions<S> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
}

/** A row that is different now. */
export interface ChangedRow<R> {
  /** The row as it was. */
  readonly before: R;
  /** The row as it is. */
  readonly after: R;
}

/** What changed between two points in the history. */
export interface Diff<R> {
  /** Rows that are new. */
  readonly added: R[];
  /** Rows that are gone, as they were. */
  readonly removed: R[];
  /** Rows that are different. */
  readonly changed: ChangedRow<R>[];
}

/** What `diff` takes, before its types. */
export interface DiffRequest {
  readonly select?: readonly string[] | undefined;
  readonly where?: unknown;
}

/** What changed between two points in the history. */
export async function diff(
  handle: TableHandle,
  from: AsOf,
  to: AsOf,
  request: DiffRequest,
): Promise<Diff<PlainRow>> {
  const { projection } = handle.reader.plan(request.select);
  const where = handle.reader.filter(request.where);
  const body = JSON.stringify({ from: toAsOfJson(from), to: toAsOfJson(to), where });
  const page = await callAsync(() => handle.native.diff(`${body.slice(0, -1)},${projection.json}}`));
  const rows = rowsOf(projection, page);
  const [added = 0, removed = 0, changed = 0] = page.numbers.subarray(-3);
  const gone = added + removed;
  const before = rows.slice(gone, gone + changed);
  const after = rows.slice(gone + changed, gone + changed * 2);
  return {
    added: rows.slice(0, added),
    removed: rows.slice(added, gone),
    changed: before.map((row, index) => ({ before: row, after: after[index] as PlainRow })),
  };
}
