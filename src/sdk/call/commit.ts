import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { jsonText, placeOf } from "../native/json-text";
import type { JsonValue } from "../schema/columns";
import { type Instant, toInstant } from "./as-of";
import { badArgument } from "./errors";
import { DATA, type OptionRules } from "./options";

/** Options of every commit. */
export interface CommitOptions {
  /** A message that `history()` shows. */
  readonly message?: string | undefined;
  /**
   * When the fact became true, such as the date of a crawl. It must not be earlier than that of the previous commit, nor more than 100 years
   * ahead. See `asOf({ effective })`.
   */
  readonly effectiveAt?: Instant | undefined;
  /** Further data that `history()` shows. */
  readonly properties?: Readonly<Record<string, JsonValue>> | undefined;
  /**
   * The version that must be the newest. If somebody else has committed since, nothing is written and the call fails with `CONFLICT`.
   * @default any
   */
  readonly ifVersion?: number | undefined;
}

export const COMMIT: OptionRules<CommitOptions> = {
  message: DATA,
  effectiveAt: DATA,
  properties: DATA,
  ifVersion: DATA,
};

/** The result of a write. A write that changes nothing creates no version and reports the newest one. */
export interface WriteResult {
  /** The version that the write created. */
  readonly version: number;
  /** When it was committed; null if the table has never been written to. */
  readonly committedAt: Date | null;
  /** How many rows are new. */
  readonly inserted: number;
  /** How many rows were replaced or changed. */
  readonly updated: number;
  /** How many rows were removed. */
  readonly deleted: number;
  /** How many rows of an upsert were already in the table exactly as given, so that nothing was done for them. */
  readonly unchanged: number;
  /** How many rows were written without a vector because embedding failed and `onEmbedError` is `"defer"`. `backfill()` completes them. */
  readonly deferred: number;
}

/** What a commit did. Newer versions of Varve may have further operations, which are shown under their own names. */
export type Operation =
  | "insert"
  | "upsert"
  | "update"
  | "delete"
  | "addColumn"
  | "dropColumn"
  | "renameColumn"
  | "alterColumn"
  | "migrate"
  | "restore"
  | "reembed"
  | "purge"
  | "merge"
  // An intersection keeps the words above from being swallowed by `string`, so that editors still offer them.
  | (string & {});

/** A commit in the history of a table. */
export interface Commit {
  /** The version that it created. */
  readonly version: number;
  /** When it was committed; never earlier than the previous commit. */
  readonly committedAt: Date;
  /**
   * The time on the clock of the writer's machine. It is there only if it is earlier than `committedAt`: either an earlier commit was dated by
   * a clock that was ahead, or this writer's clock was behind.
   */
  readonly clock?: Date;
  /** When the fact became true, if the writer said so. For a `restore` that withdraws later dates, the date that applies again. */
  readonly effectiveAt: Date | null;
  /** What was done. */
  readonly operation: Operation;
  /** How many rows were new. */
  readonly inserted: number;
  /** How many rows were replaced or changed. */
  readonly updated: number;
  /** How many rows were removed. */
  readonly deleted: number;
  /** Only of a purge: how many rows it removed from every version, also those that were removed from the newest one before. */
  readonly purged?: number;
  /** Only of a merge: the line whose rows it took over, `"main"` being the table itself, and up to which version. */
  readonly merged?: { readonly branch: string; readonly version: number };
  /** The message of the writer. */
  readonly message: string | null;
  /** The further data of the writer. */
  readonly properties: Readonly<Record<string, JsonValue>> | null;
  /** The tags of the version. */
  readonly tags: readonly string[];
}

/** The options of a commit for the native module; throws INVALID_ARGUMENT. */
export function toCommitJson(options: CommitOptions): Record<string, unknown> {
  const { message, effectiveAt, properties, ifVersion } = options;
  const json: Record<string, unknown> = {};
  if (ifVersion !== undefined) {
    if (!Number.isSafeInteger(ifVersion) || ifVersion < 0)
      throw badArgument("ifVersion", "the number of a version", describeValue(ifVersion));
    json["ifVersion"] = ifVersion;
  }
  if (message !== undefined) {
    if (typeof message !== "string") throw badArgument("message", "a text", describeValue(message));
    json["message"] = message;
  }
  if (effectiveAt !== undefined) json["effectiveAt"] = toInstant("effectiveAt", effectiveAt);
  if (properties !== undefined) {
    if (!isPlainObject(properties))
      throw badArgument("properties", "a plain object", describeValue(properties));
    const text = jsonText(properties, ({ way, part, expected }) => {
      throw badArgument(placeOf("properties", way), expected, describeValue(part));
    });
    json["properties"] = JSON.parse(text);
  }
  return json;
}

/** The result of a write, from the JSON of the native module. */
export function toWriteResult(text: string, deferred = 0): WriteResult {
  const result = JSON.parse(text) as Partial<WriteResult> & { version: number; committedAt: number | null };
  const { version, committedAt, inserted, updated, deleted, unchanged } = result;
  return {
    version,
    committedAt: toDate(committedAt),
    inserted: inserted ?? 0,
    updated: updated ?? 0,
    deleted: deleted ?? 0,
    unchanged: unchanged ?? 0,
    deferred: deferred + (result.deferred ?? 0),
  };
}

/** The commits of a history, from the JSON of the native module. */
export function toCommits(text: string): Commit[] {
  const commits = JSON.parse(text) as (Omit<Commit, "committedAt" | "clock" | "effectiveAt"> & {
    committedAt: number;
    clock: number | null;
    effectiveAt: number | null;
  })[];
  return commits.map((commit) => ({
    version: commit.version,
    committedAt: new Date(commit.committedAt),
    ...(commit.clock === null ? {} : { clock: new Date(commit.clock) }),
    effectiveAt: toDate(commit.effectiveAt),
    operation: commit.operation,
    inserted: commit.inserted,
    updated: commit.updated,
    deleted: commit.deleted,
    ...(commit.operation === "purge" ? { purged: commit.purged ?? 0 } : {}),
    ...(commit.merged ? { merged: { ...commit.merged, branch: commit.merged.branch ?? "main" } } : {}),
    message: commit.message ?? null,
    properties: commit.properties ?? null,
    tags: commit.tags ?? [],
  }));
}

/** Milliseconds as a date, or null if there are none. */
export function toDate(ms: number | null | undefined): Date | null {
  return ms === null || ms === undefined ? null : new Date(ms);
}
