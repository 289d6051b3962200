// What `c` is in `where: (c) => ...`: for each column the comparisons that its type allows.

import type { AnyColumn, ColumnKind } from "../schema/column";
import type { AnyTable } from "../schema/table-definition";
import type { Condition } from "./condition";

/** Any column. */
export interface ColumnRef {
  /** The column has no value. */
  isNull(): Condition;
  /** The column has a value. */
  isNotNull(): Condition;
}

/** A column whose values are equal or not. */
export interface EqualRef<V> extends ColumnRef {
  /** Equal to a value. */
  eq(value: V): Condition;
  /** Different from a value; rows without a value stay out. */
  ne(value: V): Condition;
  /** Equal to one of the values. */
  in(values: readonly V[]): Condition;
  /** Different from all values; rows without a value stay out. */
  notIn(values: readonly V[]): Condition;
}

/** A column whose values have an order. */
export interface OrderedRef<V> extends EqualRef<V> {
  /** Less than a value. */
  lt(value: V): Condition;
  /** Less than or equal to a value. */
  lte(value: V): Condition;
  /** Greater than a value. */
  gt(value: V): Condition;
  /** Greater than or equal to a value. */
  gte(value: V): Condition;
  /** Between two values, both included. */
  between(low: V, high: V): Condition;
}

/** A column of text. */
export interface TextRef<V> extends OrderedRef<V> {
  /** Matches a pattern: `%` is any run of characters, `_` one character, `\` takes the next as it is. */
  like(pattern: string): Condition;
  /** Matches a pattern, whatever the case of the letters. */
  ilike(pattern: string): Condition;
  /** Has the text as a part: nothing in it is a pattern. */
  contains(part: string): Condition;
}

/** A column of lists. */
export interface ListRef<V> extends ColumnRef {
  /** Holds the value. */
  contains(value: V): Condition;
  /** Holds one of the values. */
  containsAny(values: readonly V[]): Condition;
  /** Holds all of the values. */
  containsAll(values: readonly V[]): Condition;
}

/** A scalar inside JSON; a `Date` stands for its ISO 8601 text. */
export type JsonScalar = string | number | boolean | Date;

/** A value inside JSON: what it can be asked depends on what it is in each row; where it is something else, the answer is unknown. */
export interface JsonPathRef extends TextRef<JsonScalar>, ListRef<JsonScalar> {
  /** A list holds the value, or a text has it as a part. */
  contains(value: JsonScalar): Condition;
}

/** A column of JSON. */
export interface JsonRef extends ListRef<JsonScalar> {
  /** It is a list that holds the value, or a text that has it as a part. */
  contains(value: JsonScalar): Condition;
  /** What lies under these keys, one inside the other. */
  path(...keys: readonly string[]): JsonPathRef;
}

/** A column of structs: its fields by name, or by `field` where the name is one of a method. */
export type StructRef<N> = ColumnRef & {
  readonly [K in keyof N]: N[K] extends AnyColumn ? RefOf<N[K]> : never;
} & {
  /** The field of that name. */
  field<K extends keyof N>(name: K): N[K] extends AnyColumn ? RefOf<N[K]> : never;
};

/** A column of which nothing is known to the compiler. */
export interface AnyRef extends TextRef<unknown>, ListRef<unknown>, JsonRef {
  /** A list holds the value, or a text has it as a part. */
  contains(value: unknown): Condition;
  /** A list holds one of the values. */
  containsAny(values: readonly unknown[]): Condition;
  /** A list holds all of the values. */
  containsAll(values: readonly unknown[]): Condition;
  /** The field of that name, in a struct. */
  field(name: string): AnyRef;
}

type ItemOf<N> = N extends AnyColumn ? N["$types"]["value"] : unknown;

/** What can be said about a column of that type. */
export type RefOf<C extends AnyColumn> = ColumnKind extends C["$types"]["kind"]
  ? AnyRef
  : RefOfKind<C["$types"]["kind"], C["$types"]["value"], C["$types"]["nested"]>;

type RefOfKind<K, V, N> = K extends "text"
  ? TextRef<V>
  : K extends "int" | "float" | "timestamp" | "date"
    ? OrderedRef<V>
    : K extends "boolean" | "bytes"
      ? EqualRef<V>
      : K extends "list"
        ? ListRef<ItemOf<N>>
        : K extends "struct"
          ? StructRef<N>
          : K extends "json"
            ? JsonRef
            : ColumnRef;

/** The columns of a table in a filter. */
export type FilterColumns<D extends AnyTable> = {
  readonly [K in keyof D["columns"]]: RefOf<D["columns"][K]>;
} & {
  readonly [K in Exclude<keyof D["derived"], keyof D["columns"]>]: ColumnRef;
};

/** The operators of a Mongo-style filter on one column. */
export interface MongoOperators<V> {
  /** Equal to a value; `null` means that there is none. */
  readonly $eq?: V | null | undefined;
  /** Different from a value, as in Mongo also where there is no value. */
  readonly $ne?: V | null | undefined;
  /** Greater than a value. */
  readonly $gt?: V | undefined;
  /** Greater than or equal to a value. */
  readonly $gte?: V | undefined;
  /** Less than a value. */
  readonly $lt?: V | undefined;
  /** Less than or equal to a value. */
  readonly $lte?: V | undefined;
  /** Equal to one of the values; `null` among them means that there is none. */
  readonly $in?: readonly (V | null)[] | undefined;
  /** Different from all values, as in Mongo also where there is no value. */
  readonly $nin?: readonly (V | null)[] | undefined;
  /** Matches a pattern: `%` is any run of characters, `_` one character. */
  readonly $like?: string | undefined;
  /** Matches a pattern, whatever the case of the letters. */
  readonly $ilike?: string | undefined;
  /** Whether there is a value. */
  readonly $exists?: boolean | undefined;
  /** A list holds the value, or a text has it as a part. */
  readonly $contains?: V | undefined;
  /** A list holds all of the values. */
  readonly $all?: readonly V[] | undefined;
  /** Not so, as in Mongo also where there is no value. */
  readonly $not?: MongoOperators<V> | undefined;
  /** A filter on what lies inside a column of JSON or a struct; its keys start there. */
  readonly $match?: Readonly<Record<string, unknown>> | undefined;
}

type MongoValue<C extends AnyColumn> = ColumnKind extends C["$types"]["kind"]
  ? unknown
  : C["$types"]["kind"] extends "list"
    ? ItemOf<C["$types"]["nested"]>
    : C["$types"]["kind"] extends "timestamp"
      ? Date | string
      : C["$types"]["value"];

/**
 * A filter as a plain object, in the manner of Mongo: `{ lang: { $in: ["en", "de"] }, views: { $gt: 3 }, "meta.author": "x" }`.
 */
export type MongoFilter<D extends AnyTable> = {
  readonly [K in keyof D["columns"]]?:
    | MongoValue<D["columns"][K]>
    | MongoOperators<MongoValue<D["columns"][K]>>
    | null
    | undefined;
} & {
  readonly [K in Exclude<keyof D["derived"], keyof D["columns"]>]?:
    | { readonly $exists?: boolean }
    | null
    | undefined;
} & {
  readonly [path: `${string}.${string}`]: unknown;
} & {
  /** All of the filters. */
  readonly $and?: readonly MongoFilter<D>[] | undefined;
  /** One of the filters. */
  readonly $or?: readonly MongoFilter<D>[] | undefined;
  /** None of the filters. */
  readonly $nor?: readonly MongoFilter<D>[] | undefined;
  /** Not the filter. */
  readonly $not?: MongoFilter<D> | undefined;
};

/** One filter: a function of the columns, an object in the manner of Mongo, or `` sql`...` ``. */
export type WhereFilter<D extends AnyTable> =
  | Condition
  | ((columns: FilterColumns<D>) => Condition)
  | MongoFilter<D>;

/**
 * Which rows: a function of the columns, an object in the manner of Mongo, or `` sql`...` ``. All three become the same tree
 * and are checked against the schema. A list of them means that all must hold, whatever their forms: what a program insists on beside
 * what somebody asked for.
 */
export type Where<D extends AnyTable> = WhereFilter<D> | readonly WhereFilter<D>[];
