// How tables are searched, and what is said where one is not searched so.

import { type TableDescription, VarveError } from "varve";
import { noTextSearch, noWordSearch } from "../../integrations/support/retrieval/tool-errors";
import type { SearchMode } from "../../integrations/support/search-mode";

/** What a search can go by. Without a key, nobody could say which row was found. */
export function searchedBy({ primaryKey, columns }: TableDescription): ("meaning" | "words")[] {
  if (primaryKey === null) return [];
  const byMeaning = columns.some((column) => column.function !== undefined);
  const byWords = columns.some((column) => column.search !== undefined);
  return [...(byMeaning ? (["meaning"] as const) : []), ...(byWords ? (["words"] as const) : [])];
}

/** Throws INVALID_ARGUMENT where a table with a key is not searched so, with a hint for those who cannot declare it anew. */
export function checkSearched(description: TableDescription, mode: SearchMode = "auto"): void {
  if (description.primaryKey === null) return;
  const by = searchedBy(description);
  const lacksMeaning = mode === "auto" ? by.length === 0 : mode !== "text" && !by.includes("meaning");
  const lacksWords = (mode === "text" || mode === "hybrid") && !by.includes("words");
  if (!lacksMeaning && !lacksWords) return;
  const { code, message, where } = (lacksWords ? noWordSearch : noTextSearch)(description.name);
  throw new VarveError(code, message, { where, hint: HINTS[by[0] ?? "nothing"] });
}

const HINTS = {
  meaning: 'Search with mode "vector", which goes by meaning.',
  words: 'Use search with mode "text", which goes by words.',
  nothing: "Read its rows with find.",
} as const;
