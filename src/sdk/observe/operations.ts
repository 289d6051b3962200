// The calls that are watched, each with its kind and with what its result says. What is not here is watched by nobody: closing, what only makes a
// snapshot, and `embed`, whose embedding is told of where it is made.

import type { CallKind } from "./call-event";
import {
  atVersion,
  checked,
  copied,
  differing,
  ended,
  filled,
  found,
  foundInAll,
  got,
  numbered,
  purged,
  type ReadOutcome,
  written,
} from "./outcome";

/** How a call is told of. */
export interface Operation {
  readonly kind: CallKind;
  readonly outcome: ReadOutcome;
  /** Whether its first argument names the table, or is the declaration of it. */
  readonly named?: boolean;
}

export type Operations = Readonly<Record<string, Operation>>;

function operation(kind: CallKind, outcome: ReadOutcome = ended): Operation {
  return { kind, outcome };
}

function named(kind: CallKind, outcome: ReadOutcome = ended): Operation {
  return { kind, outcome, named: true };
}

/** Reads in every form. */
export const READS: Operations = {
  find: operation("read", found),
  scan: operation("read", found),
  search: operation("search", found),
};

/** Further reads of tables and snapshots. */
export const VIEWS: Operations = {
  describe: operation("read"),
  get: operation("read", got),
  historyOf: operation("read", found),
  findFirst: operation("read", got),
  count: operation("read"),
  aggregate: operation("read"),
  groupBy: operation("read", found),
  distinct: operation("read", found),
  searchMany: operation("search", foundInAll),
  timeline: operation("search", found),
  explain: operation("search"),
  explainFind: operation("read"),
  explainCount: operation("read"),
};

/** What only snapshots have. */
export const SNAPSHOTS: Operations = {
  version: operation("read", numbered),
  point: operation("read", atVersion),
  pin: operation("write"),
};

/** What only pinned snapshots have. */
export const PINS: Operations = {
  renew: operation("write"),
  release: operation("write"),
};

/** What only tables have. */
export const TABLES: Operations = {
  version: operation("read", numbered),
  insert: operation("write", written),
  upsert: operation("write", written),
  update: operation("write", written),
  delete: operation("write", written),
  restore: operation("write", written),
  backfill: operation("write", filled),
  purge: operation("write", purged),
  pin: operation("write"),
  tag: operation("write", atVersion),
  deleteTag: operation("write"),
  branch: operation("write"),
  branches: operation("read"),
  deleteBranch: operation("write"),
  merge: operation("write", written),
  addColumn: operation("write"),
  dropColumn: operation("write"),
  renameColumn: operation("write"),
  alterColumn: operation("write"),
  reembed: operation("write"),
  diff: operation("read", differing),
  history: operation("read"),
  tags: operation("read"),
  stats: operation("read", atVersion),
  verify: operation("upkeep", checked),
  optimize: operation("upkeep"),
  setRetention: operation("upkeep"),
};

/** Calls of a database. */
export const DATABASES: Operations = {
  table: named("read"),
  openTable: named("read"),
  migrate: named("write"),
  renameTable: named("write"),
  drop: named("write"),
  branch: operation("write"),
  tables: operation("read"),
  history: operation("read"),
  verify: named("upkeep", checked),
  backup: operation("upkeep", copied),
};
