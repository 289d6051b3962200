// The functions that make columns, one for each type.

import { describeValue } from "../../describe-value";
import { isPlainObject, messageOf } from "../../realm";
import { isWellFormed } from "../../unicode";
import { type AnyColumn, Column, type ColumnMap } from "./column";
import type { ColumnType, ItemType, Metric, VectorElement, VectorInput } from "./column-type";
import { makerOptions, noMore } from "./maker-options";
import { ownProperties } from "./own-copy";
import type { InputOf, InsertRow, Simplify, ValueOf } from "./row-types";
import {
  badDimensions,
  badMakerOption,
  emptyEnum,
  notAPart,
  notInside,
  searchedEnum,
  vectorInside,
} from "./schema-errors";
import { searchOfParts, type TextSearchJson, type TextSearchOptions, textSearchOf } from "./text-search";
import { checkVectorOptions } from "./vector-options";

/** Any JSON value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** What `vector` takes beside the dimensions. */
export interface VectorOptions {
  /**
   * How two vectors are compared. `cosine` goes by directions alone; a vector of nothing but zeros has none: its cosine with any other is 0.
   * @default "cosine"
   */
  readonly metric?: Metric | undefined;
  /**
   * How elements are stored. `f16` takes half the room and keeps about three digits.
   * @default "f32"
   */
  readonly element?: VectorElement | undefined;
}

/** What `text` takes for text of any length. */
export interface TextOptions {
  /**
   * Whether and how it is searched by its words. Text that is embedded is, without being told; `false` saves its part of the index, about
   * a third of the size of the text.
   * @default whether another column is embedded from it
   */
  readonly search?: boolean | TextSearchOptions | undefined;
}

/**
 * Text of any length, or one of a closed set of texts.
 *
 * @example
 * ```ts
 * text();
 * text({ enum: ["en", "fr"] }).nullable();
 * text({ search: { language: "de" } });
 * ```
 */
export function text(options?: TextOptions): Column<"text", string>;
export function text<const T extends string>(options: { readonly enum: readonly T[] }): Column<"text", T>;
export function text(given?: TextOptions & { readonly enum?: readonly string[] }): Column<"text", string> {
  const { enum: values, search } = makerOptions("text", given, { enum: true, search: true });
  if (values === undefined) return column({ kind: "text" }, textSearchOf(search));
  if (search !== undefined) throw searchedEnum();
  if (!Array.isArray(values)) throw badMakerOption("text", "enum", "a list of texts", describeValue(values));
  if (values.length === 0) throw emptyEnum();
  const odd: unknown = values.find((value) => typeof value !== "string" || !isWellFormed(value));
  if (odd !== undefined || values.includes(undefined as never))
    throw badMakerOption("text", "enum", "a list of texts", `one with ${describeValue(odd)}`);
  return column({ kind: "enum", values: Object.freeze([...values]) });
}

/**
 * A whole number: a JavaScript number that is checked to be safe, or with `bigint: true` a `bigint` of 64 bits.
 *
 * @example
 * ```ts
 * int().default(0);
 * int({ bigint: true });
 * ```
 */
export function int(options?: { readonly bigint?: false | undefined }): Column<"int", number>;
export function int(options: { readonly bigint: true }): Column<"int", bigint>;
export function int(given?: { readonly bigint?: boolean | undefined }): Column<"int", number | bigint> {
  const { bigint = false } = makerOptions("int", given, { bigint: true });
  if (typeof bigint !== "boolean")
    throw badMakerOption("int", "bigint", "true or false", describeValue(bigint));
  return column({ kind: "int", bigint });
}

/** A finite floating-point number of 64 bits, or of 32 where told. */
export function float(given?: { readonly bits?: 32 | 64 | undefined }): Column<"float", number> {
  const { bits = 64 } = makerOptions("float", given, { bits: true });
  if (bits !== 32 && bits !== 64) throw badMakerOption("float", "bits", "32 or 64", describeValue(bits));
  return column({ kind: "float", bits });
}

/** True or false. */
export function boolean(...more: readonly never[]): Column<"boolean", boolean> {
  noMore("boolean", more);
  return column({ kind: "boolean" });
}

/** An instant with the precision of a millisecond: a `Date`. Writes and filters also take an ISO 8601 text with its zone. */
export function timestamp(...more: readonly never[]): Column<"timestamp", Date, Date | string> {
  noMore("timestamp", more);
  return column({ kind: "timestamp" });
}

/** A day without a time: the text `"YYYY-MM-DD"`. */
export function date(...more: readonly never[]): Column<"date", string> {
  noMore("date", more);
  return column({ kind: "date" });
}

/** Raw bytes: a `Uint8Array`. */
export function bytes(...more: readonly never[]): Column<"bytes", Uint8Array> {
  noMore("bytes", more);
  return column({ kind: "bytes" });
}

/**
 * Any JSON value, typed as you say. It is kept as JSON: a `Date` or another object that JSON cannot hold is refused.
 *
 * @example
 * ```ts
 * json<{ author: string; stars?: number }>();
 * ```
 */
export function json<T = JsonValue>(...more: readonly never[]): Column<"json", T> {
  noMore("json", more);
  return column({ kind: "json" });
}

/**
 * A vector that the caller gives with the row. For one that is computed from other columns, see `embed`.
 *
 * @example
 * ```ts
 * vector(64, { metric: "l2" });
 * ```
 */
export function vector(
  dimensions: number,
  options?: VectorOptions,
): Column<"vector", Float32Array, VectorInput> {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 65_535)
    throw badDimensions(describeValue(dimensions));
  const { element = "f32", metric = "cosine" } = makerOptions("vector", options, {
    metric: true,
    element: true,
  });
  checkVectorOptions(element, metric);
  return column({ kind: "vector", dimensions, element, metric });
}

/**
 * A list of values of one type; `list(text().nullable())` may hold nulls.
 *
 * @example
 * ```ts
 * list(text());
 * ```
 */
export function list<const T extends AnyColumn>(
  item: T,
): Column<"list", ValueOf<T>[], readonly InputOf<T>[], never, T> {
  const { search, ...type } = partOf("list", item);
  return column({ kind: "list", item: type }, searchOfParts("list", [{ search }]));
}

/**
 * Named parts in one column; filters reach them as `c.meta.author`.
 *
 * @example
 * ```ts
 * struct({ author: text(), pages: int().nullable() });
 * ```
 */
export function struct<const T extends ColumnMap>(
  fields: T,
): Column<"struct", Simplify<{ -readonly [K in keyof T]: ValueOf<T[K]> }>, InsertRow<T>, never, T> {
  if (!isPlainObject(fields)) throw notAPart("A struct", describeValue(fields));
  const parts = Object.entries(ownParts(fields)).map(([name, part]) => ({ name, ...partOf("struct", part) }));
  const types = parts.map(({ search: _, ...type }) => type);
  return column({ kind: "struct", fields: types }, searchOfParts("struct", parts));
}

function ownParts(fields: object): object {
  try {
    return ownProperties(fields);
  } catch (error) {
    throw notAPart("A struct", `an object that cannot be read (${messageOf(error)})`);
  }
}

/**
 * What a column means inside another one: its type, whether it may be null, and how it is searched by its words. What else it says would
 * mean nothing there.
 */
function partOf(
  container: "list" | "struct",
  part: unknown,
): ItemType & { readonly search: TextSearchJson | undefined } {
  if (!Column.is(part)) throw notAPart(`A ${container}`, describeValue(part));
  const { type, nullable, key, default: fill, search, indexed } = part.spec;
  if (type.kind === "vector") throw vectorInside(container);
  if (key) throw notInside(container, "a primary key");
  if (fill !== undefined) throw notInside(container, "a default");
  if (indexed !== undefined) throw notInside(container, "an index");
  return { type, nullable, search };
}

function column<C extends AnyColumn>(type: ColumnType, search?: TextSearchJson): C {
  const said = search === undefined ? {} : { search };
  return new Column({ type: Object.freeze(type), nullable: false, key: false, ...said }) as unknown as C;
}
