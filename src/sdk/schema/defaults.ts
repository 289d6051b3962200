// Constant defaults on their way to the table and back.

import { formatDate } from "./calendar";
import type { ColumnType } from "./column-type";
import { toWireValue, type WireValue } from "./wire-value";

/** A default as JSON: scalars in their wire form, lists and structs of them, and for a JSON column the value itself. */
export type WireDefault =
  | WireValue
  | null
  | readonly WireDefault[]
  | { readonly [name: string]: WireDefault };

/** The JSON of a default, or undefined where the value does not fit the type. */
export function toWireDefault(type: ColumnType, value: unknown): WireDefault | undefined {
  switch (type.kind) {
    case "json":
      return value as WireDefault;
    case "list":
      return Array.isArray(value) ? everyFits(value.map((item) => partOf(type.item, item))) : undefined;
    case "struct": {
      if (typeof value !== "object" || value === null) return undefined;
      const parts = everyFits(type.fields.map((part) => partOf(part, Reflect.get(value, part.name))));
      return parts && Object.fromEntries(type.fields.map((part, index) => [part.name, parts[index] ?? null]));
    }
    default:
      return toWireValue(type, value);
  }
}

/** The value of a default as JavaScript shows it. */
export function fromWireDefault(type: ColumnType, wire: WireDefault): unknown {
  if (wire === null) return null;
  switch (type.kind) {
    case "timestamp":
      return new Date(wire as number);
    case "date":
      return formatDate(wire as number);
    case "bytes":
      return new Uint8Array(Buffer.from((wire as { $base64: string }).$base64, "base64"));
    case "int":
      return type.bigint
        ? BigInt(typeof wire === "object" ? (wire as { $int: string }).$int : (wire as number))
        : wire;
    case "list":
      return (wire as readonly WireDefault[]).map((item) => fromWireDefault(type.item.type, item));
    case "struct": {
      const parts = wire as { readonly [name: string]: WireDefault };
      return Object.fromEntries(
        type.fields.map((part) => [part.name, fromWireDefault(part.type, parts[part.name] ?? null)]),
      );
    }
    default:
      return wire;
  }
}

function partOf(part: { type: ColumnType; nullable: boolean }, value: unknown): WireDefault | undefined {
  if (value === null || value === undefined) return part.nullable ? null : undefined;
  return toWireDefault(part.type, value);
}

function everyFits(parts: readonly (WireDefault | undefined)[]): WireDefault[] | undefined {
  const fitting = parts.filter((part) => part !== undefined);
  return fitting.length === parts.length ? fitting : undefined;
}
