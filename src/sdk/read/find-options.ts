// What reads by filter take: the options for their callers, and the rule of each.

import { count, DATA, FILTER, type OptionRules, SIGNAL, sent } from "../call/options";
import type { Where } from "../query/builder-types";
import type { FullRow, OrderName } from "../schema/infer";
import type { AnyTable } from "../schema/table-definition";
import type { OrderBy } from "./paging";

/** Which columns a read returns. */
export interface SelectOptions<S extends string> {
  /**
   * The columns.
   * @default all but the vectors
   */
  readonly select?: readonly S[] | undefined;
}

/** What `find` takes. */
export interface FindOptions<D extends AnyTable, S extends string> extends SelectOptions<S> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /** In which order; equal rows stand in the order of their keys. Without it, in the order in which they were written. */
  readonly orderBy?: OrderBy<OrderName<D>> | readonly OrderBy<OrderName<D>>[] | undefined;
  /** The most rows. */
  readonly limit?: number | undefined;
  /** How many rows to leave out first. For paging, `after` stays fast and is not disturbed by writes. */
  readonly offset?: number | undefined;
  /** Goes on after this row, the last one of the page before. It needs its key and the columns of `orderBy`. */
  readonly after?: Partial<FullRow<D["columns"], D["derived"]>> | undefined;
}

/** What `scan` takes. */
export interface ScanOptions<D extends AnyTable, S extends string> extends SelectOptions<S> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /**
   * The most rows of a batch.
   * @default 1024
   */
  readonly batchRows?: number | undefined;
  /** Ends the scan early. */
  readonly signal?: AbortSignal | undefined;
}

/** What `count` takes. */
export interface CountOptions<D extends AnyTable> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
}

/** What `find` was asked for. */
export type FindRequest = FindOptions<AnyTable, string>;

/** What `scan` was asked for. */
export type ScanRequest = ScanOptions<AnyTable, string>;

export const SELECT: OptionRules<SelectOptions<string>> = { select: DATA };

export const FIND: OptionRules<FindRequest> = {
  ...SELECT,
  where: FILTER,
  orderBy: DATA,
  limit: sent(count(0)),
  offset: sent(count(0)),
  after: DATA,
};

const { limit: _limit, ...others } = FIND;
export const FIND_FIRST: OptionRules<Omit<FindRequest, "limit">> = others;

export const COUNT: OptionRules<CountOptions<AnyTable>> = { where: FILTER };

export const SCAN: OptionRules<ScanRequest> = {
  ...SELECT,
  where: FILTER,
  batchRows: sent(count(1)),
  signal: SIGNAL,
};
