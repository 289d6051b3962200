// What a table says about itself.

/** A name that was given to a version. */
export interface Tag {
  /** The name. */
  readonly name: string;
  /** The version. */
  readonly version: number;
}

/** How long rows that were removed stay readable. */
export type Retention = { readonly days: number } | "forever";

/** How large a table is. */
export interface TableStats {
  /** The newest version. */
  readonly version: number;
  /** The oldest version that can be read. */
  readonly oldestVersion: number;
  /** How many rows the newest version shows. */
  readonly rows: number;
  /** How many rows only older versions show. */
  readonly deadRows: number;
  /** How many runs of rows there are. */
  readonly fragments: number;
  /** How many small commits lie in the manifest, until the next tidying up. */
  readonly inlineCommits: number;
  /** How many index segments there are. */
  readonly indexes: number;
  /** How many files there are. */
  readonly files: number;
  /** How many bytes the table takes. */
  readonly bytes: number;
  /** How long rows that were removed stay readable; null for ever. */
  readonly retentionMs: number | null;
  /**
   * How many rows of each derived column have something to embed and no vector: because that was deferred, because a row brought none,
   * or because the function has nothing to say about it. See `backfill`.
   */
  readonly missingVectors: Readonly<Record<string, number>>;
}

/** What reading every file has shown. */
export interface Verification {
  /** Whether no file is damaged. */
  readonly ok: boolean;
  /** How many files were read. */
  readonly files: number;
  /** How many bytes were read. */
  readonly bytes: number;
  /** What is wrong. */
  readonly problems: readonly { readonly file: string | null; readonly message: string }[];
  /** What is odd although no file is damaged, such as commits that are dated later than now, and what it means. */
  readonly warnings: readonly { readonly message: string; readonly hint: string }[];
}

/** What tidying up has done. */
export interface Optimized {
  /** How many fragments became fewer and larger ones. */
  readonly merged: number;
  /** How many rows nobody can see any more were dropped. */
  readonly droppedRows: number;
  /** How many rows new index segments cover. */
  readonly indexedRows: number;
  /** How many files were removed. */
  readonly removedFiles: number;
}
