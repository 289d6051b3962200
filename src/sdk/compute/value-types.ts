// What `c` is in `set: (c) => ...`: for each column what its type can be computed with, and what each column may be set to.

import type { AnyColumn } from "../schema/column";
import type { AnyTable } from "../schema/table-definition";

declare const kind: unique symbol;

/** A value that the engine computes from each row. */
export interface Computed<K extends string> {
  /** For the compiler alone: what it is. */
  readonly [kind]: K;
}

/** A whole number. With whole numbers it stays one: `dividedBy` leaves out the fraction, and what does not fit is an error. */
export interface IntValue extends Computed<"int"> {
  /** The sum. */
  plus(other: number | bigint | IntValue): IntValue;
  plus(other: FloatValue): FloatValue;
  /** The difference. */
  minus(other: number | bigint | IntValue): IntValue;
  minus(other: FloatValue): FloatValue;
  /** The product. */
  times(other: number | bigint | IntValue): IntValue;
  times(other: FloatValue): FloatValue;
  /** The quotient, towards zero; division by zero is an error. */
  dividedBy(other: number | bigint | IntValue): IntValue;
  dividedBy(other: FloatValue): FloatValue;
}

/** A number that may be a fraction. */
export interface FloatValue extends Computed<"float"> {
  /** The sum. */
  plus(other: number | bigint | IntValue | FloatValue): FloatValue;
  /** The difference. */
  minus(other: number | bigint | IntValue | FloatValue): FloatValue;
  /** The product. */
  times(other: number | bigint | IntValue | FloatValue): FloatValue;
  /** The quotient; division by zero is an error. */
  dividedBy(other: number | bigint | IntValue | FloatValue): FloatValue;
}

/** A text. */
export interface TextValue extends Computed<"text"> {
  /** The text with others behind it. */
  concat(...others: readonly (string | TextValue)[]): TextValue;
}

/** A value of a table whose columns are not known to the compiler. */
export interface AnyValue extends Computed<string> {
  /** The sum. */
  plus(other: number | bigint | AnyValue): AnyValue;
  /** The difference. */
  minus(other: number | bigint | AnyValue): AnyValue;
  /** The product. */
  times(other: number | bigint | AnyValue): AnyValue;
  /** The quotient. */
  dividedBy(other: number | bigint | AnyValue): AnyValue;
  /** The text with others behind it. */
  concat(...others: readonly (string | AnyValue)[]): AnyValue;
}

type KindOf<C extends AnyColumn> = C["$types"]["kind"];

type ValueOfColumn<C extends AnyColumn> =
  KindOf<C> extends "int"
    ? IntValue
    : KindOf<C> extends "float"
      ? FloatValue
      : KindOf<C> extends "text" | "enum"
        ? TextValue
        : Computed<KindOf<C>>;

/** The columns of a table as values. */
export type ComputedColumns<D extends AnyTable> = string extends keyof D["columns"]
  ? { readonly [name: string]: AnyValue }
  : { readonly [K in keyof D["columns"]]: ValueOfColumn<D["columns"][K]> };

/** What a column may be computed to. */
type ComputedFor<C extends AnyColumn> =
  KindOf<C> extends "float"
    ? Computed<"int" | "float">
    : KindOf<C> extends "text" | "enum"
      ? Computed<"text">
      : Computed<KindOf<C>>;

/** What `update` may set, where values may be computed: `U` is what it may set to constants. */
export type ComputedUpdate<D extends AnyTable, U> = string extends keyof D["columns"]
  ? Readonly<Record<string, unknown>>
  : {
      [K in keyof U]?: K extends keyof D["columns"] ? U[K] | ComputedFor<D["columns"][K]> : U[K];
    };
