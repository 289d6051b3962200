// Types of rows, computed from the columns of a table: as reads return them, and as writes take them.

import type { AnyColumn, ColumnMap } from "./column";
import type { DerivedMap } from "./derived";

/** Shows an intersection as one object type. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** What a row shows of a column. */
export type ValueOf<C extends AnyColumn> = "nullable" extends C["$types"]["flags"]
  ? C["$types"]["value"] | null
  : C["$types"]["value"];

/** What a write takes for a column. */
export type InputOf<C extends AnyColumn> = "nullable" extends C["$types"]["flags"]
  ? C["$types"]["input"] | null
  : C["$types"]["input"];

type IsOptional<C extends AnyColumn> = [C["$types"]["flags"] & ("nullable" | "default")] extends [never]
  ? false
  : true;

type RequiredName<C extends ColumnMap> = {
  [K in keyof C]: IsOptional<C[K]> extends true ? never : K;
}[keyof C];

/** A row as `insert` and `upsert` take it: what is nullable or has a default may be left out. */
export type InsertRow<C extends ColumnMap> = Simplify<
  { [K in RequiredName<C>]: InputOf<C[K]> } & {
    [K in Exclude<keyof C, RequiredName<C>>]?: InputOf<C[K]> | undefined;
  }
>;

/** What `update` may set: any columns but the key. */
export type UpdateRow<C extends ColumnMap> = {
  [K in keyof C as "key" extends C[K]["$types"]["flags"] ? (string extends K ? K : never) : K]?:
    | InputOf<C[K]>
    | undefined;
};

/** A row with every column, the vectors included. */
export type FullRow<C extends ColumnMap, E extends DerivedMap> = {
  [K in keyof C | keyof E]: K extends keyof C ? ValueOf<C[K]> : Float32Array | null;
};

/** The names of the columns that are no vectors. */
export type PlainName<C extends ColumnMap> = {
  [K in keyof C]: C[K]["$types"]["kind"] extends "vector" ? never : K;
}[keyof C];

/** A row as reads return it by default: every column but the vectors. */
export type DefaultRow<C extends ColumnMap> = Simplify<{ [K in PlainName<C>]: ValueOf<C[K]> }>;
