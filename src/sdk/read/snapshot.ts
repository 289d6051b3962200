import { refuseMore } from "../../own-options";
import { type AsOf, type AsOfJson, toAsOfJson } from "../call/as-of";
import { toDate } from "../call/commit";
import { checkOptions } from "../call/options";
import type { ResolvedPoint, TableHandle } from "../handle/table-handle";
import { observed } from "../observe/observed";
import { PINS, SNAPSHOTS } from "../observe/operations";
import type { AnyTable, UntypedTable } from "../schema/table-definition";
import { Lease, PIN, type PinOptions } from "./lease";
import { type Reader, readerAt } from "./reader";
import { TableView } from "./table-view";

/** The commit that a snapshot shows. */
export interface SnapshotPoint {
  /** The version. */
  readonly version: number;
  /** When it was committed; null before the first commit. */
  readonly committedAt: Date | null;
  /** When its fact became true, if the writer said so. */
  readonly effectiveAt: Date | null;
}

/**
 * A table as it was: read-only, and always at one version. `asOf` makes one.
 *
 * The version is looked up on the first read and does not change after that. Rows have the columns of that version, so a column that was
 * added later is missing. Searching the past costs no more than searching the present.
 *
 * @typeParam D - the table's definition
 */
export class Snapshot<D extends AnyTable> extends TableView<D> {
  static {
    observed(Snapshot.prototype, SNAPSHOTS, TableView.surroundings);
  }

  readonly #at: AsOfJson;
  #point: Promise<ResolvedPoint> | undefined;
  #reader: Reader | undefined;

  /** @internal */
  constructor(handle: TableHandle, at: AsOf) {
    super(handle);
    this.#at = toAsOfJson(at);
  }

  /** This snapshot without its types, for code that works with any table. */
  override get untyped(): Snapshot<UntypedTable> {
    return this as unknown as Snapshot<UntypedTable>;
  }

  /** The version that is read. */
  async version(...more: readonly never[]): Promise<number> {
    refuseMore("version", more);
    return (await this.#resolve()).version;
  }

  /** The commit that this snapshot shows. */
  async point(...more: readonly never[]): Promise<SnapshotPoint> {
    refuseMore("point", more);
    const { version, committedAt, effectiveAt } = await this.#resolve();
    return { version, committedAt: toDate(committedAt), effectiveAt: toDate(effectiveAt) };
  }

  /**
   * Keeps the version readable, whatever the retention says, and returns a snapshot of it: see {@link PinnedSnapshot}.
   *
   * @example
   * ```ts
   * await using then = await t.asOf({ tag: "launch" }).pin();
   * for await (const rows of then.scan()) await index(rows);
   * ```
   */
  async pin(options?: PinOptions, ...more: readonly never[]): Promise<PinnedSnapshot<D>> {
    const given = checkOptions("pin", PIN, options, more);
    const { version } = await this.#resolve();
    return new PinnedSnapshot(this.handle, await Lease.take(this.handle.native, { version }, given));
  }

  /** @internal */
  protected override async read<T>(call: (reader: Reader) => Promise<T>): Promise<T> {
    this.#reader ??= readerAt(this.handle, await this.#resolve());
    return await call(this.#reader);
  }

  /** @internal */
  protected override seen(): number | undefined {
    return this.#reader?.version ?? undefined;
  }

  #resolve(): Promise<ResolvedPoint> {
    this.#point ??= this.#look();
    return this.#point;
  }

  async #look(): Promise<ResolvedPoint> {
    try {
      return await this.handle.resolve(this.#at);
    } catch (error) {
      // A later call tries again.
      this.#point = undefined;
      throw error;
    }
  }
}

/**
 * A snapshot that stays readable, whatever the retention says, in this process and in all others: `pin` makes one.
 *
 * It is kept until `release()`, which an `await using` block calls at its end, or for the minutes that `pin` was given. In the first case it
 * renews itself, without keeping the process alive; if the process dies, the version is kept for at most ten minutes more. Like any snapshot, it
 * can still be read after that, for as long as the retention or a tag keeps its version. A purge removes rows from it all the same.
 *
 * @typeParam D - the table's definition
 */
export class PinnedSnapshot<D extends AnyTable> extends Snapshot<D> {
  static {
    observed(PinnedSnapshot.prototype, PINS, TableView.surroundings);
  }

  readonly #lease: Lease;

  /** @internal */
  constructor(handle: TableHandle, lease: Lease) {
    super(handle, lease.version);
    this.#lease = lease;
  }

  /** This snapshot without its types, for code that works with any table. */
  override get untyped(): PinnedSnapshot<UntypedTable> {
    return this as unknown as PinnedSnapshot<UntypedTable>;
  }

  /** Until when the version is kept, unless it is renewed. */
  get until(): Date {
    return this.#lease.until;
  }

  /**
   * Keeps the version for so long from now; without `minutes`, for as long as `pin` was told. Throws VERSION_EXPIRED if the pin had ended and
   * the version with it.
   */
  async renew(options?: PinOptions, ...more: readonly never[]): Promise<void> {
    await this.#lease.renew(checkOptions("renew", PIN, options, more));
  }

  /** Keeps the version no longer. A second call does nothing. */
  async release(...more: readonly never[]): Promise<void> {
    refuseMore("release", more);
    await this.#lease.release();
  }

  /** Releases the version at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
