// Lists and structs come as JSON in which instants are milliseconds, dates are days, bytes are base64 and large integers are objects.
// A reviver makes JavaScript values of them; where there is nothing to change it is the identity.

import { formatDate } from "../schema/calendar";
import type { ColumnType, ItemType } from "../schema/column-type";
import { unsafeInteger } from "./row-errors";

type Revive = (value: unknown) => unknown;

const same: Revive = (value) => value;

/** The reviver for a type; `name` is for error messages. */
export function reviverFor(type: ColumnType, name: string): Revive {
  switch (type.kind) {
    case "int":
      return type.bigint ? toBigint : (value): unknown => toNumber(value, name);
    case "float":
      return toFloat;
    case "timestamp":
      return (value): unknown => new Date(value as number);
    case "date":
      return (value): unknown => formatDate(value as number);
    case "bytes":
      return (value): unknown => new Uint8Array(Buffer.from(value as string, "base64"));
    case "list":
      return listReviver(type.item, name);
    case "struct": {
      const parts = type.fields.map(
        (field) => [field.name, orNull(reviverFor(field.type, `${name}.${field.name}`))] as const,
      );
      return (value): unknown => {
        const object = value as Record<string, unknown>;
        return Object.fromEntries(parts.map(([part, revive]) => [part, revive(object[part] ?? null)]));
      };
    }
    default:
      return same;
  }
}

function listReviver(item: ItemType, name: string): Revive {
  const revive = reviverFor(item.type, `${name}[]`);
  return revive === same ? same : (value): unknown => (value as unknown[]).map(orNull(revive));
}

/** The reviver for values that may be null. */
export function orNull(revive: Revive): Revive {
  return (value) => (value === null ? null : revive(value));
}

function toFloat(value: unknown): number {
  // JSON has no numbers that are not finite.
  return typeof value === "number" ? value : Number((value as { readonly $float: string }).$float);
}

function toBigint(value: unknown): bigint {
  return BigInt(typeof value === "number" ? value : digitsOf(value));
}

function toNumber(value: unknown, name: string): unknown {
  if (typeof value === "number") return value;
  throw unsafeInteger(name, digitsOf(value));
}

/** The digits of an integer that no number holds exactly. */
export function digitsOf(value: unknown): string {
  return (value as { readonly $int: string }).$int;
}
