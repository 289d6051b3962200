import type { EmbeddingFunction, EmbeddingInput } from "../embeddings/embedding-function";
import { type AsOf, toAsOfJson } from "./call/as-of";
import {
  COMMIT,
  type Commit,
  type CommitOptions,
  toCommitJson,
  toWriteResult,
  type WriteResult,
} from "./call/commit";
import { badArgument, notYet } from "./call/errors";
import { checkOptions, refuseMore } from "./call/options";
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
import {
  type Optimized,
  type Retention,
  retentionJson,
  type TableStats,
  type Tag,
  type Verification,
} from "./maintenance";
import { callAsync } from "./native/call";
import { DIFF, type Diff, type DiffOptions, diff } from "./read/diff";
import { HISTORY, type HistoryOptions, history } from "./read/history";
import { newestReader, type Reader } from "./read/reader";
import { Snapshot } from "./read/snapshot";
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
import { describeValue } from "./schema/wire-value";
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

/** What a restore did. */
export interface RestoreResult<D extends AnyTable> extends WriteResult {
  /** The handle that was called, which knows the columns that there are now. Not enumerable. */
  readonly table: Table<D>;
}

/**
 * An open table: reads show the newest version, writes are atomic and make a new one. Handles never change; `asOf` returns a
 * snapshot, and `addColumn` a handle that knows the new column.
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
  #reader: Reader | undefined;

  /** @internal */
  protected override read<T>(call: (reader: Reader) => Promise<T>): Promise<T> {
    this.#reader ??= newestReader(this.handle);
    return call(this.#reader);
  }

  /** The same without its types, for code that works with any table, such as an adapter. */
  override get untyped(): Table {
    return this as unknown as Table;
  }

  /** The newest version. */
  async version(...more: readonly never[]): Promise<number> {
    refuseMore("version", more);
    return (await this.handle.info()).version;
  }

  /**
   * Adds rows, or one row, as one commit; if one does not fit or its key is there already, none is added. Derived columns are computed.
   *
   * An array is read as it is when the call is made: it may be used again at once. An iterable is asked for rows as there is room for them,
   * in batches of about 4 MB, and each row is read when it comes; so rows without end need no more memory than a batch.
   *
   * A commit is a sync of the disk, and concurrent writes share one: with `Promise.all`, many small inserts take little longer than one. Each
   * is a version of its own; those of one tick that need no embedding come in the order of the calls.
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
   * Adds rows, and replaces those whose key is there already, as one commit. A row replaces another as a whole, but for columns that this
   * handle does not declare: they stay as they are. With `merge`, rows set only what they bring.
   *
   * A row that is equal to the one in the table is skipped: it is counted as `unchanged`, nothing is embedded for it, and where all rows
   * are equal there is no new version. Vectors are computed where the columns changed that they are computed from.
   *
   * With `delete`, other rows end in the same commit: what a crawl needs that found some documents new, some changed, some gone.
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
   * Sets columns of all rows that a filter lets through, as one commit, and computes again what depends on them. The filter is asked when
   * the update is committed, so that rows which others change meanwhile are neither missed nor overwritten: of 100 calls at once that add
   * 1 to a number, each adds 1.
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
   * Removes all rows that a filter lets through, as one commit. Older versions still show them.
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
    return toWriteResult(await this.handle.told(callAsync(() => this.handle.native.write(request, null))));
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

  /** What changed from one point in the history to another. The cost grows with the change, not with the table. */
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

  /** Gives a version a name: the newest one, or the one at a point in the history. A tag also keeps its version from expiring. */
  async tag(name: string, at?: AsOf, ...more: readonly never[]): Promise<Tag> {
    refuseMore("tag", more);
    checkName(name);
    const request = JSON.stringify({ name, ...(at === undefined ? {} : { at: toAsOfJson(at) }) });
    const tag = JSON.parse(await callAsync(() => this.handle.native.tag(request))) as Tag;
    return { name, version: tag.version };
  }

  /** The names that were given to versions. */
  async tags(...more: readonly never[]): Promise<Tag[]> {
    refuseMore("tags", more);
    const tags = JSON.parse(await callAsync(() => this.handle.native.tags())) as Tag[];
    return tags.map((tag) => ({ name: tag.name, version: tag.version }));
  }

  /** Takes a name away; the version stays. */
  async deleteTag(name: string, ...more: readonly never[]): Promise<void> {
    refuseMore("deleteTag", more);
    checkName(name);
    await callAsync(() => this.handle.native.deleteTag(name));
  }

  /**
   * Makes the rows and the columns what they were, as a new commit: nothing of the history is lost. Effective dates that were
   * given since are taken back. This handle goes on with the columns that there are then; columns of its definition that are not among them are gone from its rows. Names and types of columns are those of
   * now, in every version.
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
   * Adds a column and returns a handle that knows it. Rows that exist show null, or the column's constant default.
   *
   * A column that is computed is given as `embed` or as a function of the columns. All rows that any version shows are embedded, then the
   * column is there with all vectors in one commit, also in older versions, as far as they have its sources. Readers and writers go on
   * meanwhile. A call that fails or is ended changes nothing, and what was embedded is in the cache when it is made again.
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
    return new Table(
      await this.handle.told(
        addColumn(this.handle, name, column, checkOptions("addColumn", ADD_COLUMN, options, more)),
      ),
    );
  }

  /** Drops a column and returns a handle without it. Older versions still show it. */
  async dropColumn<const N extends ColumnName<D>>(
    name: N,
    options?: CommitOptions,
    ...more: readonly never[]
  ): Promise<Table<WithoutColumn<D, N>>> {
    return new Table(
      await this.handle.told(
        dropColumn(this.handle, name, checkOptions("dropColumn", COMMIT, options, more)),
      ),
    );
  }

  /**
   * Gives a column another name, in every version, and returns a handle that knows it. A derived column goes on being computed from it, and
   * the key stays the key. An older version in which another column had that name keeps the old name.
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
    return new Table(
      await this.handle.told(
        renameColumn(this.handle, from, to, checkOptions("renameColumn", COMMIT, options, more)),
      ),
    );
  }

  /**
   * Lets a column hold more, in every version, and returns a handle that knows it: an enum gets more values or becomes text, a column
   * becomes nullable, integers become floats (refused where a row of any version holds one that a float does not hold exactly).
   *
   * With an embedded column and `vouch: true` it says that the vectors of a plain column are what the function makes of the sources:
   * from then on Varve fills it, and it is searched by what the function embeds.
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
    return new Table(
      await this.handle.told(
        alterColumn(this.handle, name, column, checkOptions("alterColumn", ALTER_COLUMN, options, more)),
      ),
    );
  }

  /** How large the table is. */
  async stats(...more: readonly never[]): Promise<TableStats> {
    refuseMore("stats", more);
    const stats = JSON.parse(await callAsync(() => this.handle.native.stats())) as TableStats;
    return { ...stats, missingVectors: await missingVectors(this.handle) };
  }

  /**
   * Fills in vectors that are missing, after writes with `onEmbedError: "defer"`, in commits of some rows each. It can be ended and
   * called again at any time, and several workers may share the work.
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

  /** Reads every file of the table and says which are damaged; warns where a clock was wrong. */
  async verify(...more: readonly never[]): Promise<Verification> {
    refuseMore("verify", more);
    return JSON.parse(await callAsync(() => this.handle.native.verify())) as Verification;
  }

  /** Merges small files, builds what speeds up search, and removes what nobody can see any more. It makes no version. */
  async optimize(...more: readonly never[]): Promise<Optimized> {
    refuseMore("optimize", more);
    return JSON.parse(await callAsync(() => this.handle.native.optimize())) as Optimized;
  }

  /** Says how long rows that were removed stay readable in older versions: some days, or for ever. Tagged versions stay. */
  async setRetention(retention: Retention, ...more: readonly never[]): Promise<void> {
    refuseMore("setRetention", more);
    const request = retentionJson(retention);
    await callAsync(() => this.handle.native.setRetention(request));
  }

  /**
   * Moves a derived column to another embedding function, and returns a handle that knows it. All rows that any version shows are
   * embedded, then the new vectors take the place of the old ones in one commit: from then on the past is searched with the new
   * function too. Readers and writers go on meanwhile; handles that were opened before cannot search the column or write rows once it
   * is done, and say so (`CONFLICT`).
   *
   * A call that fails or is ended changes nothing, and what was embedded is in the cache when it is made again. Rows that brought a
   * vector of their own are embedded like all others.
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
    return new Table(
      await this.handle.told(
        reembed(
          this.handle,
          column,
          fn as EmbeddingFunction<EmbeddingInput>,
          checkOptions("reembed", REEMBED, options, more),
        ),
      ),
    );
  }

  /** Not there yet: throws `NOT_YET`. */
  purge(_notYet: never): Promise<never> {
    const instead =
      "Use delete and setRetention: what was deleted is removed once it is older than the retention.";
    return Promise.reject(notYet("purge", instead));
  }

  /**
   * Closes the table: waits for the calls that are under way, ends scans and work in the background, and closes its files. The
   * handle cannot be used any more.
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
