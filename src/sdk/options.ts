// The options that each call takes. A name that is none of them is refused: a mistyped `where` must never mean all rows.

import type { BackfillOptions } from "./backfill";
import type { CommitOptions } from "./commit";
import type { ConnectOptions } from "./connect";
import type { OpenTableOptions } from "./database";
import type { DiffOptions } from "./diff";
import { badArgument, unknownOption } from "./errors";
import type { LongOptions } from "./progress";
import type { ReembedOptions } from "./reembed";
import type { AnyTable } from "./schema/table-definition";
import { describeValue } from "./schema/wire-value";
import type { DeleteOptions, HistoryOptions, InsertOptions, UpdateOptions, UpsertOptions } from "./table";
import type { FindOptions, ScanOptions, SearchOptions, SelectOptions } from "./table-view";

/** Every name that options of a type may have. */
type Names<T> = Readonly<Record<keyof T, true>>;

const commit: Names<CommitOptions> = { message: true, effectiveAt: true, properties: true };
const long: Names<LongOptions> = { signal: true, onProgress: true };
const insert: Names<InsertOptions> = { ...commit, ...long, vectors: true, onEmbedError: true };

/** Time as tests make it. */
const paced = { pace: true };

const NAMES = {
  connect: { registry: true, embeddingCache: true, ...paced } satisfies Names<ConnectOptions>,
  openTable: { bigints: true } satisfies Names<OpenTableOptions>,
  get: { select: true } satisfies Names<SelectOptions<string>>,
  find: { select: true, where: true, orderBy: true, limit: true, offset: true, after: true } satisfies Names<
    FindOptions<AnyTable, string>
  >,
  count: { where: true },
  scan: { select: true, where: true, batchRows: true, signal: true } satisfies Names<
    ScanOptions<AnyTable, string>
  >,
  search: {
    column: true,
    limit: true,
    select: true,
    where: true,
    exact: true,
    recall: true,
    mode: true,
    signal: true,
    during: true,
    everyVersion: true,
  } satisfies Names<SearchOptions<AnyTable, string, string>>,
  insert,
  upsert: { ...insert, delete: true } satisfies Names<UpsertOptions<AnyTable>>,
  update: { ...commit, ...long, where: true, set: true, vectors: true } satisfies Names<
    UpdateOptions<AnyTable, boolean>
  >,
  delete: { ...commit, where: true } satisfies Names<DeleteOptions<AnyTable>>,
  diff: { select: true, where: true } satisfies Names<DiffOptions<AnyTable, string>>,
  history: { limit: true, before: true } satisfies Names<HistoryOptions>,
  restore: commit,
  addColumn: commit,
  dropColumn: commit,
  backfill: { ...commit, ...long, column: true, limit: true } satisfies Names<BackfillOptions>,
  reembed: { ...commit, ...long } satisfies Names<ReembedOptions>,
} as const;

/** The options of a call, all of which may be left out; throws INVALID_ARGUMENT for anything that the call does not take. */
export function checkOptions<T extends object>(call: keyof typeof NAMES, options: T | undefined): T {
  if (options === undefined) return {} as T;
  if (typeof options !== "object" || options === null) {
    throw badArgument(`${call}: options`, "an object", describeValue(options));
  }
  const names = NAMES[call];
  for (const name in options) {
    if (!Object.hasOwn(names, name)) throw unknownOption(call, name, Object.keys(names));
  }
  return options;
}
