import type { StudioCommit } from "../api-types";

/** What a commit did to rows, as a class of a few colours. */
export function kindOf(commit: StudioCommit | undefined): "added" | "changed" | "removed" | "other" {
  const operation = commit?.operation ?? "";
  if (operation === "insert") return "added";
  if (["upsert", "update", "backfill"].includes(operation)) return "changed";
  return operation === "delete" ? "removed" : "other";
}
