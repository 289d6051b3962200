// The options of aggregate, groupBy and distinct, and what they return.

import { count, DATA, FILTER, type OptionRules, sent } from "../call/options";
import type { Where } from "../query/builder-types";
import type { FullRow, Simplify } from "../schema/row-types";
import type { AnyTable } from "../schema/table-definition";
import type { OrderBy } from "./paging";

/** The names of the columns of numbers. */
export type NumberName<D extends AnyTable> = {
  [K in keyof D["columns"]]: "int" | "float" extends D["columns"][K]["$types"]["kind"]
    ? K
    : D["columns"][K]["$types"]["kind"] extends "int" | "float"
      ? K
      : never;
}[keyof D["columns"]] &
  string;

/** What is computed, and over which rows. Rows without a value in a column do not count for it. */
export interface AggregateOptions<
  D extends AnyTable,
  Sum extends string,
  Avg extends string,
  Min extends string,
  Max extends string,
> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /** Columns of numbers to add up, under `_sum`. Sums of integers are exact up to what the type of the column holds in JavaScript. */
  readonly sum?: readonly Sum[] | undefined;
  /** Columns of numbers whose mean is taken, under `_avg`. */
  readonly avg?: readonly Avg[] | undefined;
  /** Columns whose smallest value is taken, under `_min`. */
  readonly min?: readonly Min[] | undefined;
  /** Columns whose greatest value is taken, under `_max`. */
  readonly max?: readonly Max[] | undefined;
}

/** Options of `groupBy`. */
export interface GroupByOptions<
  D extends AnyTable,
  G extends string,
  Sum extends string,
  Avg extends string,
  Min extends string,
  Max extends string,
> extends AggregateOptions<D, Sum, Avg, Min, Max> {
  /**
   * The order of the groups: by their columns, by `"_count"`, or by what is computed, such as `"_sum.price"`. Nulls come last.
   * @default by the columns of the groups
   */
  readonly orderBy?:
    | OrderBy<GroupOrderName<G, Sum, Avg, Min, Max>>
    | readonly OrderBy<GroupOrderName<G, Sum, Avg, Min, Max>>[]
    | undefined;
  /**
   * The most groups.
   * @default all
   */
  readonly limit?: number | undefined;
  /**
   * How many groups to skip.
   * @default 0
   */
  readonly offset?: number | undefined;
}

type GroupOrderName<
  G extends string,
  Sum extends string,
  Avg extends string,
  Min extends string,
  Max extends string,
> = G | "_count" | `_sum.${Sum}` | `_avg.${Avg}` | `_min.${Min}` | `_max.${Max}`;

/** Options of `distinct`. */
export interface DistinctOptions<D extends AnyTable> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /**
   * The most values.
   * @default all
   */
  readonly limit?: number | undefined;
}

type Row<D extends AnyTable> = FullRow<D["columns"], D["derived"]>;

/** A value of a column, or an item of a column of lists. */
export type GroupValue<D extends AnyTable, K extends string> = K extends keyof Row<D>
  ? NonNullable<Row<D>[K]> extends readonly (infer Item)[]
    ? Item | Extract<Row<D>[K], null>
    : Row<D>[K]
  : never;

type Computed<Name extends string, Columns extends string, Values> = [Columns] extends [never]
  ? unknown
  : { readonly [N in Name]: Values };

/** What was computed of some rows. A number of a column is null where no row has a value. */
export type Aggregate<
  D extends AnyTable,
  Sum extends string = never,
  Avg extends string = never,
  Min extends string = never,
  Max extends string = never,
> = Simplify<
  {
    /** The number of rows. */
    readonly _count: number;
  } & Computed<
    "_sum",
    Sum,
    { readonly [K in Sum]: K extends keyof Row<D> ? NonNullable<Row<D>[K]> | null : never }
  > &
    Computed<"_avg", Avg, { readonly [K in Avg]: number | null }> &
    Computed<
      "_min",
      Min,
      { readonly [K in Min]: K extends keyof Row<D> ? NonNullable<Row<D>[K]> | null : never }
    > &
    Computed<
      "_max",
      Max,
      { readonly [K in Max]: K extends keyof Row<D> ? NonNullable<Row<D>[K]> | null : never }
    >
>;

/** A group: the values that its rows have in common, and what was computed of them. */
export type GroupRow<
  D extends AnyTable,
  G extends string,
  Sum extends string = never,
  Avg extends string = never,
  Min extends string = never,
  Max extends string = never,
> = Simplify<{ readonly [K in G]: GroupValue<D, K> } & Aggregate<D, Sum, Avg, Min, Max>>;

/** The request of `aggregate`. */
export type AggregateRequest = AggregateOptions<AnyTable, string, string, string, string>;

/** The request of `groupBy`. */
export type GroupByRequest = GroupByOptions<AnyTable, string, string, string, string, string>;

export const AGGREGATE: OptionRules<AggregateRequest> = {
  where: FILTER,
  sum: DATA,
  avg: DATA,
  min: DATA,
  max: DATA,
};

export const GROUP_BY: OptionRules<GroupByRequest> = {
  ...AGGREGATE,
  orderBy: DATA,
  limit: sent(count(0)),
  offset: sent(count(0)),
};

export const DISTINCT: OptionRules<DistinctOptions<AnyTable>> = {
  where: FILTER,
  limit: sent(count(0)),
};
