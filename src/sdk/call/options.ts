// The options that each call takes. They are read once, when the call is made. A name that is none of them is refused: a mistyped `where`
// must never mean all rows.

import type { AddColumnOptions, AlterColumnOptions } from "../columns/alter";
import type { BackfillOptions } from "../columns/backfill";
import type { MigrateOptions } from "../columns/migrate";
import type { ReembedOptions } from "../columns/reembed";
import type { ConnectOptions } from "../connect";
import type { OpenTableOptions } from "../database";
import type { EmbeddingCacheOptions } from "../embed/embedding-cache";
import { unreadableFilter } from "../query/filter-errors";
import type { DiffOptions } from "../read/diff";
import type {
  EmbedCallOptions,
  FindOptions,
  ScanOptions,
  SearchOptions,
  SelectOptions,
} from "../read/table-view";
import { isUnreadable, ownCopy, ownProperties } from "../schema/own-copy";
import { isPlainObject } from "../schema/plain";
import type { AnyTable } from "../schema/table-definition";
import { describeValue } from "../schema/wire-value";
import type { DeleteOptions, HistoryOptions, InsertOptions, UpdateOptions, UpsertOptions } from "../table";
import type { CommitOptions } from "./commit";
import { badArgument, tooManyArguments, unknownOption, unreadableArgument } from "./errors";
import type { ParsePointOptions } from "./point";
import type { LongOptions } from "./progress";

/**
 * How the value of an option is read: `data` and `filter` are copied, and so is a `change`, unless it is a function; the others are checked
 * and kept as they are.
 */
type Kind = "data" | "filter" | "change" | "flag" | "signal" | "callback" | "component";

/** Every name that options of a type may have. */
type Names<T> = Readonly<Record<keyof T, Kind>>;

const commit: Names<CommitOptions> = {
  message: "data",
  effectiveAt: "data",
  properties: "data",
  ifVersion: "data",
};
const long: Names<LongOptions> = { signal: "signal", onProgress: "callback" };
const insert: Names<InsertOptions> = {
  ...commit,
  ...long,
  vectors: "flag",
  onEmbedError: "data",
  onDuplicate: "data",
};
const select: Names<SelectOptions<string>> = { select: "data" };
const find: Names<FindOptions<AnyTable, string>> = {
  ...select,
  where: "filter",
  orderBy: "data",
  limit: "data",
  offset: "data",
  after: "data",
};
const { limit: _limit, ...findFirst } = find;
const scan: Names<ScanOptions<AnyTable, string>> = {
  ...select,
  where: "filter",
  batchRows: "data",
  signal: "signal",
};
const search: Names<SearchOptions<AnyTable, string, string>> = {
  ...select,
  column: "data",
  limit: "data",
  where: "filter",
  exact: "flag",
  recall: "data",
  mode: "data",
  signal: "signal",
  during: "data",
  everyVersion: "flag",
};

const NAMES = {
  connect: { registry: "component", embeddingCache: "data" } satisfies Names<ConnectOptions>,
  embeddingCache: { maxBytes: "data" } satisfies Names<EmbeddingCacheOptions>,
  openTable: { bigints: "data" } satisfies Names<OpenTableOptions>,
  get: select,
  find,
  findFirst,
  count: { where: "filter" },
  scan,
  search,
  embed: { column: "data", kind: "data", signal: "signal" } satisfies Names<EmbedCallOptions<string>>,
  insert,
  upsert: { ...insert, delete: "filter", merge: "flag" } satisfies Names<UpsertOptions<AnyTable>>,
  update: {
    ...commit,
    ...long,
    where: "filter",
    all: "flag",
    set: "change",
    vectors: "flag",
  } satisfies Names<UpdateOptions<AnyTable, boolean>>,
  delete: { ...commit, where: "filter", all: "flag" } satisfies Names<DeleteOptions<AnyTable>>,
  diff: { ...select, where: "filter" } satisfies Names<DiffOptions<AnyTable, string>>,
  history: { limit: "data", before: "data" } satisfies Names<HistoryOptions>,
  restore: commit,
  addColumn: { ...commit, ...long } satisfies Names<AddColumnOptions>,
  dropColumn: commit,
  renameColumn: commit,
  alterColumn: { ...commit, vouch: "flag" } satisfies Names<AlterColumnOptions>,
  migrate: { ...commit, ...long, dryRun: "flag", allowDrop: "data" } satisfies Names<MigrateOptions>,
  backfill: { ...commit, ...long, column: "data", limit: "data" } satisfies Names<BackfillOptions>,
  reembed: { ...commit, ...long } satisfies Names<ReembedOptions>,
  setRetention: { days: "data" },
  during: { from: "data", to: "data" },
  parsePoint: { now: "data", dates: "data" } satisfies Names<ParsePointOptions>,
} as const;

/** What tests pass besides. */
const HIDDEN: Readonly<Record<string, Kind>> = { pace: "component" };

/**
 * The options of a call, all of which may be left out: a copy without a prototype. Throws INVALID_ARGUMENT for anything that the call
 * does not take, and INVALID_FILTER for a filter that cannot be read.
 */
export function checkOptions<T extends object>(call: keyof typeof NAMES, options: T | undefined): T {
  const read: Record<string, unknown> = Object.create(null);
  if (options === undefined) return read as T;
  if (!isPlainObject(options)) throw badArgument(`${call}: options`, "an object", describeValue(options));
  const names: Readonly<Record<string, Kind>> = NAMES[call];
  for (const [name, value] of Object.entries(readable(call, () => ownProperties(options)))) {
    const kind = kindOf(names, name) ?? (call === "connect" ? kindOf(HIDDEN, name) : undefined);
    if (kind === undefined) throw unknownOption(call, name, Object.keys(names));
    if (value !== undefined) read[name] = readOption(call, name, kind, value);
  }
  return read as T;
}

/** Throws INVALID_ARGUMENT where something was passed behind the last parameter of a method. */
export function refuseMore(call: string, more: readonly unknown[]): void {
  const extra = more.find((value) => value !== undefined);
  if (extra !== undefined) throw tooManyArguments(call, describeValue(extra));
}

/** Checks a count; throws INVALID_ARGUMENT. */
export function checkCount(name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw badArgument(name, `a whole number from ${least} on`, describeValue(value));
}

/** An argument that is not among the options, read once; throws INVALID_ARGUMENT. */
export function ownArgument(name: string, value: unknown): unknown {
  return readable(name, () => ownCopy(value));
}

function kindOf(names: Readonly<Record<string, Kind>>, name: string): Kind | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

function readOption(call: string, name: string, kind: Kind, value: unknown): unknown {
  switch (kind) {
    case "data":
      return readable(`${call}: ${name}`, () => ownCopy(value));
    case "filter":
      return readable(name, () => ownCopy(value), unreadableFilter);
    case "change":
      return typeof value === "function" ? value : readOption(call, name, "data", value);
    case "flag":
      if (typeof value !== "boolean") throw badArgument(name, "true or false", describeValue(value));
      return value;
    case "callback":
      if (typeof value !== "function") throw badArgument(name, "a function", describeValue(value));
      return value;
    case "signal":
      if (!isSignal(value)) throw badArgument(name, "an AbortSignal", describeValue(value));
      return value;
    default:
      return value;
  }
}

/** By its shape, because it may be of another realm. */
function isSignal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    const { aborted, addEventListener } = value as Partial<AbortSignal>;
    return typeof aborted === "boolean" && typeof addEventListener === "function";
  } catch {
    return false;
  }
}

type Unreadable = (name: string, why: string, cause: unknown) => Error;

function readable<T>(name: string, read: () => T, say: Unreadable = unreadableArgument): T {
  try {
    return read();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const place = error.place === "" ? name : `${name}.${error.place}`;
    throw say(place, error.message, error.cause);
  }
}
