import { badSearchMode } from "./document-errors";

/** How documents are searched: by vectors, or by their words. */
export type SearchMode = "vector" | "text";

const MODES: readonly unknown[] = ["vector", "text"] satisfies SearchMode[];

/** Throws INVALID_ARGUMENT where a value is no way to search. */
export function searchMode(call: string, mode: unknown): SearchMode {
  if (!MODES.includes(mode)) throw badSearchMode(call, MODES, mode);
  return mode as SearchMode;
}
