// What became of the columns that a handle knows.

import { describeType, fromDataType, sameType } from "./column-type";
import type { Field, FieldJson, SchemaJson, TableSchema } from "./table-schema";

/** A column that is not what it was, in words. */
export interface ColumnChange {
  readonly column: string;
  readonly what: string;
}

/** The columns that a handle knows and that were dropped, renamed or made anew since. Those that hold more now, or came, are no matter. */
export function columnChanges(known: Pick<TableSchema, "fields">, now: SchemaJson): ColumnChange[] {
  return known.fields.flatMap((field) => {
    const what = changeOf(field, now.fields);
    return what === undefined ? [] : [{ column: field.name, what }];
  });
}

/** The columns that are called otherwise in an older version, too, than the handle knows them. */
export function renamedColumns(known: TableSchema, then: SchemaJson): ColumnChange[] {
  const names = new Set(then.fields.map((field) => field.name));
  // Where another column had the name, it is the older one that is called otherwise.
  const renamed = known.fields.filter((field) => !names.has(field.name));
  const ids = new Set(then.fields.map((field) => field.id));
  const fields = renamed.filter((field) => ids.has(field.id));
  return columnChanges({ fields }, then);
}

function changeOf(known: Field, now: readonly FieldJson[]): string | undefined {
  const name = JSON.stringify(known.name);
  const same = now.find((field) => field.id === known.id);
  if (same !== undefined) {
    return same.name === known.name ? undefined : `${name} is called ${JSON.stringify(same.name)} now`;
  }
  const other = now.find((field) => field.name === known.name);
  if (other === undefined) return `${name} was dropped`;
  if (known.embed !== undefined && other.embed !== undefined) return `${name} was embedded anew`;
  const type = fromDataType(other.type);
  const numbers = known.type.kind === "int" || known.type.kind === "float";
  if (numbers && type.kind === "float" && !sameType(known.type, type))
    return `${name} is ${describeType(type)} now`;
  return `${name} was dropped and made anew`;
}
