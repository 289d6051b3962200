// What is shown of a table's rows, and which rows there are: the part of the options that has nothing to do with searching.

import type {
  ColumnDescription,
  DateAxis,
  Table,
  TableDescription,
  TableView,
  UntypedTable,
  Where,
} from "varve";
import { badOption, noKey } from "./tool-errors";
import { type FilterColumn, type FilterCondition, filterColumnsOf, toCondition } from "./tool-filter";
import type { InputLimits } from "./tool-input";
import type { RetrievalToolOptions } from "./tool-options";

/** What is known of a table whose rows are shown. */
export interface RowSetting {
  readonly table: Table;
  readonly key: string;
  /** The columns that a model sees, and those and the key, which are read. */
  readonly shown: readonly string[];
  readonly select: readonly string[];
  readonly limits: InputLimits;
  readonly maxText: number;
  readonly maxAnswer: number;
  readonly dates: DateAxis;
  /** The filter of the program and that of the model. */
  readonly where: (conditions: readonly FilterCondition[] | undefined) => Where<UntypedTable> | undefined;
}

/** The version and the rows of one read. */
export type View = TableView<UntypedTable>;

/** Checks the options, which are nobody else's; throws INVALID_ARGUMENT, naming the call, or NO_PRIMARY_KEY. */
export function rowSetting(
  call: string,
  table: Table,
  description: TableDescription,
  options: RetrievalToolOptions,
): RowSetting {
  const { name, primaryKey } = description;
  if (primaryKey === null) throw noKey(name);
  const { limit = 5, maxLimit = Math.max(20, limit), maxText = 2000, maxAnswer = 20_000 } = options;
  checkCounts(call, { limit, maxLimit, maxText, maxAnswer });
  if (limit > maxLimit) throw badOption(call, "limit", `at most maxLimit, which is ${maxLimit}`, limit);
  const { dates = "committed" } = options;
  if (dates !== "committed" && dates !== "effective")
    throw badOption(call, "dates", '"committed" or "effective"', dates);
  const shown = shownColumns(call, description, options.select).filter((one) => one !== primaryKey);
  const filterBy = filterColumnsOf(call, description, options.filterBy ?? []);
  const own = options.where === undefined ? [] : [options.where].flat();
  return {
    table,
    key: primaryKey,
    shown,
    select: [primaryKey, ...shown],
    limits: { limit, maxLimit, filterBy },
    maxText,
    maxAnswer,
    dates,
    where: (conditions = []) => allOf(own, filterBy, conditions),
  };
}

function allOf(
  own: readonly unknown[],
  filterBy: readonly FilterColumn[],
  conditions: readonly FilterCondition[],
): Where<UntypedTable> | undefined {
  const asked = conditions.length === 0 ? [] : [toCondition(filterBy, conditions)];
  const all = [...own, ...asked] as Where<UntypedTable>[];
  return all.length === 0 ? undefined : (all as Where<UntypedTable>);
}

/** The columns that are shown: those that were asked for, or all but vectors and bytes. */
export function shownColumns(
  call: string,
  description: TableDescription,
  select: readonly string[] | undefined,
): readonly string[] {
  const isShown = ({ kind }: ColumnDescription): boolean => kind !== "vector" && kind !== "bytes";
  const names = description.columns.filter(isShown).map((column) => column.name);
  if (select === undefined) return names;
  const wrong = Array.isArray(select) ? select.find((name) => !names.includes(name)) : select;
  if (wrong !== undefined) throw badOption(call, "select", `columns among ${names.join(", ")}`, wrong);
  return [...new Set(select)];
}

/** Throws INVALID_ARGUMENT where a count is none. */
export function checkCounts(call: string, counts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      throw badOption(call, name, "a whole number from 1 on", value);
  }
}
