// The options of tools, checked once against the table.

import type { AnyTable, Table, TableDescription } from "varve";
import { type Names, ownOptions } from "../../../own-options";
import { isPlainObject } from "../../../realm";
import type { SearchMode } from "../search-mode";
import type { RerankHook } from "./rerank";
import { checkCounts, type RowSetting, rowSetting, type View } from "./row-setting";
import { badOption, noTextSearch, noWordSearch } from "./tool-errors";
import type { RetrievalToolOptions } from "./tool-options";

/** What all tools of a table know. */
export interface ToolSetting extends RowSetting {
  readonly about: string;
  readonly column: string | undefined;
  /** How the table is searched, and how a model is told so. */
  readonly mode: SearchMode;
  readonly by: string;
  /** Whether it has vectors that are computed from text. */
  readonly byMeaning: boolean;
  readonly rerank: RerankHook | undefined;
  readonly candidates: number;
}

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

/**
 * Checks the options, which are read at the call, against the columns that the table has, or had at a point; throws INVALID_ARGUMENT,
 * naming the call, or NO_PRIMARY_KEY.
 */
export async function toolSetting<D extends AnyTable>(
  call: string,
  table: Table<D>,
  given: RetrievalToolOptions,
  point: Pick<View, "describe"> = table,
): Promise<ToolSetting> {
  const options = copied({ ...ownOptions(call, given, OPTIONS) });
  const description = await point.describe();
  const rows = rowSetting(call, table.untyped, description, options);
  const { about = `the table "${description.name}"`, rerank, column, candidates = 30 } = options;
  checkCounts(call, { candidates });
  if (typeof about !== "string" || about === "") throw badOption(call, "about", "a text", about);
  if (rerank !== undefined && typeof rerank !== "function")
    throw badOption(call, "rerank", "a function", rerank);
  const mode = modeOf(call, description, options.mode ?? "auto", column);
  const by = BY[mode === "auto" && !hasBoth(description, column) ? "vector" : mode];
  const byMeaning = description.columns.some((one) => one.function !== undefined);
  return { ...rows, about, column, mode, by, byMeaning, rerank, candidates };
}

/** Lists and objects anew, as deep as they go: a filter that somebody changes later must not show other rows. */
function copied<T>(value: T, depth = 0): T {
  if (depth > DEPTH_MAX) return value;
  const part = (one: unknown): unknown => copied(one, depth + 1);
  if (Array.isArray(value)) return value.map(part) as T;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, part(one)])) as T;
}

/** How a table is searched that is asked for a mode; throws INVALID_ARGUMENT where it cannot be searched so. */
function modeOf(
  call: string,
  { name, columns }: TableDescription,
  mode: unknown,
  column: string | undefined,
): SearchMode {
  if (typeof mode !== "string" || !Object.hasOwn(BY, mode))
    throw badOption(call, "mode", `one of ${Object.keys(BY).join(", ")}`, mode);
  const embedded = columns.filter((one) => one.function !== undefined).map((one) => one.name);
  const hasWords = columns.some((one) => one.search !== undefined);
  const byWords = mode === "text" || (mode === "auto" && embedded.length === 0 && hasWords);
  if ((byWords || mode === "hybrid") && !hasWords) throw noWordSearch(name);
  if (byWords && column !== undefined)
    throw badOption(call, "column", "none where words are searched for", column);
  if (byWords) return "text";
  if (embedded.length === 0) throw noTextSearch(name);
  if (column !== undefined && !embedded.includes(column))
    throw badOption(call, "column", `one of ${embedded.join(", ")}`, column);
  return mode as SearchMode;
}

/** Whether a search that is not told how looks for words as well. */
function hasBoth({ columns }: TableDescription, column: string | undefined): boolean {
  const searched = columns.find((one) => one.function !== undefined && (column ?? one.name) === one.name);
  return columns.some(
    ({ name, search }) => search !== undefined && searched?.sources?.includes(name) === true,
  );
}
