// Lists and structs: a list is the column of all its items, a struct the columns of its fields.

import { isPlainObject } from "../../realm";
import { describeType, type ItemType, type StructField } from "../schema/column-type";
import { ITEMS_MAX } from "../schema/own-copy";
import { anyNull, type ColumnEncoder, type ColumnPlace, refuse, writeColumn } from "./column-encoder";

/** The encoder for lists of that item. */
export function listEncoder(item: ItemType, encoder: ColumnEncoder): ColumnEncoder {
  const expected = `an array: a list of ${describeType(item.type)}`;
  return {
    code: 6,
    extra: 0,
    write(out, values, place): void {
      const offsets = out.at / 4;
      const offsetBytes = (values.length + 1) * 4;
      out.reserve(offsetBytes + 8);
      out.advance(offsetBytes);
      out.u32[offsets] = 0;
      const items: unknown[] = [];
      for (let i = 0; i < values.length; i++) {
        const list = values[i];
        if (Array.isArray(list)) pushItems(items, list, item, i, place);
        else if (list !== null) refuse(place, i, expected, list);
        out.u32[offsets + i + 1] = items.length;
      }
      writeColumn(out, 0, encoder, items, item.nullable && anyNull(items), itemPlace(values, place));
    },
  };
}

function pushItems(
  items: unknown[],
  list: readonly unknown[],
  item: ItemType,
  row: number,
  place: ColumnPlace,
): void {
  const { length } = list;
  if (length > ITEMS_MAX) refuse(place, row, `a list of at most ${ITEMS_MAX} items`, list);
  for (let i = 0; i < length; i++) {
    const value = list[i] ?? null;
    if (value === null && !item.nullable) {
      const inside = {
        name: `${place.name}[${i}]`,
        row: (): ReturnType<ColumnPlace["row"]> => place.row(row),
      };
      refuse(
        inside,
        row,
        describeType(item.type),
        list[i],
        "Lists of nullable items are list(text().nullable()).",
      );
    }
    items.push(value);
  }
}

/** Names an item by its list and its place there. Only used for messages, so it may be slow. */
function itemPlace(lists: readonly unknown[], place: ColumnPlace): ColumnPlace {
  return {
    name: `${place.name}[]`,
    row(index): ReturnType<ColumnPlace["row"]> {
      let before = 0;
      for (const [row, list] of lists.entries()) {
        before += Array.isArray(list) ? list.length : 0;
        if (index < before) return place.row(row);
      }
      return place.row(lists.length - 1);
    },
  };
}

/** The encoder for structs of these fields. */
export function structEncoder(parts: readonly (StructField & { encoder: ColumnEncoder })[]): ColumnEncoder {
  const names = new Set(parts.map((part) => part.name));
  const expected = `an object with ${[...names].join(", ")}`;
  return {
    code: 7,
    extra: parts.length,
    write(out, values, place): void {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value === null) continue;
        if (!isPlainObject(value)) refuse(place, i, expected, value);
        const stray = Object.keys(value).find((key) => !names.has(key));
        if (stray !== undefined) {
          const inside = { ...place, name: `${place.name}.${stray}`, row: place.row };
          refuse(inside, i, "nothing", value[stray], `The parts are ${[...names].join(", ")}.`);
        }
      }
      for (const part of parts) {
        const inside: ColumnPlace = { name: `${place.name}.${part.name}`, row: (index) => place.row(index) };
        const column = gather(values, part, inside);
        // The parts of a struct that is null are null too, also those that may not be null otherwise.
        writeColumn(out, 0, part.encoder, column, anyNull(column), inside);
      }
    },
  };
}

function gather(values: readonly unknown[], part: StructField, place: ColumnPlace): unknown[] {
  return values.map((value, index) => {
    if (value === null) return null;
    const object = value as Readonly<Record<string, unknown>>;
    const found = Object.hasOwn(object, part.name) ? (object[part.name] ?? null) : null;
    if (found === null && !part.nullable) refuse(place, index, describeType(part.type), object[part.name]);
    return found;
  });
}
