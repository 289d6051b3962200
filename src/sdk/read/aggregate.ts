// Numbers about rows: what is asked of the engine, and what its answer becomes.

import { describeValue } from "../../describe-value";
import { badArgument } from "../call/errors";
import { sentOptions } from "../call/options";
import { digitsOf, orNull, reviverFor } from "../native/revive";
import type { Field, TableSchema } from "../schema/table-schema";
import { GROUP_BY, type GroupByRequest } from "./aggregate-options";
import { columnJson, countedColumn, itemOf, namedColumn } from "./hit-shape";
import { readOrder } from "./paging";
import type { Reader } from "./reader";

const FUNCTIONS = ["sum", "avg", "min", "max"] as const;

type Function = (typeof FUNCTIONS)[number];

/** A number of a column that is asked for. */
interface Measure {
  readonly function: Function;
  readonly field: Field;
}

/** A group as the engine tells it: its values, the number of its rows, and the measures. */
type ToldGroup = readonly [readonly unknown[], number, readonly unknown[]];

/** The groups of the rows that match, as objects. */
export async function groupBy(
  reader: Reader,
  columns: unknown,
  request: GroupByRequest,
  call = "groupBy",
): Promise<Record<string, unknown>[]> {
  const { schema } = reader;
  const groups = groupsOf(schema, call, columns);
  const measures = FUNCTIONS.flatMap((name) => measuresOf(schema, name, request[name]));
  const told = await reader.aggregate({
    where: reader.filter(request.where),
    groupBy: groups.map(columnJson),
    measures: measures.map(({ function: name, field }) => ({ function: name, ...columnJson(field) })),
    orderBy: orderOf(schema, request.orderBy, groups, measures),
    ...sentOptions(GROUP_BY, request),
  });
  const make = groupMaker(groups, measures);
  return (JSON.parse(told) as ToldGroup[]).map(make);
}

function groupsOf(schema: TableSchema, call: string, columns: unknown): readonly Field[] {
  const names: readonly unknown[] = Array.isArray(columns) ? columns : [columns];
  return [...new Set(names)].map((name) => countedColumn(schema, call, name));
}

function measuresOf(schema: TableSchema, name: Function, columns: unknown): readonly Measure[] {
  if (columns === undefined) return [];
  if (!Array.isArray(columns))
    throw badArgument(name, "an array of column names", describeValue(columns), schema.table);
  return [...new Set<unknown>(columns)].map((column) => ({
    function: name,
    field: namedColumn(schema, name, column),
  }));
}

/** The order of groups: by the number of rows, by a column of the group, or by a measure that is asked for, such as `_sum.price`. */
function orderOf(
  schema: TableSchema,
  orderBy: unknown,
  groups: readonly Field[],
  measures: readonly Measure[],
): readonly object[] {
  const known = new Map<string, unknown>([
    ...groups.map(({ name }, value) => [name, { value }] as const),
    ...measures.map((one, measure) => [`_${one.function}.${one.field.name}`, { measure }] as const),
    ["_count", "count"],
  ]);
  return readOrder(orderBy).map(({ column, descending }) => {
    const by = known.get(column);
    if (by !== undefined) return { by, descending };
    const names = [...known.keys()].map((name) => JSON.stringify(name)).join(", ");
    throw badArgument("orderBy", `one of ${names}`, JSON.stringify(column), schema.table);
  });
}

/** Makes objects of groups. */
function groupMaker(
  groups: readonly Field[],
  measures: readonly Measure[],
): (told: ToldGroup) => Record<string, unknown> {
  const values = groups.map(({ name, type }) => [name, orNull(reviverFor(itemOf(type), name))] as const);
  const computed = measures.map((measure) => [measure, orNull(reviverOf(measure))] as const);
  return ([own, count, numbers]) => {
    const row: Record<string, unknown> = {};
    for (const [at, [name, revive]] of values.entries()) row[name] = revive(own[at]);
    row._count = count;
    for (const [at, [measure, revive]] of computed.entries()) {
      row[`_${measure.function}`] ??= {};
      (row[`_${measure.function}`] as Record<string, unknown>)[measure.field.name] = revive(numbers[at]);
    }
    return row;
  };
}

function reviverOf({ function: name, field }: Measure): (value: unknown) => unknown {
  if (name === "avg") return reviverFor({ kind: "float", bits: 64 }, field.name);
  const { type } = field;
  // A sum may be greater than any value of the column; as a number it is then the nearest one.
  if (name === "sum" && type.kind === "int" && !type.bigint) return nearestNumber;
  return reviverFor(type, field.name);
}

function nearestNumber(value: unknown): number {
  return typeof value === "number" ? value : Number(digitsOf(value));
}
