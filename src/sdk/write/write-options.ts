// The options of writes, and the rule for each option.

import { COMMIT, type CommitOptions } from "../call/commit";
import { CHANGE, choice, FILTER, FLAG, type OptionRules } from "../call/options";
import { LONG, type LongOptions } from "../call/progress";
import type { ComputedColumns, ComputedUpdate } from "../compute/value-types";
import type { OnEmbedError } from "../embed/document-run";
import type { Where } from "../query/builder-types";
import type { InsertWithVectors, MergeRow, UpdateWithVectors } from "../schema/infer";
import type { AnyTable } from "../schema/table-definition";

/** Options of every write. */
export interface WriteOptions extends CommitOptions, LongOptions {}

/** What a write does with rows that have the same key. */
export type OnDuplicate = "error" | "first" | "last";

/** Options of `insert` and `upsert`. */
export interface InsertOptions<V extends boolean = boolean> extends WriteOptions {
  /**
   * Lets rows bring their own vectors for derived columns. Those are kept; the others are computed.
   * @default false
   */
  readonly vectors?: V | undefined;
  /**
   * What happens if rows cannot be embedded: `"throw"` fails the write; `"defer"` writes those rows without a vector, so that search does
   * not find them until `backfill` has filled it. `stats().missingVectors` counts them.
   * @default "throw"
   */
  readonly onEmbedError?: OnEmbedError | undefined;
  /**
   * What happens if two rows of the write have the same key: `"error"` fails the write; `"first"` and `"last"` write that one of them, and
   * the others are not counted anywhere.
   * @default "error"
   */
  readonly onDuplicate?: OnDuplicate | undefined;
}

/** Options of `upsert`. */
export interface UpsertOptions<D extends AnyTable, V extends boolean = boolean, M extends boolean = boolean>
  extends InsertOptions<V> {
  /**
   * Changes only the columns that a row has, if its key already exists: columns that are left out or `undefined` keep their values. A new row
   * gets defaults for the columns that it lacks.
   * @default false
   */
  readonly merge?: M | undefined;
  /**
   * Further rows that the commit removes: those that match a filter and that no new row replaces. If the rows come from an iterable, a filter
   * function is called after the last of them. `{ all: true }` removes all rows that are not written again; an empty filter is refused.
   */
  readonly delete?: Where<D> | { readonly all: true } | undefined;
}

/** A row that `upsert` takes. */
export type UpsertRow<D extends AnyTable, V extends boolean, M extends boolean> = M extends true
  ? MergeRow<V extends true ? InsertWithVectors<D> : D["$insert"], D>
  : V extends true
    ? InsertWithVectors<D>
    : D["$insert"];

/** Options of `update`. */
export type UpdateOptions<D extends AnyTable, V extends boolean> = RowChoice<D> & UpdateChange<D, V>;

/** Which rows a call changes: those that match a filter, or explicitly all of them. */
export type RowChoice<D extends AnyTable> =
  | {
      /** Which rows. An empty filter is refused, because it may be an accident. */
      readonly where: Where<D>;
      readonly all?: undefined;
    }
  | {
      /** All rows. */
      readonly all: true;
      readonly where?: undefined;
    };

/** Options of `update`, apart from the choice of rows. */
export interface UpdateChange<D extends AnyTable, V extends boolean> extends WriteOptions {
  /**
   * The new values. Columns that are `undefined` keep their values. A function gets the columns, to compute new values from those of the row:
   * `(c) => ({ stock: c.stock.plus(1), title: c.title.concat(" (old)") })`.
   */
  readonly set:
    | (V extends true ? UpdateWithVectors<D> : D["$update"])
    | ((
        columns: ComputedColumns<D>,
      ) => ComputedUpdate<D, V extends true ? UpdateWithVectors<D> : D["$update"]>);
  /**
   * Lets `set` bring a vector for derived columns.
   * @default false
   */
  readonly vectors?: V | undefined;
}

/** Options of `delete`. */
export type DeleteOptions<D extends AnyTable> = RowChoice<D> & CommitOptions;

export const INSERT: OptionRules<InsertOptions> = {
  ...COMMIT,
  ...LONG,
  vectors: FLAG,
  onEmbedError: choice("throw", "defer"),
  onDuplicate: choice("error", "first", "last"),
};

export const UPSERT: OptionRules<UpsertOptions<AnyTable>> = { ...INSERT, delete: FILTER, merge: FLAG };

export const UPDATE: OptionRules<UpdateOptions<AnyTable, boolean>> = {
  ...COMMIT,
  ...LONG,
  where: FILTER,
  all: FLAG,
  set: CHANGE,
  vectors: FLAG,
};

export const DELETE: OptionRules<DeleteOptions<AnyTable>> = { ...COMMIT, where: FILTER, all: FLAG };
