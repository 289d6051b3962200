// Single values on their way to the native module: constants of filters, keys, defaults.

import { isBytes, isDate, millisecondsOf } from "../../realm";
import { isWellFormed } from "../../unicode";
import { parseDate, parseInstant } from "./calendar";
import type { ColumnType } from "./column-type";

/** A value as the native module reads it inside JSON. */
export type WireValue = string | number | boolean | { readonly $int: string } | { readonly $base64: string };

const INT64_MAX = 2n ** 63n - 1n;

/** The wire form of a scalar of that type, or undefined where the value does not fit. */
export function toWireValue(type: ColumnType, value: unknown): WireValue | undefined {
  switch (type.kind) {
    case "text":
      return typeof value === "string" && isWellFormed(value) ? value : undefined;
    case "enum":
      return typeof value === "string" && type.values.includes(value) ? value : undefined;
    case "int":
      return wireInteger(value);
    case "float":
      return typeof value === "number" && Number.isFinite(value) ? asStored(type.bits, value) : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "timestamp":
      return toMilliseconds(value);
    case "date":
      return typeof value === "string" ? parseDate(value) : undefined;
    case "bytes":
      return isBytes(value) ? { $base64: toBase64(value) } : undefined;
    default:
      return undefined;
  }
}

/**
 * The wire form of a value compared with something inside a JSON column, where the type is known at run time only. A Date stands
 * for the text that JSON has for it.
 */
export function toWireScalar(value: unknown): WireValue | undefined {
  if (isDate(value)) return isoText(millisecondsOf(value));
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return isWellFormed(value) ? value : undefined;
  if (typeof value === "bigint") return wireInteger(value);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function isoText(ms: number): string | undefined {
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** Bytes as base64 text. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** The number that a column holds for it. Beyond 32 bits it stays what it is, which is larger than all numbers of such a column. */
function asStored(bits: 32 | 64, value: number): number {
  const rounded = bits === 32 ? Math.fround(value) : value;
  return Number.isFinite(rounded) ? rounded : value;
}

function wireInteger(value: unknown): WireValue | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value + 0 : undefined;
  if (typeof value !== "bigint" || value > INT64_MAX || value < -INT64_MAX - 1n) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : { $int: value.toString() };
}

/** The milliseconds since 1970 of a valid Date, or of an ISO 8601 text with its zone; undefined for anything else. */
export function toMilliseconds(value: unknown): number | undefined {
  if (typeof value === "string") return parseInstant(value);
  if (!isDate(value)) return undefined;
  const ms = millisecondsOf(value);
  return Number.isNaN(ms) ? undefined : ms;
}
