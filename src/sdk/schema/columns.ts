// The functions that make columns, one for each type.

import { type AnyColumn, Column, type ColumnMap } from "./column";
import type { ColumnType, Metric, VectorElement } from "./column-type";
import type { InputOf, InsertRow, Simplify, ValueOf } from "./infer";
import { badDimensions, badVectorOption, emptyEnum, vectorInside } from "./schema-errors";

/** Any JSON value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** A vector as a write or a search takes it. */
export type VectorInput = Float32Array | Float64Array | readonly number[];

/** What `vector` takes beside the dimensions. */
export interface VectorOptions {
  /** How two vectors are compared; `cosine` unless told. */
  readonly metric?: Metric | undefined;
  /** How elements are stored; `f32` unless told. `f16` takes half the room and keeps about three digits. */
  readonly element?: VectorElement | undefined;
}

/**
 * Text of any length, or one of a closed set of texts.
 *
 * @example
 * ```ts
 * text();
 * text({ enum: ["en", "fr"] }).nullable();
 * ```
 */
export function text(): Column<"text", string>;
export function text<const T extends string>(options: { readonly enum: readonly T[] }): Column<"text", T>;
export function text(options?: { readonly enum: readonly string[] }): Column<"text", string> {
  if (options === undefined) return column({ kind: "text" });
  if (options.enum.length === 0) throw emptyEnum();
  return column({ kind: "enum", values: Object.freeze([...options.enum]) });
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
export function int(options: { readonly bigint?: boolean | undefined } = {}): Column<"int", number | bigint> {
  return column({ kind: "int", bigint: options.bigint ?? false });
}

/** A finite floating-point number of 64 bits, or of 32 where told. */
export function float(options: { readonly bits?: 32 | 64 | undefined } = {}): Column<"float", number> {
  return column({ kind: "float", bits: options.bits ?? 64 });
}

/** True or false. */
export function boolean(): Column<"boolean", boolean> {
  return column({ kind: "boolean" });
}

/** An instant with the precision of a millisecond: a `Date`. Writes and filters also take an ISO 8601 text with its zone. */
export function timestamp(): Column<"timestamp", Date, Date | string> {
  return column({ kind: "timestamp" });
}

/** A day without a time: the text `"YYYY-MM-DD"`. */
export function date(): Column<"date", string> {
  return column({ kind: "date" });
}

/** Raw bytes: a `Uint8Array`. */
export function bytes(): Column<"bytes", Uint8Array> {
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
export function json<T = JsonValue>(): Column<"json", T> {
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
  options: VectorOptions = {},
): Column<"vector", Float32Array, VectorInput> {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 65_535) throw badDimensions(dimensions);
  const { element = "f32", metric = "cosine" } = options;
  if (!ELEMENTS.includes(element)) throw badVectorOption("element", element, ELEMENTS);
  if (!METRICS.includes(metric)) throw badVectorOption("metric", metric, METRICS);
  return column({ kind: "vector", dimensions, element, metric });
}

const ELEMENTS: readonly VectorElement[] = ["f32", "f16"];
const METRICS: readonly Metric[] = ["cosine", "l2", "dot"];

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
  const { type, nullable } = item.spec;
  if (type.kind === "vector") throw vectorInside("list");
  return column({ kind: "list", item: { type, nullable } });
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
  const parts = Object.entries(fields).map(([name, { spec }]) => {
    if (spec.type.kind === "vector") throw vectorInside("struct");
    return { name, type: spec.type, nullable: spec.nullable };
  });
  return column({ kind: "struct", fields: parts });
}

function column<C extends AnyColumn>(type: ColumnType): C {
  return new Column({ type: Object.freeze(type), nullable: false, key: false }) as unknown as C;
}
