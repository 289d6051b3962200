import type { TableHandle } from "../handle/table-handle";
import type { AnyTable } from "../schema/table-definition";
import { ARROW } from "./form";
import type { Reader } from "./reader";
import { Reads } from "./reads";

/** Reads as a table or a snapshot does. */
interface View {
  read<T>(call: (reader: Reader) => Promise<T>): Promise<T>;
  /** The version that a read sees, where that can be said at once. */
  seen(): number | undefined;
}

/**
 * The reads of a table or a snapshot, answered as Arrow IPC streams: bytes that every Arrow library reads, made without a JavaScript object for
 * a row. `varve/arrow` makes tables of the apache-arrow package of them.
 *
 * `find` and `search` answer with one stream of one batch, `scan` with the parts of one stream: bytes that make up the stream when they are
 * written one behind the other. Hits have the Float32 columns `_distance` and `_score` behind the others; with a span of versions also `_from`
 * and `_to`, each a struct of `version` (Int64) and `date` (Timestamp), where `_to` is null if the row still holds.
 *
 * Text, enums and JSON are Utf8; int is Int64; float is Float64 or Float32; timestamp is Timestamp(ms, UTC); date is Date32; bytes is Binary;
 * a vector is FixedSizeList of Float32 or Float16. Each field carries its type of Varve as JSON under the key `varve.type`.
 *
 * @example
 * ```ts
 * import { tableFromIPC } from "apache-arrow";
 *
 * const newest = tableFromIPC(await t.arrow.find({ orderBy: { column: "at", descending: true }, limit: 1000 }));
 * await writeFile("docs.arrows", t.arrow.scan());
 * ```
 *
 * @typeParam D - the table's definition
 */
export class ArrowReader<D extends AnyTable> extends Reads<D, "arrow"> {
  readonly #view: View;

  /** @internal */
  constructor(handle: TableHandle, view: View) {
    super(handle, ARROW);
    this.#view = view;
  }

  /** @internal */
  protected override read<T>(call: (reader: Reader) => Promise<T>): Promise<T> {
    return this.#view.read(call);
  }

  /** @internal */
  protected override seen(): number | undefined {
    return this.#view.seen();
  }
}
