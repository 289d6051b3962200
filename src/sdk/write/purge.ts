// Removes rows from every version, past and present, and whatever holds them from all files.

import { describeValue } from "../../describe-value";
import { COMMIT, type CommitOptions, toCommitJson, toDate } from "../call/commit";
import { badArgument, noPrimaryKey } from "../call/errors";
import { DATA, FILTER, FLAG, type OptionRules } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import { checkFilter, type FilterJson } from "../query/check-filter";
import { compareMany } from "../query/node";
import type { KeyOf } from "../schema/infer";
import type { AnyTable } from "../schema/table-definition";
import { rowFilter } from "./row-filter";
import type { RowChoice } from "./write-options";

/** Which rows a purge removes, and what the history says of it. */
export type PurgeOptions<D extends AnyTable> = (
  | (RowChoice<D> & { readonly keys?: undefined })
  | {
      /** The keys of the rows: all that any version shows under them goes. Keys that no row has are no error. */
      readonly keys: readonly KeyOf<D>[];
      readonly where?: undefined;
      readonly all?: undefined;
    }
) &
  CommitOptions & {
    /**
     * Only says what would be removed. Nothing is changed.
     * @default false
     */
    readonly dryRun?: boolean | undefined;
  };

/** What a purge removed, or would remove. */
export interface PurgeResult {
  /** The version that it created. The newest one if no row matched, and with `dryRun`. */
  readonly version: number;
  /** When that version was committed; null if the table has never been written to. */
  readonly committedAt: Date | null;
  /** How many rows are gone: those of the newest version, and each state in which only earlier versions showed one. */
  readonly rows: number;
  /** How many of them the newest version showed. */
  readonly current: number;
  /** How many files held some of them, or something that was made of rows like them. What else was in these files was written anew. */
  readonly files: number;
  /** How many bytes these files had. */
  readonly bytes: number;
  /**
   * How many files may still hold some of them: files that the system keeps because somebody has them open, and files of writes that are
   * under way or whose process was killed within the last day. If it is not 0, purge again later; `optimize()` removes them too.
   */
  readonly filesLeft: number;
}

export const PURGE: OptionRules<PurgeOptions<AnyTable>> = {
  ...COMMIT,
  where: FILTER,
  all: FLAG,
  keys: DATA,
  dryRun: FLAG,
};

/** Removes rows from every version. */
export async function purge(handle: TableHandle, options: PurgeOptions<AnyTable>): Promise<PurgeResult> {
  const { dryRun = false, keys } = options;
  const where = keys === undefined ? rowFilter(handle, "purge", options) : keyFilter(handle, options);
  const request = JSON.stringify({ where, dryRun, ...toCommitJson(options) });
  const { cache } = handle.options.services;
  // The cache has the vectors of texts that may be purged, and nobody can tell which they are. It is cleared first, as this process may be
  // killed before it is done, and again, as somebody may have embedded such a text meanwhile.
  if (!dryRun) await cache.clear();
  const text = await handle.told(callAsync(() => handle.native.purge(request)));
  if (!dryRun) await cache.clear();
  const result = JSON.parse(text) as Omit<PurgeResult, "committedAt"> & { committedAt: number | null };
  return { ...result, committedAt: toDate(result.committedAt) };
}

function keyFilter(handle: TableHandle, { where, all, keys }: PurgeOptions<AnyTable>): FilterJson {
  const { name: table, schema } = handle;
  if (where !== undefined || all !== undefined)
    throw badArgument("purge", "one of where, keys and all: true", "several of them", table);
  if (schema.primaryKey === null) throw noPrimaryKey(table);
  if (!Array.isArray(keys)) throw badArgument("keys", "an array of keys", describeValue(keys), table);
  return checkFilter(compareMany("in", [schema.primaryKey], keys), schema);
}
