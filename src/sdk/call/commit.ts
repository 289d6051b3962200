import { jsonText, placeOf } from "../native/json-text";
import type { JsonValue } from "../schema/columns";
import { isPlainObject } from "../schema/plain";
import { describeValue } from "../schema/wire-value";
import { type Instant, toInstant } from "./as-of";
import { badArgument } from "./errors";
import { DATA, type OptionRules } from "./options";

/** What a commit can be told. */
export interface CommitOptions {
  /** A sentence for `history()`. */
  readonly message?: string | undefined;
  /**
   * When the fact became true, such as the date of a crawl; it must not run backwards, nor be more than 100 years ahead. See
   * `asOf({ effective })`.
   */
  readonly effectiveAt?: Instant | undefined;
  /** Anything else that `history()` should show. */
  readonly properties?: Readonly<Record<string, JsonValue>> | undefined;
  /** The newest version there must be. If somebody else has committed since, nothing is written and the call fails with `CONFLICT`. */
  readonly ifVersion?: number | undefined;
}

export const COMMIT: OptionRules<CommitOptions> = {
  message: DATA,
  effectiveAt: DATA,
  properties: DATA,
  ifVersion: DATA,
};

/** What a write did. A write that changes nothing makes no version, and shows the newest one. */
export interface WriteResult {
  /** The version that the write made. */
  readonly version: number;
  /** When it was committed; null for a table that nobody has written to. */
  readonly committedAt: Date | null;
  /** How many rows are new. */
  readonly inserted: number;
  /** How many rows were replaced or changed. */
  readonly updated: number;
  /** How many rows are gone. */
  readonly deleted: number;
  /** How many rows of an upsert are in the table already exactly as they were given, so that nothing was done for them. */
  readonly unchanged: number;
  /** How many of the rows were written without a vector, because embedding failed and `onEmbedError` is `"defer"`. `backfill()` completes them. */
  readonly deferred: number;
}

/** What a commit did. Newer versions may do more, which then is shown as they call it. */
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
  // An intersection keeps the words above from being swallowed by `string`, so that editors still offer them.
  | (string & {});

/** One change in the history of a table. */
export interface Commit {
  /** The version that it made. */
  readonly version: number;
  /** When it was committed; never before the commit before. */
  readonly committedAt: Date;
  /**
   * What the clock of the writer's machine showed; only where that is before `committedAt`: an earlier commit was dated by a clock
   * that was ahead, or this writer's clock was behind.
   */
  readonly clock?: Date;
  /** When the fact became true, where that was said; of a `restore` that takes later ones back, the one in force again. */
  readonly effectiveAt: Date | null;
  /** What was done. */
  readonly operation: Operation;
  /** How many rows were new. */
  readonly inserted: number;
  /** How many rows were replaced or changed. */
  readonly updated: number;
  /** How many rows went. */
  readonly deleted: number;
  /** What the writer said about it. */
  readonly message: string | null;
  /** What else the writer said. */
  readonly properties: Readonly<Record<string, JsonValue>> | null;
  /** The names that the version was given. */
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

/** What a write did, as the native module says it. */
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

/** The commits of a history, as the native module says them. */
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
    message: commit.message ?? null,
    properties: commit.properties ?? null,
    tags: commit.tags ?? [],
  }));
}

/** A date of milliseconds that may be missing. */
export function toDate(ms: number | null | undefined): Date | null {
  return ms === null || ms === undefined ? null : new Date(ms);
}
