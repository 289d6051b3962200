// One line of a table takes over what another has changed. The engine compares the rows and commits; a function that settles conflicts is
// asked here.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { VarveError } from "../../varve-error";
import { COMMIT, type CommitOptions, toCommitJson, toWriteResult, type WriteResult } from "../call/commit";
import { badArgument } from "../call/errors";
import { CHANGE, choice, FLAG, type OptionRules } from "../call/options";
import { TableHandle, type TableInfo } from "../handle/table-handle";
import { callAsync } from "../native/call";
import { checkFilter } from "../query/check-filter";
import { compareMany, type FilterNode } from "../query/node";
import { Snapshot } from "../read/snapshot";
import type { AnyTable } from "../schema/table-definition";
import { writeRows } from "../write/write";
import { checkBranch, lineOf, partsOf } from "./branch";

/** A row that both lines changed since they last met, each in its own way. A row that is not there is null. */
export interface MergeConflict<R = Record<string, unknown>> {
  /** Its primary key. */
  readonly key: string | number | bigint;
  /** The row where both last met. */
  readonly base: R | null;
  /** The row here. */
  readonly ours: R | null;
  /** The row in the line that is merged. */
  readonly theirs: R | null;
  /** The columns in which the two do not agree; with `by: "column"` those that both changed. */
  readonly columns: readonly string[];
}

/**
 * Settles a conflict: returns the row as it is to be, which may be one of the three, or null for no row. Its vectors are computed like those of any
 * row that is written.
 */
export type ResolveConflict<R = Record<string, unknown>, I = Record<string, unknown>> = (
  base: R | null,
  ours: R | null,
  theirs: R | null,
  conflict: MergeConflict<R>,
) => R | I | null | Promise<R | I | null>;

/** Options of `merge`. */
export interface MergeOptions<R = Record<string, unknown>, I = Record<string, unknown>>
  extends CommitOptions {
  /**
   * What becomes of rows that both lines changed: `"fail"` throws `MERGE_CONFLICT` and changes nothing; `"ours"` keeps the rows that are here,
   * `"theirs"` takes the others; a function decides for each.
   * @default "fail"
   */
  readonly onConflict?: "fail" | "ours" | "theirs" | ResolveConflict<R, I> | undefined;
  /**
   * What is compared: with `"column"`, a column that only one line changed is taken from there, so that only a column that both changed is a
   * conflict.
   * @default "row"
   */
  readonly by?: "row" | "column" | undefined;
  /**
   * Only says what would be done, with all conflicts. Nothing is changed, and no function is asked.
   * @default false
   */
  readonly dryRun?: boolean | undefined;
}

export const MERGE: OptionRules<MergeOptions> = {
  ...COMMIT,
  onConflict: CHANGE,
  by: choice("row", "column"),
  dryRun: FLAG,
};

/** What a merge did, or would do. Where nothing was new there is no version, and the newest one is reported. */
export interface MergeResult<R = Record<string, unknown>> extends WriteResult {
  /** The version of the other line that was taken over. */
  readonly taken: number;
  /** The rows that both lines changed; only with `dryRun`. */
  readonly conflicts: readonly MergeConflict<R>[];
}

interface MergedJson {
  readonly version: number;
  readonly taken: number;
  readonly base: { readonly line: string; readonly version: number };
  readonly conflicts: readonly {
    readonly key: string | { readonly $int: string };
    readonly columns: readonly string[];
  }[];
}

type Row = Record<string, unknown>;
type Key = string | number | bigint;

interface Settled {
  readonly key: string | { readonly $int: string };
  readonly side: "ours" | "theirs";
}

/** Others may write while conflicts are being settled. */
const TRIES = 8;

/** Takes over into a line what another has changed. */
export async function merge(
  handle: TableHandle,
  from: string,
  options: MergeOptions,
): Promise<MergeResult<Row>> {
  checkBranch(from);
  const { onConflict = "fail", dryRun = false } = options;
  if (typeof onConflict !== "function" && !["fail", "ours", "theirs"].includes(onConflict))
    throw badArgument("onConflict", '"fail", "ours", "theirs" or a function', describeValue(onConflict));
  const merging = new Merging(handle, lineOf(partsOf(handle.name).table, from), options);
  if (dryRun) return await merging.tell();
  if (typeof onConflict !== "function") return await merging.run([]);
  return await merging.settle(onConflict);
}

class Merging {
  readonly #handle: TableHandle;
  readonly #from: string;
  readonly #options: MergeOptions;

  constructor(handle: TableHandle, from: string, options: MergeOptions) {
    this.#handle = handle;
    this.#from = from;
    this.#options = options;
  }

  /** What would be done. */
  async tell(): Promise<MergeResult<Row>> {
    const text = await this.#ask({ dryRun: true, ...toCommitJson(this.#options) });
    return { ...toWriteResult(text), ...(await this.#told(JSON.parse(text) as MergedJson)) };
  }

  /** Merges, where some conflicts are settled. */
  async run(
    resolved: readonly Settled[],
    ifVersion: number | undefined = this.#options.ifVersion,
  ): Promise<MergeResult<Row>> {
    const text = await this.#ask({ resolved, ...toCommitJson({ ...this.#options, ifVersion }) });
    const { taken } = JSON.parse(text) as MergedJson;
    return { ...toWriteResult(text), taken, conflicts: [] };
  }

  /**
   * Asks a function about each conflict. The rows that it makes are written first, so that their vectors are computed as always, and then
   * count as ours: where this ends in between, the conflicts are still there.
   */
  async settle(resolve: ResolveConflict): Promise<MergeResult<Row>> {
    for (let tries = 1; ; tries += 1) {
      const text = await this.#ask({ dryRun: true, ...toCommitJson(this.#options) });
      const dry = JSON.parse(text) as MergedJson;
      const { conflicts } = await this.#told(dry);
      const rows: unknown[] = [];
      const gone: Key[] = [];
      const resolved: Settled[] = [];
      for (const [at, conflict] of conflicts.entries()) {
        const { base, ours, theirs } = conflict;
        const row: unknown = await resolve(base, ours, theirs, conflict);
        const key = dry.conflicts[at]?.key ?? "";
        resolved.push({ key, side: row === theirs && row !== ours ? "theirs" : "ours" });
        if (row === ours || row === theirs) continue;
        if (row === null) gone.push(conflict.key);
        else rows.push(this.#rowOf(row, conflict.key));
      }
      const wrote = await this.#write(rows, gone, dry.version);
      try {
        const merged = await this.run(resolved, wrote?.version ?? this.#options.ifVersion);
        return wrote === undefined ? merged : together(wrote, merged);
      } catch (error) {
        const moved = VarveError.is(error) && (error.code === "CONFLICT" || error.code === "MERGE_CONFLICT");
        if (!moved || this.#options.ifVersion !== undefined || tries === TRIES) throw error;
      }
    }
  }

  async #write(rows: unknown[], gone: readonly Key[], ifVersion: number): Promise<WriteResult | undefined> {
    if (rows.length === 0 && gone.length === 0) return undefined;
    const { message, properties } = this.#options;
    const commit = { ifVersion, ...(message && { message }), ...(properties && { properties }) };
    const handle = this.#handle;
    if (rows.length > 0) {
      const ending = gone.length === 0 ? {} : { delete: this.#keys(gone) };
      return await handle.told(writeRows(handle, "upsert", rows, { ...commit, ...ending }));
    }
    const where = checkFilter(this.#keys(gone), handle.schema);
    const request = { kind: "delete", where, ...toCommitJson(commit) };
    return toWriteResult(await handle.told(handle.write(JSON.stringify(request), null)));
  }

  #keys(keys: readonly Key[]): FilterNode {
    return compareMany("in", [this.#handle.schema.primaryKey ?? ""], keys);
  }

  #rowOf(row: unknown, key: Key): Row {
    const name = this.#handle.schema.primaryKey ?? "";
    if (!isPlainObject(row))
      throw badArgument("onConflict", "a row or null to be returned", describeValue(row));
    if (row[name] !== key)
      throw badArgument(
        "onConflict",
        `a row with the key ${String(key)} to be returned`,
        describeValue(row[name]),
      );
    return row;
  }

  async #told(merged: MergedJson): Promise<{ taken: number; conflicts: MergeConflict<Row>[] }> {
    const { taken, base } = merged;
    if (merged.conflicts.length === 0) return { taken, conflicts: [] };
    const keys = merged.conflicts.map(({ key }) => keyOf(key, this.#handle));
    const theirs = await this.#open();
    const rows = async (line: TableHandle, version: number): Promise<(Row | null)[]> => {
      const then = new Snapshot<AnyTable>(line, version).untyped;
      return (await then.get(keys as never)) as unknown as (Row | null)[];
    };
    const was = base.line === this.#handle.name ? this.#handle : theirs;
    const [before, here, there] = [
      await rows(was, base.version),
      await rows(this.#handle, merged.version),
      await rows(theirs, taken),
    ];
    const conflicts = merged.conflicts.map(({ columns }, at) => ({
      key: keys[at] ?? "",
      base: before[at] ?? null,
      ours: here[at] ?? null,
      theirs: there[at] ?? null,
      columns,
    }));
    return { taken, conflicts };
  }

  /** The line that is merged. */
  async #open(): Promise<TableHandle> {
    const { options } = this.#handle;
    const native = await callAsync(() => options.database.openTable(this.#from));
    const { schema } = JSON.parse(await callAsync(() => native.info())) as TableInfo;
    const { services, database, bigints } = options;
    return new TableHandle(this.#from, native, schema, {
      definition: undefined,
      services,
      database,
      bigints,
    });
  }

  #ask(more: Record<string, unknown>): Promise<string> {
    const { onConflict, by } = this.#options;
    const all = typeof onConflict === "string" && onConflict !== "fail" ? onConflict : undefined;
    const request = { into: this.#handle.name, from: this.#from, by, onConflict: all, ...more };
    return callAsync(() => this.#handle.options.database.merge(JSON.stringify(request)));
  }
}

function keyOf(key: string | { readonly $int: string }, handle: TableHandle): Key {
  if (typeof key === "string") return key;
  const bigints = handle.options.bigints ?? [];
  const isBigint = handle.schema.primaryKey !== null && bigints.includes(handle.schema.primaryKey);
  const number = Number(key.$int);
  return isBigint || !Number.isSafeInteger(number) ? BigInt(key.$int) : number;
}

function together(wrote: WriteResult, merged: MergeResult<Row>): MergeResult<Row> {
  return {
    ...merged,
    inserted: wrote.inserted + merged.inserted,
    updated: wrote.updated + merged.updated,
    deleted: wrote.deleted + merged.deleted,
    deferred: wrote.deferred + merged.deferred,
  };
}
