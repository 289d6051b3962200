import { readOnly } from "../support/document-errors";
import { SearchableStore } from "./searchable-store";

/**
 * A vector store as it was: searches, retrievers and everything else that only reads. Made by `asOf`; every write rejects.
 *
 * @example
 * ```ts
 * const then = store.asOf("2026-09-30");
 * const retriever = then.asRetriever({ k: 5 });
 * ```
 */
export class VarveSnapshotStore extends SearchableStore {
  /** The name in traces. */
  static override lc_name(): string {
    return "VarveSnapshotStore";
  }

  /** Rejects: the past cannot be written to. */
  override addDocuments(): Promise<never> {
    return Promise.reject(readOnly("addDocuments"));
  }

  /** Rejects: the past cannot be written to. */
  override addVectors(): Promise<never> {
    return Promise.reject(readOnly("addVectors"));
  }

  /** Rejects: the past cannot be written to. */
  override delete(): Promise<never> {
    return Promise.reject(readOnly("delete"));
  }
}
