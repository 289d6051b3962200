import type { AsOf } from "../call/as-of";
import { count, DATA, type OptionRules } from "../call/options";
import type { AnyTable } from "../schema/table-definition";
import { SEARCH, type SearchOptions } from "./search-options";
import type { Moment } from "./span";

/** Options of `timeline`. */
export interface TimelineOptions<D extends AnyTable, S extends string, V extends string>
  extends Pick<
    SearchOptions<D, S, V>,
    "select" | "column" | "where" | "minScore" | "maxDistance" | "exact" | "recall" | "signal"
  > {
  /**
   * Where the timeline begins.
   * @default the oldest version that can be read
   */
  readonly from?: AsOf | undefined;
  /**
   * Where it ends. On a snapshot it ends with the snapshot at the latest.
   * @default the version that is read
   */
  readonly to?: AsOf | undefined;
  /**
   * The most periods. If there are more, the newest are kept.
   * @default 20
   */
  readonly limit?: number | undefined;
}

/** A run of versions in which the same row, saying the same, was the nearest to a query. */
export interface Period<H> {
  /** The commit since which it was the nearest; where it was so before, the first version of the timeline. */
  readonly from: Moment;
  /** The commit by which it was the nearest no longer; null where it is so at the end of the timeline. */
  readonly to: Moment | null;
  /** The row as it was, and how near. */
  readonly hit: H;
}

/** A timeline as it is asked for. */
export type TimelineRequest = Partial<TimelineOptions<AnyTable, string, string>>;

const { select, column, where, minScore, maxDistance, exact, recall, signal } = SEARCH;

export const TIMELINE: OptionRules<TimelineRequest> = {
  select,
  column,
  where,
  minScore,
  maxDistance,
  exact,
  recall,
  signal,
  from: DATA,
  to: DATA,
  limit: count(0),
};
