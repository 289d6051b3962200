import { type AsOf, toAsOfJson } from "../call/as-of";
import { FILTER, type OptionRules } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import { type PlainRow, Projection, rowsOf } from "../native/decode";
import type { Where } from "../query/builder-types";
import type { AnyTable } from "../schema/table-definition";
import { SELECT, type SelectOptions } from "./find-options";
import { type Reader, readerAt } from "./reader";

/** What `diff` takes. */
export interface DiffOptions<D extends AnyTable, S extends string> extends SelectOptions<S> {
  /**
   * Which rows, by the columns of the later version.
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

export const DIFF: OptionRules<DiffOptions<AnyTable, string>> = { ...SELECT, where: FILTER };

/** What changed between two points in the history. */
export async function diff(
  handle: TableHandle,
  from: AsOf,
  to: AsOf,
  request: DiffOptions<AnyTable, string>,
): Promise<Diff<PlainRow>> {
  const [first, last] = [toAsOfJson(from), toAsOfJson(to)];
  const start = await handle.resolve(first);
  const end = await handle.resolve(last);
  const backwards = start.version > end.version;
  const [earlier, later] = backwards ? [end, start] : [start, end];
  const reader = readerAt(handle, later);
  const projection = projectionOf(readerAt(handle, earlier), reader, request.select);
  const where = reader.filter(request.where);
  const body = JSON.stringify({ from: { version: start.version }, to: { version: end.version }, where });
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

/** The columns to show: those of the later version, and by name also those that only the earlier one has. */
function projectionOf(earlier: Reader, later: Reader, select: readonly string[] | undefined): Projection {
  const isMissing = (name: string): boolean =>
    later.schema.get(name) === undefined && earlier.schema.get(name) !== undefined;
  if (!Array.isArray(select) || !select.some(isMissing)) return later.plan(select).projection;
  const names: readonly string[] = [...new Set(select)];
  return new Projection(names.map((name) => (isMissing(name) ? earlier : later).schema.field(name)));
}
