// What a column holds, as the SDK sees it: the native module's types, plus the ways JavaScript can show an integer.

import { isDeepStrictEqual } from "node:util";
/** How two vectors are compared. */
export type Metric = "cosine" | "l2" | "dot";

/** How a vector's elements are stored. */
export type VectorElement = "f32" | "f16";

/** A value inside a list, and whether it may be null. */
export interface ItemType {
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A named part of a struct. */
export interface StructField extends ItemType {
  readonly name: string;
}

/** The type of a column. `bigint` is known to the SDK alone: on disk every integer has 64 bits. */
export type ColumnType =
  | { readonly kind: "text" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "json" }
  | { readonly kind: "int"; readonly bigint: boolean }
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  | { readonly kind: "boolean" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "date" }
  | { readonly kind: "bytes" }
  | VectorType
  | { readonly kind: "list"; readonly item: ItemType }
  | { readonly kind: "struct"; readonly fields: readonly StructField[] };

/** A vector as a write or a search takes it. */
export type VectorInput = Float32Array | Float64Array | readonly number[];

/** The type of a vector column. */
export interface VectorType {
  readonly kind: "vector";
  readonly dimensions: number;
  readonly element: VectorElement;
  readonly metric: Metric;
}

/** The type as the native module writes it. */
export type DataType =
  | { readonly kind: "int" }
  | Exclude<ColumnType, { kind: "int" } | { kind: "list" } | { kind: "struct" }>
  | { readonly kind: "list"; readonly item: { readonly type: DataType; readonly nullable?: boolean } }
  | {
      readonly kind: "struct";
      readonly fields: readonly {
        readonly name: string;
        readonly type: DataType;
        readonly nullable?: boolean;
      }[];
    };

/** A column's type for the native module. */
export function toDataType(type: ColumnType): DataType {
  switch (type.kind) {
    case "int":
      return { kind: "int" };
    case "list":
      return { kind: "list", item: { type: toDataType(type.item.type), nullable: type.item.nullable } };
    case "struct":
      return {
        kind: "struct",
        fields: type.fields.map(({ name, nullable, type: part }) => ({
          name,
          type: toDataType(part),
          nullable,
        })),
      };
    default:
      return type;
  }
}

/** A column's type as read from disk; its integers are numbers until somebody asks for bigints. */
export function fromDataType(type: DataType): ColumnType {
  switch (type.kind) {
    case "int":
      return { kind: "int", bigint: false };
    case "list":
      return {
        kind: "list",
        item: { type: fromDataType(type.item.type), nullable: type.item.nullable ?? false },
      };
    case "struct":
      return {
        kind: "struct",
        fields: type.fields.map((part) => ({
          name: part.name,
          type: fromDataType(part.type),
          nullable: part.nullable ?? false,
        })),
      };
    case "float":
      return { kind: "float", bits: type.bits ?? 64 };
    case "vector":
      return { ...type, element: type.element ?? "f32", metric: type.metric ?? "cosine" };
    default:
      return type;
  }
}

/** The type with its integers as bigints, also those of items and parts. */
export function withBigints(type: ColumnType): ColumnType {
  switch (type.kind) {
    case "int":
      return { kind: "int", bigint: true };
    case "list":
      return { kind: "list", item: { ...type.item, type: withBigints(type.item.type) } };
    case "struct":
      return {
        kind: "struct",
        fields: type.fields.map((part) => ({ ...part, type: withBigints(part.type) })),
      };
    default:
      return type;
  }
}

/** Whether a column is of integers, or its items or parts are. */
export function holdsInts(type: ColumnType): boolean {
  if (type.kind === "int") return true;
  if (type.kind === "list") return holdsInts(type.item.type);
  return type.kind === "struct" && type.fields.some((part) => holdsInts(part.type));
}

/** Whether two types hold the same values in the same way; the order of an enum's values does not matter. */
export function sameType(a: ColumnType, b: ColumnType): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

function comparable(type: ColumnType): unknown {
  if (type.kind === "enum") return { kind: "enum", values: [...type.values].sort() };
  if (type.kind === "list") return { kind: "list", item: { ...type.item, type: comparable(type.item.type) } };
  if (type.kind !== "struct") return toDataType(type);
  return { kind: "struct", fields: type.fields.map((part) => ({ ...part, type: comparable(part.type) })) };
}

/** A column's type in words, such as `text`, `vector(384, f32, cosine)` or `list of int`. */
export function describeType(type: ColumnType): string {
  switch (type.kind) {
    case "enum":
      return `one of ${type.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "int":
      return type.bigint ? "int (bigint)" : "int";
    case "float":
      return type.bits === 64 ? "float" : "float (32 bits)";
    case "vector":
      return `vector(${type.dimensions}, ${type.element}, ${type.metric})`;
    case "list":
      return `list of ${describeType(type.item.type)}${type.item.nullable ? " or null" : ""}`;
    case "struct":
      return `struct { ${type.fields.map(describePart).join(", ")} }`;
    default:
      return type.kind;
  }
}

function describePart(part: StructField): string {
  return `${part.name}: ${describeType(part.type)}${part.nullable ? " or null" : ""}`;
}
