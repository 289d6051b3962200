// What hits show: columns, scores, groups and counts of values, bound to the columns of a version.

import { describeValue } from "../../describe-value";
import { badArgument } from "../call/errors";
import type { ScoreName } from "../native/decode";
import { type ColumnType, describeType } from "../schema/column-type";
import type { Field, TableSchema } from "../schema/table-schema";

const SCORES: readonly ScoreName[] = ["_score", "_distance"];
const FUSED: readonly ScoreName[] = [...SCORES, "_textScore", "_textRank", "_vectorRank"];

/** The columns that are selected for hits by words, whose score is always there. */
export function withoutScore(select: readonly string[] | undefined): readonly string[] | undefined {
  return Array.isArray(select) ? select.filter((name) => name !== "_score") : select;
}

/**
 * The columns that are selected, and the scores; all scores where none is named. Where it was not said how to search, scores of a hybrid search may be
 * named, and there are none where it is none.
 */
export function splitSelect(
  select: readonly string[] | undefined,
  { fused, said }: { readonly fused: boolean; readonly said: boolean },
): { readonly select: readonly string[] | undefined; readonly scores: readonly ScoreName[] } {
  const all = fused ? FUSED : SCORES;
  if (!Array.isArray(select)) return { select, scores: all };
  const known: readonly string[] = fused || !said ? FUSED : SCORES;
  const columns = select.filter((name) => !known.includes(name));
  if (columns.length === select.length) return { select, scores: all };
  return { select: columns, scores: all.filter((name) => select.includes(name)) };
}

/** A column as the engine is asked for it: the id tells it from one that had its name before. */
export function columnJson({ name, id }: Field): { readonly column: string; readonly columnId: number } {
  return { column: name, columnId: id };
}

const COUNTED = "texts, numbers, dates or truth values";
const WITHOUT_ORDER: ReadonlySet<string> = new Set(["json", "bytes", "vector", "list", "struct"]);

/** The column whose values make the groups. */
export function groupOf(
  schema: TableSchema,
  name: unknown,
): { readonly column: string; readonly columnId: number } | undefined {
  if (name === undefined) return undefined;
  const field = namedColumn(schema, "groupBy", name);
  if (!WITHOUT_ORDER.has(field.type.kind)) return columnJson(field);
  throw wrongType(schema, "groupBy", field, `a column of ${COUNTED}`);
}

/** The columns of which values are counted. */
export function facetsOf(schema: TableSchema, names: unknown): readonly Field[] {
  if (names === undefined) return [];
  if (!Array.isArray(names))
    throw badArgument("facets", "an array of column names", describeValue(names), schema.table);
  return [...new Set<unknown>(names)].map((name) => countedColumn(schema, "facets", name));
}

/** A column whose values, or the items of whose lists, can be told from each other. */
export function countedColumn(schema: TableSchema, option: string, name: unknown): Field {
  const field = namedColumn(schema, option, name);
  if (!WITHOUT_ORDER.has(itemOf(field.type).kind)) return field;
  throw wrongType(schema, option, field, `columns of ${COUNTED}, or of lists of these`);
}

/** The type of the values that a cell holds: of a list that of its items. */
export function itemOf(type: ColumnType): ColumnType {
  return type.kind === "list" ? type.item.type : type;
}

/** The column that an option names. */
export function namedColumn(schema: TableSchema, option: string, name: unknown): Field {
  if (typeof name !== "string")
    throw badArgument(option, "the name of a column", describeValue(name), schema.table);
  return schema.field(name);
}

function wrongType(schema: TableSchema, option: string, { name, type }: Field, expected: string): Error {
  return badArgument(
    option,
    expected,
    `${JSON.stringify(name)}, which is ${describeType(type)}`,
    schema.table,
  );
}
