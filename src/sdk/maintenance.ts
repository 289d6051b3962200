// What a table says about itself, and how long it keeps the past.

import { describeValue } from "../describe-value";
import { isPlainObject } from "../realm";
import { badArgument } from "./call/errors";
import { checkOptions, DATA, FLAG, type OptionRules, ownArgument } from "./call/options";

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

/** Options of `optimize`. */
export interface OptimizeOptions {
  /**
   * Only says what would be removed. Nothing is changed.
   * @default false
   */
  readonly dryRun?: boolean | undefined;
}

export const OPTIMIZE: OptionRules<OptimizeOptions> = { dryRun: FLAG };

/** What `optimize` would remove. */
export interface Cleanup {
  /** The files that would go. The manifests that the run itself takes the place of are not among them. */
  readonly files: readonly CleanupFile[];
  /** How many bytes these files have. Files that are written anew or merged take some of them again. */
  readonly bytes: number;
  /** How many rows no version would show any more: the retention has passed them by. */
  readonly rows: number;
  /** How many versions could not be read any more. */
  readonly versions: number;
  /** The oldest version that could be read then, beside those that a tag or a pin keeps. */
  readonly oldestVersion: number;
}

/** A file that `optimize` would remove. */
export interface CleanupFile {
  /** Its folder in the folder of the table. */
  readonly folder: string;
  /** Its name. */
  readonly name: string;
  /** How many bytes it has. */
  readonly bytes: number;
  /**
   * Why it would go: nothing uses it any more (`retired`, `manifest`), a writer that was killed left it behind (`unnamed`), a pin ended
   * (`lease`), the retention has passed by all that it holds (`expired`) or some of it (`rewritten`: the rest is written anew), or it becomes
   * part of a larger file (`merged`).
   */
  readonly why: "retired" | "unnamed" | "manifest" | "lease" | "expired" | "rewritten" | "merged";
  /** How many milliseconds later it goes. In a bucket, files stay for an hour, for those who read them; elsewhere it is 0. */
  readonly afterMs: number;
}

const DAY_MS = 86_400_000;
/** What a Date can reach. */
const DAYS_MAX = 100_000_000;

/** A retention for the native module; throws INVALID_ARGUMENT. */
export function retentionJson(given: unknown): string {
  const retention = ownArgument("setRetention", given);
  if (retention === "forever") return JSON.stringify({ retentionMs: null });
  const { days }: { days?: unknown } = isPlainObject(retention)
    ? checkOptions("setRetention", { days: DATA }, retention)
    : {};
  if (typeof days === "number" && days >= 0 && days <= DAYS_MAX) {
    return JSON.stringify({ retentionMs: Math.round(days * DAY_MS) });
  }
  throw badArgument("setRetention", '{ days } from 0 to 100,000,000, or "forever"', describeValue(retention));
}
