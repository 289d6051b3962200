// What writes take: the options for their callers, and the rule of each.

import { COMMIT, type CommitOptions } from "../call/commit";
import { CHANGE, choice, FILTER, FLAG, type OptionRules } from "../call/options";
import { LONG, type LongOptions } from "../call/progress";
import type { ComputedColumns, ComputedUpdate } from "../compute/value-types";
import type { OnEmbedError } from "../embed/document-run";
import type { Where } from "../query/builder-types";
import type { InsertWithVectors, MergeRow, UpdateWithVectors } from "../schema/infer";
import type { AnyTable } from "../schema/table-definition";

/** What a write takes. */
export interface WriteOptions extends CommitOptions, LongOptions {}

/** What a write does with rows that bring the same key. */
export type OnDuplicate = "error" | "first" | "last";

/** What `insert` and `upsert` take. */
export interface InsertOptions<V extends boolean = boolean> extends WriteOptions {
  /** Lets rows bring vectors of their own for derived columns; those are kept, the others are computed. */
  readonly vectors?: V | undefined;
  /**
   * What happens where rows cannot be embedded: `"throw"` fails the write, which is the default; `"defer"` writes those rows without
   * a vector, so that search does not find them until `backfill` has filled it. `stats().missingVectors` counts them.
   */
  readonly onEmbedError?: OnEmbedError | undefined;
  /**
   * What happens where two rows of the write bring one key: `"error"` fails the write, which is the default; `"first"` and `"last"` write
   * that one of them, and the others count nowhere.
   */
  readonly onDuplicate?: OnDuplicate | undefined;
}

/** What `upsert` takes. */
export interface UpsertOptions<D extends AnyTable, V extends boolean = boolean, M extends boolean = boolean>
  extends InsertOptions<V> {
  /**
   * Sets only the columns that each row brings, of rows that are there already: what is left out or `undefined` stays as it is. A new row
   * gets defaults for what it does not bring.
   */
  readonly merge?: M | undefined;
  /**
   * Other rows that end in the same commit: those that a filter lets through and that no new row replaces. Beside an iterable a
   * function is called when all rows have been taken. `{ all: true }` ends all rows that are not written again; an empty filter is refused.
   */
  readonly delete?: Where<D> | { readonly all: true } | undefined;
}

/** A row that `upsert` takes. */
export type UpsertRow<D extends AnyTable, V extends boolean, M extends boolean> = M extends true
  ? MergeRow<V extends true ? InsertWithVectors<D> : D["$insert"], D>
  : V extends true
    ? InsertWithVectors<D>
    : D["$insert"];

/** What `update` takes. */
export type UpdateOptions<D extends AnyTable, V extends boolean> = RowChoice<D> & UpdateChange<D, V>;

/** Which rows a call changes: those that a filter lets through, or all of them where that is said. */
export type RowChoice<D extends AnyTable> =
  | {
      /** Which rows. An empty filter is refused: it may have come about by accident. */
      readonly where: Where<D>;
      readonly all?: undefined;
    }
  | {
      /** All rows. */
      readonly all: true;
      readonly where?: undefined;
    };

/** What `update` takes beside the choice of rows. */
export interface UpdateChange<D extends AnyTable, V extends boolean> extends WriteOptions {
  /**
   * What they get; columns that are `undefined` stay as they are. A function gets the columns, to compute values of each row from it:
   * `(c) => ({ stock: c.stock.plus(1), title: c.title.concat(" (old)") })`.
   */
  readonly set:
    | (V extends true ? UpdateWithVectors<D> : D["$update"])
    | ((
        columns: ComputedColumns<D>,
      ) => ComputedUpdate<D, V extends true ? UpdateWithVectors<D> : D["$update"]>);
  /** Lets `set` bring a vector for derived columns. */
  readonly vectors?: V | undefined;
}

/** What `delete` takes. */
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
