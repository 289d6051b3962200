// Which types take every value of another one, so that a column can be altered to them. The native module holds to the same rule.

import { type ColumnType, type ItemType, sameType } from "./column-type";

/** Whether every value of a type is one of another type; integers above 2^53 are looked for when a column becomes a float. */
export function widens(from: ColumnType, to: ColumnType): boolean {
  if (sameType(from, to)) return true;
  if (from.kind === "int" || from.kind === "float") return becomesFloat(from, to);
  return inPlace(from, to);
}

function becomesFloat(from: ColumnType, to: ColumnType): boolean {
  if (to.kind !== "float") return false;
  return from.kind === "int" || (from.kind === "float" && from.bits <= to.bits);
}

/** The values lie on disk as they did. */
function inPlace(from: ColumnType, to: ColumnType): boolean {
  if (from.kind === "enum") {
    return (
      to.kind === "text" || (to.kind === "enum" && from.values.every((value) => to.values.includes(value)))
    );
  }
  if (from.kind === "list") return to.kind === "list" && partInPlace(from.item, to.item);
  if (from.kind !== "struct" || to.kind !== "struct" || from.fields.length !== to.fields.length) return false;
  return from.fields.every((part, index) => {
    const wide = to.fields[index];
    return wide !== undefined && part.name === wide.name && partInPlace(part, wide);
  });
}

function partInPlace(from: ItemType, to: ItemType): boolean {
  return (to.nullable || !from.nullable) && (sameType(from.type, to.type) || inPlace(from.type, to.type));
}
