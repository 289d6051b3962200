// The options of reads by filter, and the rule for each option.

import { count, DATA, FILTER, type OptionRules, SIGNAL, sent } from "../call/options";
import type { Where } from "../query/builder-types";
import type { OrderName } from "../schema/infer";
import type { FullRow } from "../schema/row-types";
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

/** Options of `find`. */
export interface FindOptions<D extends AnyTable, S extends string> extends SelectOptions<S> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /**
   * The order of the rows. Rows that are equal in it are ordered by their keys.
   * @default the order in which the rows were written
   */
  readonly orderBy?: OrderBy<OrderName<D>> | readonly OrderBy<OrderName<D>>[] | undefined;
  /**
   * The most rows.
   * @default all
   */
  readonly limit?: number | undefined;
  /**
   * How many rows to skip. For paging, prefer `after`: it stays fast, and writes do not disturb it.
   * @default 0
   */
  readonly offset?: number | undefined;
  /**
   * Continues after this row, the last one of the previous page. The row needs its key and the columns of `orderBy`.
   * @default the first row
   */
  readonly after?: Partial<FullRow<D["columns"], D["derived"]>> | undefined;
}

/** Options of `scan`. */
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

/** Options of `count`. */
export interface CountOptions<D extends AnyTable> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
}

/** The request of `find`. */
export type FindRequest = FindOptions<AnyTable, string>;

/** The request of `scan`. */
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
