// The options of tools, checked once against the table.

import type {
  AnyTable,
  ColumnDescription,
  DateAxis,
  Table,
  TableDescription,
  TableView,
  UntypedTable,
  Where,
} from "varve";
import { type Names, ownOptions } from "../../../own-options";
import { isPlainObject } from "../../../realm";
import type { SearchMode } from "../search-mode";
import type { RerankHook } from "./rerank";
import { badOption, noKey, noTextSearch, noWordSearch } from "./tool-errors";
import { type FilterCondition, filterColumnsOf, toCondition } from "./tool-filter";
import type { InputLimits } from "./tool-input";
import type { RetrievalToolOptions } from "./tool-options";

/** What all tools of a table know. */
export interface ToolSetting {
  readonly table: Table;
  readonly about: string;
  readonly key: string;
  /** The columns that a model sees, and those and the key, which are read. */
  readonly shown: readonly string[];
  readonly select: readonly string[];
  readonly column: string | undefined;
  /** How the table is searched, and how a model is told so. */
  readonly mode: SearchMode;
  readonly by: string;
  readonly limits: InputLimits;
  readonly maxText: number;
  readonly maxAnswer: number;
  readonly dates: DateAxis;
  readonly rerank: RerankHook | undefined;
  readonly candidates: number;
  /** The filter of the program and that of the model. */
  readonly where: (conditions: readonly FilterCondition[] | undefined) => Where<UntypedTable> | undefined;
}

/** The version and the rows of one read. */
export type View = TableView<UntypedTable>;

/** How a table may be searched, in the words that a model reads. */
const BY: Readonly<Record<SearchMode, string>> = {
  auto: "by meaning and by words",
  hybrid: "by meaning and by words",
  vector: "by meaning",
  text: "by its words, such as names and codes",
};

/** Filters that are deeper are refused when they are used. */
const DEPTH_MAX = 256;
const OPTIONS: Names<RetrievalToolOptions> = {
  about: true,
  select: true,
  filterBy: true,
  where: true,
  mode: true,
  column: true,
  limit: true,
  maxLimit: true,
  maxText: true,
  maxAnswer: true,
  dates: true,
  rerank: true,
  candidates: true,
};

/** Checks the options, which are read at the call; throws INVALID_ARGUMENT or NO_PRIMARY_KEY. */
export async function toolSetting<D extends AnyTable>(
  table: Table<D>,
  given: RetrievalToolOptions,
): Promise<ToolSetting> {
  const options = copied({ ...ownOptions("retrievalTools", given, OPTIONS) });
  const description = await table.describe();
  const { name, primaryKey } = description;
  if (primaryKey === null) throw noKey(name);
  const {
    limit = 5,
    maxLimit = Math.max(20, limit),
    maxText = 2000,
    maxAnswer = 20_000,
    candidates = 30,
  } = options;
  checkCounts({ limit, maxLimit, maxText, maxAnswer, candidates });
  if (limit > maxLimit) throw badOption("limit", `at most maxLimit, which is ${maxLimit}`, limit);
  const { dates = "committed", about = `the table "${name}"`, rerank, column } = options;
  if (dates !== "committed" && dates !== "effective")
    throw badOption("dates", '"committed" or "effective"', dates);
  if (typeof about !== "string" || about === "") throw badOption("about", "a text", about);
  if (rerank !== undefined && typeof rerank !== "function") throw badOption("rerank", "a function", rerank);
  const mode = modeOf(description, options.mode ?? "auto", column);
  const shown = shownColumns(description, options.select).filter((one) => one !== primaryKey);
  const filterBy = filterColumnsOf(description, options.filterBy ?? []);
  const own = options.where === undefined ? [] : [options.where].flat();
  return {
    table: table.untyped,
    about,
    key: primaryKey,
    shown,
    select: [primaryKey, ...shown],
    column,
    mode,
    by: BY[mode === "auto" && !hasBoth(description, column) ? "vector" : mode],
    limits: { limit, maxLimit, filterBy },
    maxText,
    maxAnswer,
    dates,
    rerank,
    candidates,
    where: (conditions = []) => {
      const asked = conditions.length === 0 ? [] : [toCondition(filterBy, conditions)];
      const all = [...own, ...asked] as Where<UntypedTable>[];
      return all.length === 0 ? undefined : (all as Where<UntypedTable>);
    },
  };
}

/** Lists and objects anew, as deep as they go: a filter that somebody changes later must not show other rows. */
function copied<T>(value: T, depth = 0): T {
  if (depth > DEPTH_MAX) return value;
  const part = (one: unknown): unknown => copied(one, depth + 1);
  if (Array.isArray(value)) return value.map(part) as T;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, part(one)])) as T;
}

function shownColumns(
  description: TableDescription,
  select: readonly string[] | undefined,
): readonly string[] {
  const isShown = ({ kind }: ColumnDescription): boolean => kind !== "vector" && kind !== "bytes";
  const names = description.columns.filter(isShown).map((column) => column.name);
  if (select === undefined) return names;
  const wrong = Array.isArray(select) ? select.find((name) => !names.includes(name)) : select;
  if (wrong !== undefined) throw badOption("select", `columns among ${names.join(", ")}`, wrong);
  return [...new Set(select)];
}

/** How a table is searched that is asked for a mode; throws INVALID_ARGUMENT where it cannot be searched so. */
function modeOf({ name, columns }: TableDescription, mode: unknown, column: string | undefined): SearchMode {
  if (typeof mode !== "string" || !Object.hasOwn(BY, mode))
    throw badOption("mode", `one of ${Object.keys(BY).join(", ")}`, mode);
  const embedded = columns.filter((one) => one.function !== undefined).map((one) => one.name);
  const hasWords = columns.some((one) => one.search !== undefined);
  const byWords = mode === "text" || (mode === "auto" && embedded.length === 0 && hasWords);
  if ((byWords || mode === "hybrid") && !hasWords) throw noWordSearch(name);
  if (byWords && column !== undefined) throw badOption("column", "none where words are searched for", column);
  if (byWords) return "text";
  if (embedded.length === 0) throw noTextSearch(name);
  if (column !== undefined && !embedded.includes(column))
    throw badOption("column", `one of ${embedded.join(", ")}`, column);
  return mode as SearchMode;
}

/** Whether a search that is not told how looks for words as well. */
function hasBoth({ columns }: TableDescription, column: string | undefined): boolean {
  const searched = columns.find((one) => one.function !== undefined && (column ?? one.name) === one.name);
  return columns.some(
    ({ name, search }) => search !== undefined && searched?.sources?.includes(name) === true,
  );
}

function checkCounts(counts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      throw badOption(name, "a whole number from 1 on", value);
  }
}
