import { describeValue } from "../describe-value";
import type { EmbeddingFunction, EmbeddingInput } from "../embeddings/embedding-function";
import { refuseMore } from "../own-options";
import {
  BRANCH,
  type Branch,
  type BranchOptions,
  branches,
  createBranch,
  deleteBranch,
  lineOf,
  partsOf,
} from "./branch/branch";
import { MERGE, type MergeOptions, type MergeResult, merge } from "./branch/merge";
import { type AsOf, toAsOfJson } from "./call/as-of";
import {
  COMMIT,
  type Commit,
  type CommitOptions,
  toCommitJson,
  toWriteResult,
  type WriteResult,
} from "./call/commit";
import { badArgument } from "./call/errors";
import { checkOptions } from "./call/options";
import {
  ADD_COLUMN,
  type AddColumnOptions,
  ALTER_COLUMN,
  type AlterColumnOptions,
  addColumn,
  alterColumn,
  dropColumn,
  refreshed,
  renameColumn,
} from "./columns/alter";
import {
  BACKFILL,
  type BackfillOptions,
  type BackfillResult,
  backfill,
  missingVectors,
} from "./columns/backfill";
import { REEMBED, type ReembedOptions, reembed } from "./columns/reembed";
import { TableHandle, type TableInfo } from "./handle/table-handle";
import {
  type Cleanup,
  OPTIMIZE,
  type Optimized,
  type OptimizeOptions,
  type Retention,
  retentionJson,
  type TableStats,
  type Tag,
  type Verification,
} from "./maintenance";
import { callAsync } from "./native/call";
import { observed } from "./observe/observed";
import { TABLES } from "./observe/operations";
import { DIFF, type Diff, type DiffOptions, diff } from "./read/diff";
import { HISTORY, type HistoryOptions, history } from "./read/history";
import { Lease, PIN, type PinOptions } from "./read/lease";
import { newestReader, type Reader } from "./read/reader";
import { PinnedSnapshot, Snapshot } from "./read/snapshot";
import { TableView } from "./read/table-view";
import type { AnyColumn } from "./schema/column";
import type { Derived, SourcesOf } from "./schema/derived";
import type { ColumnName, DefaultColumn, DerivedInput, InsertWithVectors, SelectedRow } from "./schema/infer";
import type {
  AnyTable,
  UntypedTable,
  WithColumn,
  WithDerived,
  WithoutColumn,
  WithRenamed,
} from "./schema/table-definition";
import { PURGE, type PurgeOptions, type PurgeResult, purge } from "./write/purge";
import { rowFilter } from "./write/row-filter";
import { updateRows } from "./write/update";
import { type OneOrMore, writeRows } from "./write/write";
import {
  DELETE,
  type DeleteOptions,
  INSERT,
  type InsertOptions,
  UPDATE,
  UPSERT,
  type UpdateOptions,
  type UpsertOptions,
  type UpsertRow,
} from "./write/write-options";

/** The result of a restore. */
export interface RestoreResult<D extends AnyTable> extends WriteResult {
  /** The handle that `restore` was called on, with the columns that the table now has. Not enumerable. */
  readonly table: Table<D>;
}

/**
 * An open table. Reads show the newest version; each write is atomic and creates a new version. A handle keeps the columns that it was opened
 * with: calls such as `addColumn` return a new handle.
 *
 * @typeParam D - the table's definition
 *
 * @example
 * ```ts
 * const t = await db.table(docs);
 * await t.insert([{ id: "1", title: "Refunds", body: "…" }]);
 * const hits = await t.search("refund policy", { limit: 5 });
 * ```
 */
export class Table<D extends AnyTable = UntypedTable> extends TableView<D> {
  static {
    observed(Table.prototype, TABLES, TableView.surroundings);
  }

  #reader: Reader | undefined;

  /** @internal */
  protected override read<T>(call: (reader: Reader) => Promise<T>): Promise<T> {
    this.#reader ??= newestReader(this.handle);
    return call(this.#reader);
  }

  /** @internal */
  protected override seen(): number | undefined {
    return this.handle.newest();
  }

  /** This table without its types, for code that works with any table, such as an adapter. */
  override get untyped(): Table {
    return this as unknown as Table;
  }

  /** The newest version. */
  async version(...more: readonly never[]): Promise<number> {
    refuseMore("version", more);
    return (await this.handle.info()).version;
  }

  /**
   * Adds one or more rows in one commit. If a row is invalid or its key already exists, none is added. Derived columns are computed.
   *
   * An array is read during the call, so you can reuse it right away. An iterable is asked for rows as there is room for them, in batches of
   * about 4 MB, and each row is read as it arrives, so even an endless source needs no more memory than a batch.
   *
   * A commit is a sync of the disk, and concurrent writes share one: with `Promise.all`, many small inserts take little longer than one. Each
   * is a version of its own; those of one tick that need no embedding come in the order of the calls. A `delete` that is
   * called in the same tick may be committed before inserts that were not awaited, so await them if the order matters.
   *
   * @example
   * ```ts
   * await t.insert(rows, { message: "crawl 12", effectiveAt: crawledAt });
   * ```
   */
  async insert<const V extends boolean = false>(
    rows: OneOrMore<V extends true ? InsertWithVectors<D> : D["$insert"]>,
    options?: InsertOptions<V>,
    ...more: readonly never[]
  ): Promise<WriteResult> {
    const given: InsertOptions = checkOptions("insert", INSERT, options, more);
    return await this.handle.told(writeRows(this.handle, "insert", rows, given));
  }

  /**
   * Adds rows, and replaces those whose key already exists, in one commit. A row replaces the old one entirely, except for columns that this
   * handle does not declare, which keep their values. With `merge`, a row changes only the columns that it has.
   *
   * A row that equals the one in the table is skipped: it counts as `unchanged`, and nothing is embedded for it. If all rows are equal, there
   * is no new version. A vector is computed again only if one of its source columns changed.
   *
   * With `delete`, the same commit also removes other rows. A crawl needs this when some documents are new, some changed and some gone.
   *
   * @example
   * ```ts
   * await t.upsert(found, { delete: { path: { $in: gone } }, message: "crawl 13" });
   * await t.upsert({ id: "1", title: "Refunds" }, { merge: true });
   * ```
   */
  async upsert<const V extends boolean = false, const M extends boolean = false>(
    rows: OneOrMore<UpsertRow<D, V, M>>,
    options?: UpsertOptions<D, V, M>,
    ...more: readonly never[]
  ): Promise<WriteResult> {
    const given = checkOptions("upsert", UPSERT, options, more);
    return await this.handle.told(writeRows(this.handle, "upsert", rows, given));
  }

  /**
   * Sets columns of all rows that match a filter, in one commit, and recomputes what depends on them. The filter is evaluated when the update
   * is committed, so changes that others make in the meantime are neither missed nor overwritten: if 100 concurrent calls each add 1 to a
   * number, it grows by 100.
   *
   * @example
   * ```ts
   * await t.update({ where: { id: "1" }, set: { title: "Refund policy" } });
   * await t.update({ where: { id: "1" }, set: (c) => ({ views: c.views.plus(1) }) });
   * ```
   */
  async update<const V extends boolean = false>(
    options: UpdateOptions<D, V>,
    ...more: readonly never[]
  ): Promise<WriteResult> {
    return await this.handle.told(updateRows(this.handle, checkOptions("update", UPDATE, options, more)));
  }

  /**
   * Removes all rows that match a filter, in one commit. Older versions still show them.
   *
   * @example
   * ```ts
   * await t.delete({ where: (c) => c.lang.eq("fr") });
   * await t.delete({ all: true });
   * ```
   */
  async delete(options: DeleteOptions<D>, ...more: readonly never[]): Promise<WriteResult> {
    const given = checkOptions("delete", DELETE, options, more);
    const where = rowFilter(this.handle, "delete", given);
    const request = JSON.stringify({ kind: "delete", where, ...toCommitJson(given) });
    return toWriteResult(await this.handle.told(this.handle.write(request, null)));
  }

  /**
   * The table as it was: a read-only snapshot.
   *
   * @example
   * ```ts
   * const then = t.asOf(new Date("2026-09-30"));
   * await then.search("refund policy");
   * ```
   */
  asOf(at: AsOf, ...more: readonly never[]): Snapshot<D> {
    refuseMore("asOf", more);
    return new Snapshot(this.handle, at);
  }

  /**
   * Keeps the newest version readable, whatever the retention says, and returns a snapshot of it: see {@link PinnedSnapshot}. For an
   * earlier version, `t.asOf(at).pin()`.
   *
   * @example
   * ```ts
   * await using now = await t.pin();
   * for await (const rows of now.scan()) await index(rows);
   * ```
   */
  async pin(options?: PinOptions, ...more: readonly never[]): Promise<PinnedSnapshot<D>> {
    const given = checkOptions("pin", PIN, options, more);
    return new PinnedSnapshot(this.handle, await Lease.take(this.handle.native, null, given));
  }

  /** What changed between two points in the history. The cost depends on the size of the change, not on the size of the table. */
  async diff<S extends ColumnName<D> = DefaultColumn<D>>(
    from: AsOf,
    to: AsOf,
    options?: DiffOptions<D, S>,
    ...more: readonly never[]
  ): Promise<Diff<SelectedRow<D, S>>> {
    const request = checkOptions("diff", DIFF, options, more);
    return (await diff(this.handle, from, to, request)) as Diff<SelectedRow<D, S>>;
  }

  /** The commits, newest first. */
  async history(options?: HistoryOptions, ...more: readonly never[]): Promise<Commit[]> {
    return await history(this.handle, checkOptions("history", HISTORY, options, more));
  }

  /** Names a version: the newest one, or the one at a point in the history. A tagged version does not expire. */
  async tag(name: string, at?: AsOf, ...more: readonly never[]): Promise<Tag> {
    refuseMore("tag", more);
    checkName(name);
    const request = JSON.stringify({ name, ...(at === undefined ? {} : { at: toAsOfJson(at) }) });
    const tag = JSON.parse(await callAsync(() => this.handle.native.tag(request))) as Tag;
    return { name, version: tag.version };
  }

  /** The tags of the table, with their versions. */
  async tags(...more: readonly never[]): Promise<Tag[]> {
    refuseMore("tags", more);
    const tags = JSON.parse(await callAsync(() => this.handle.native.tags())) as Tag[];
    return tags.map((tag) => ({ name: tag.name, version: tag.version }));
  }

  /** Deletes a tag. The version stays. */
  async deleteTag(name: string, ...more: readonly never[]): Promise<void> {
    refuseMore("deleteTag", more);
    checkName(name);
    await callAsync(() => this.handle.native.deleteTag(name));
  }

  /** The branch that this handle reads and writes; `"main"` for the table itself. */
  get branchName(): string {
    return partsOf(this.handle.name).branch;
  }

  /**
   * Begins a branch and opens it: a table of its own over the same files. It has the history of this line up to where it begins, and from
   * there each goes its own way: rows, columns, tags and retention. It costs one small file, however large the table is; to begin at a
   * point of the past costs 16 bytes more for each row that is newer and shares a file with older ones.
   *
   * @example
   * ```ts
   * const trial = await t.branch("smaller-chunks");
   * await trial.upsert(rows);
   * const then = await t.branch("as-of-launch", { from: { tag: "launch" } });
   * ```
   */
  async branch(name: string, options?: BranchOptions, ...more: readonly never[]): Promise<Table<D>> {
    const native = await createBranch(this.handle, name, checkOptions("branch", BRANCH, options, more));
    const { schema } = JSON.parse(await callAsync(() => native.info())) as TableInfo;
    const line = lineOf(partsOf(this.handle.name).table, name);
    return new Table<D>(new TableHandle(line, native, schema, this.handle.options));
  }

  /** The branches of the table, by name. */
  async branches(...more: readonly never[]): Promise<Branch[]> {
    refuseMore("branches", more);
    return await branches(this.handle);
  }

  /** Deletes a branch with its history, and the files that only it needed. Branches that began in it stay whole. */
  async deleteBranch(name: string, ...more: readonly never[]): Promise<void> {
    refuseMore("deleteBranch", more);
    await deleteBranch(this.handle, name);
  }

  /**
   * Takes over into this line what another has changed since both last met, in one commit: rows that came, changed and went, by primary key.
   * Each is compared as it was then, as it is here and as it is there. Vectors are taken along and not computed again. Columns that were added
   * or renamed there are so here too, in a commit before it. `"main"` is the table itself, so that a branch can be brought up to date.
   *
   * A row that both changed is a conflict, which `onConflict` settles. Where nothing is new nothing is done, so you can merge again and again as
   * both go on. Rows that a function made are written in a commit before it, and the result counts them.
   *
   * @example
   * ```ts
   * const { conflicts } = await t.merge("trial", { dryRun: true });
   * await t.merge("trial", { onConflict: (base, ours, theirs) => ours ?? theirs });
   * ```
   */
  async merge(
    from: string,
    options?: MergeOptions<D["$row"], D["$insert"]>,
    ...more: readonly never[]
  ): Promise<MergeResult<D["$row"]>> {
    const given = checkOptions("merge", MERGE, options as MergeOptions | undefined, more);
    return (await this.handle.told(merge(this.handle, from, given))) as MergeResult<D["$row"]>;
  }

  /**
   * Restores the rows and columns of an earlier point, in a new commit, so no history is lost. Effective dates that were given since then are
   * withdrawn. This handle continues with the restored columns; its rows lack columns of its definition that are not among them. Columns keep
   * the names and types that they have now, in every version.
   *
   * @example
   * ```ts
   * const { version } = await t.restore({ tag: "launch" });
   * ```
   */
  async restore(at: AsOf, options?: CommitOptions, ...more: readonly never[]): Promise<RestoreResult<D>> {
    const commit = toCommitJson(checkOptions("restore", COMMIT, options, more));
    const request = JSON.stringify({ at: toAsOfJson(at), ...commit });
    const result = toWriteResult(await callAsync(() => this.handle.native.restore(request)));
    this.handle = await refreshed(this.handle);
    this.#reader = undefined;
    return Object.defineProperty(result, "table", { value: this }) as RestoreResult<D>;
  }

  /**
   * Adds a column and returns a handle that has it. Existing rows show null, or the constant default of the column.
   *
   * To add a derived column, pass the result of `embed`, or a function of the columns that returns one. The rows of all versions are embedded
   * first; one commit then adds the column with all its vectors, also to those older versions that have its source columns. Readers and
   * writers can continue in the meantime. A call that fails or is aborted changes nothing, and the cache keeps what was embedded for the next
   * attempt.
   *
   * @example
   * ```ts
   * const t2 = await t.addColumn("summary", text().nullable());
   * const t3 = await t2.addColumn("vec", (c) => embed(builtin(), c.body), { onProgress, signal });
   * ```
   */
  addColumn<const N extends string, const I extends EmbeddingInput>(
    name: N,
    column: Derived<I> | ((columns: SourcesOf<D["columns"]>) => Derived<I>),
    options?: AddColumnOptions,
  ): Promise<Table<WithDerived<D, N, Derived<I>>>>;
  addColumn<const N extends string, const C extends AnyColumn>(
    name: N,
    column: C,
    options?: AddColumnOptions,
  ): Promise<Table<WithColumn<D, N, C>>>;
  async addColumn(
    name: string,
    column: unknown,
    options?: object,
    ...more: readonly never[]
  ): Promise<unknown> {
    return await this.#changed(
      addColumn(this.handle, name, column, checkOptions("addColumn", ADD_COLUMN, options, more)),
    );
  }

  /** Drops a column and returns a handle without it. Older versions still have it. */
  async dropColumn<const N extends ColumnName<D>>(
    name: N,
    options?: CommitOptions,
    ...more: readonly never[]
  ): Promise<Table<WithoutColumn<D, N>>> {
    return await this.#changed(
      dropColumn(this.handle, name, checkOptions("dropColumn", COMMIT, options, more)),
    );
  }

  /**
   * Renames a column in every version and returns a handle with the new name. Derived columns are still computed from it, and a primary key
   * stays the primary key. In an older version in which another column has the new name, the column keeps its old name.
   *
   * @example
   * ```ts
   * const t2 = await t.renameColumn("title", "headline");
   * await t2.asOf(1).find({ select: ["headline"] });
   * ```
   */
  async renameColumn<const N extends ColumnName<D>, const M extends string>(
    from: N,
    to: M,
    options?: CommitOptions,
    ...more: readonly never[]
  ): Promise<Table<WithRenamed<D, N, M>>> {
    return await this.#changed(
      renameColumn(this.handle, from, to, checkOptions("renameColumn", COMMIT, options, more)),
    );
  }

  /**
   * Widens a column in every version and returns a handle with the new type. An enum can get more values or become text, a column can become
   * nullable, and integers can become floats (unless a row of any version holds an integer that a float cannot represent exactly).
   *
   * With an embedded column and `vouch: true`, it turns a plain vector column into a derived one. You vouch that the vectors in it are what the
   * function makes of the sources; from then on Varve fills the column, and it can be searched with whatever the function embeds.
   *
   * @example
   * ```ts
   * const t2 = await t.alterColumn("lang", text({ enum: ["en", "de", "fr"] }).nullable());
   * const t3 = await t2.alterColumn("vec", (c) => embed(fn, c.body), { vouch: true });
   * ```
   */
  alterColumn<const N extends ColumnName<D>, const I extends EmbeddingInput>(
    name: N,
    column: Derived<I> | ((columns: SourcesOf<D["columns"]>) => Derived<I>),
    options: AlterColumnOptions,
  ): Promise<Table<WithDerived<D, N, Derived<I>>>>;
  alterColumn<const N extends ColumnName<D>, const C extends AnyColumn>(
    name: N,
    column: C,
    options?: CommitOptions,
  ): Promise<Table<WithColumn<D, N, C>>>;
  async alterColumn(
    name: string,
    column: unknown,
    options?: object,
    ...more: readonly never[]
  ): Promise<unknown> {
    return await this.#changed(
      alterColumn(this.handle, name, column, checkOptions("alterColumn", ALTER_COLUMN, options, more)),
    );
  }

  /** The size of the table, in rows, files and bytes. */
  async stats(...more: readonly never[]): Promise<TableStats> {
    refuseMore("stats", more);
    const stats = JSON.parse(await callAsync(() => this.handle.native.stats())) as TableStats;
    return { ...stats, missingVectors: await missingVectors(this.handle) };
  }

  /**
   * Fills in the vectors that are missing after writes with `onEmbedError: "defer"`. It commits a few rows at a time, can be aborted and
   * called again at any time, and lets several workers share the work.
   *
   * @example
   * ```ts
   * await t.insert(rows, { onEmbedError: "defer" });
   * const { filled, missing } = await t.backfill();
   * ```
   */
  async backfill(options?: BackfillOptions, ...more: readonly never[]): Promise<BackfillResult> {
    return await this.handle.told(backfill(this.handle, checkOptions("backfill", BACKFILL, options, more)));
  }

  /** Reads every file of the table and reports which are damaged. It also warns about commits whose clock was wrong. */
  async verify(...more: readonly never[]): Promise<Verification> {
    refuseMore("verify", more);
    return JSON.parse(await callAsync(() => this.handle.native.verify())) as Verification;
  }

  /**
   * Says what `optimize` would remove, file by file, and what the retention would end. Nothing is changed.
   *
   * @example
   * ```ts
   * const { files, bytes, versions } = await t.optimize({ dryRun: true });
   * ```
   */
  optimize(options: OptimizeOptions & { readonly dryRun: true }): Promise<Cleanup>;
  /** Merges small files, builds search indexes, and removes what no version shows any more. It creates no version. */
  optimize(options?: OptimizeOptions & { readonly dryRun?: false | undefined }): Promise<Optimized>;
  async optimize(options?: OptimizeOptions, ...more: readonly never[]): Promise<Optimized | Cleanup> {
    const { native } = this.handle;
    const { dryRun = false } = checkOptions("optimize", OPTIMIZE, options, more);
    return JSON.parse(await callAsync(() => (dryRun ? native.wouldOptimize() : native.optimize())));
  }

  /** Sets how long removed rows stay readable in older versions: a number of days, or forever. Tagged versions do not expire. */
  async setRetention(retention: Retention, ...more: readonly never[]): Promise<void> {
    refuseMore("setRetention", more);
    const request = retentionJson(retention);
    await callAsync(() => this.handle.native.setRetention(request));
  }

  /**
   * Moves a derived column to another embedding function and returns a handle that uses it. The rows of all versions are embedded first; one
   * commit then replaces the vectors, so the past is searched with the new function too. Readers and writers can continue in the meantime.
   * Afterwards, handles that were opened earlier can no longer search the column or write rows, and fail with `CONFLICT`.
   *
   * A call that fails or is aborted changes nothing, and the cache keeps what was embedded for the next attempt. Rows that brought their own
   * vectors are embedded like all others.
   *
   * @example
   * ```ts
   * const t2 = await t.reembed("bodyVec", openai("text-embedding-3-small"), { onProgress });
   * ```
   */
  async reembed<const N extends keyof D["derived"] & string>(
    column: N,
    fn: EmbeddingFunction<DerivedInput<D["derived"][N]>>,
    options?: ReembedOptions,
    ...more: readonly never[]
  ): Promise<Table<D>> {
    return await this.#changed(
      reembed(
        this.handle,
        column,
        fn as EmbeddingFunction<EmbeddingInput>,
        checkOptions("reembed", REEMBED, options, more),
      ),
    );
  }

  /** A handle for the columns that the table has after a change. */
  async #changed<C extends AnyTable>(change: Promise<TableHandle>): Promise<Table<C>> {
    return new Table<C>(await this.handle.told(change));
  }

  /**
   * Removes rows from every version, past and present, as if they had never been written, and every byte of them from all files of the table:
   * for when somebody asks to be forgotten. It cannot be undone. `delete` ends rows, and keeps them for earlier versions.
   *
   * With `keys`, everything goes that any version shows under these keys. A filter is asked of each state of a row by itself, so an earlier
   * state in which the row did not match stays. Numbers of versions, tags and the counts of earlier commits stay as they are. The commit says
   * how many rows went, and nothing of them.
   *
   * What people wrote about commits (`message`, `properties`) stays, and so do copies elsewhere: backups, snapshots of a file system, and
   * caches of a bucket on other machines. The cache of embeddings is cleared. See `docs/purge.md`.
   *
   * @example
   * ```ts
   * await t.purge({ keys: ["user-17"], dryRun: true });
   * const { rows } = await t.purge({ keys: ["user-17"], message: "request 2026-114" });
   * ```
   */
  async purge(options: PurgeOptions<D>, ...more: readonly never[]): Promise<PurgeResult> {
    return await purge(this.handle, checkOptions("purge", PURGE, options, more));
  }

  /**
   * Closes the table. It waits for calls in progress, ends scans and background work, and closes the files. The handle cannot be used
   * afterwards.
   */
  async close(...more: readonly never[]): Promise<void> {
    refuseMore("close", more);
    await callAsync(() => this.handle.native.close());
  }

  /** Closes the table at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function checkName(name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw badArgument("tag", "a name", describeValue(name));
}
