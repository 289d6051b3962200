// Constant defaults on their way to the table and back. They are kept as the engine keeps values in JSON: JSON as its text, bytes as base64,
// structs as a list of their parts.

import { isBytes } from "../../realm";
import { formatDate } from "./calendar";
import type { ColumnType } from "./column-type";
import { toBase64, toWireValue, type WireValue } from "./wire-value";

/** A default as the table keeps it. */
export type WireDefault = WireValue | null | readonly WireDefault[];

/** The JSON of a default, or undefined where the value does not fit the type. */
export function toWireDefault(type: ColumnType, value: unknown): WireDefault | undefined {
  switch (type.kind) {
    case "json":
      return value === null ? null : JSON.stringify(value);
    case "bytes":
      return isBytes(value) ? toBase64(value) : undefined;
    case "list":
      return Array.isArray(value) ? everyFits(value.map((item) => partOf(type.item, item))) : undefined;
    case "struct": {
      if (typeof value !== "object" || value === null) return undefined;
      return everyFits(type.fields.map((part) => partOf(part, Reflect.get(value, part.name))));
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
    case "json":
      return JSON.parse(wire as string);
    case "bytes":
      return new Uint8Array(Buffer.from(wire as string, "base64"));
    case "int":
      return type.bigint
        ? BigInt(typeof wire === "object" ? (wire as { $int: string }).$int : (wire as number))
        : wire;
    case "list":
      return (wire as readonly WireDefault[]).map((item) => fromWireDefault(type.item.type, item));
    case "struct": {
      const parts = wire as readonly WireDefault[];
      return Object.fromEntries(
        type.fields.map((part, at) => [part.name, fromWireDefault(part.type, parts[at] ?? null)]),
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
