import { refuseMore } from "../../own-options";
import { type AsOf, type AsOfJson, toAsOfJson } from "../call/as-of";
import { toDate } from "../call/commit";
import type { ResolvedPoint, TableHandle } from "../handle/table-handle";
import type { AnyTable, UntypedTable } from "../schema/table-definition";
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

  /** @internal */
  protected override async read<T>(call: (reader: Reader) => Promise<T>): Promise<T> {
    this.#reader ??= readerAt(this.handle, await this.#resolve());
    return await call(this.#reader);
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
