import { describeValue } from "../../describe-value";
import { messageOf } from "../../realm";
import { isUnreadable, ownProperties } from "../schema/own-copy";
import type { TableSchema } from "../schema/table-schema";
import { notARow, type RowPlace, unreadableRow } from "./row-errors";

/** A row that inherits nothing but what every object does. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * A row as a plain object: itself, where it is one. Of an instance of a class these are its own properties, and what its class has under
 * the name of a column, such as a getter; never what every object has. Throws INVALID_ROW.
 */
export function plainRow(row: unknown, schema: TableSchema, place: RowPlace): Row {
  if (typeof row !== "object" || row === null || isList(row)) throw notARow(place, describeValue(row));
  try {
    const prototype: unknown = Object.getPrototypeOf(row);
    return prototype === Object.prototype || prototype === null ? (row as Row) : instanceRow(row, schema);
  } catch (error) {
    const { cause } = isUnreadable(error) ? error : { cause: error };
    throw unreadableRow(place, "", messageOf(error), cause);
  }
}

function instanceRow(row: object, schema: TableSchema): Row {
  const plain = ownProperties(row);
  for (const { name } of schema.fields) {
    if (!comesFromClass(row, name)) continue;
    Object.defineProperty(plain, name, { value: Reflect.get(row, name), enumerable: true });
  }
  return plain;
}

/** Whether an object has a property from its class: a getter, or a value that is no method. */
function comesFromClass(object: object, name: string): boolean {
  if (Object.hasOwn(object, name)) return false;
  let prototype: unknown = Object.getPrototypeOf(object);
  while (typeof prototype === "object" && prototype !== null) {
    const above: unknown = Object.getPrototypeOf(prototype);
    // The last one is an Object.prototype, of whatever realm.
    if (above === null) return false;
    const found = Object.getOwnPropertyDescriptor(prototype, name);
    if (found !== undefined) return typeof found.value !== "function";
    prototype = above;
  }
  return false;
}

/** Whether a value is an array; of a proxy that was revoked nobody can say. */
function isList(value: object): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return true;
  }
}
