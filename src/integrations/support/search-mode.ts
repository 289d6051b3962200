import { badSearchMode, nothingToFuse } from "./document-errors";

/** How documents are searched: `"hybrid"` is by vectors and by words, and `"auto"` is that where texts are searched by their words, otherwise `"vector"`. */
export type SearchMode = "auto" | "hybrid" | "vector" | "text";

const MODES: readonly unknown[] = ["auto", "hybrid", "vector", "text"] satisfies SearchMode[];

/** Throws INVALID_ARGUMENT where a value is no way to search. */
export function searchMode(call: string, mode: unknown): SearchMode {
  if (!MODES.includes(mode)) throw badSearchMode(call, MODES, mode);
  return mode as SearchMode;
}

/** Throws INVALID_ARGUMENT where it is said how two rankings become one, and only one is asked for. */
export function checkFused(call: string, mode: SearchMode, fuse: unknown): void {
  if (fuse !== undefined && (mode === "vector" || mode === "text")) throw nothingToFuse(call, mode);
}
