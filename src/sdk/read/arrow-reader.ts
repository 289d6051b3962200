import { ownArgument } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import type { ColumnName, DefaultColumn, SearchInput, VectorName } from "../schema/infer";
import type { AnyTable } from "../schema/table-definition";
import { readRequest } from "./read-request";
import type { Reader } from "./reader";
import { prepare, readArrow } from "./scan";
import { type SearchRequest, searchArrow } from "./search";
import type { FindOptions, ScanOptions, SearchOptions, SpanSearchOptions } from "./table-view";

/** Reads with the reader of a table or a snapshot. */
type ReadWith = <T>(call: (reader: Reader) => Promise<T>) => Promise<T>;

/**
 * The reads of a table or a snapshot, answered as Arrow IPC streams: bytes that every Arrow library reads, made without a JavaScript object for
 * a row. `varve/arrow` makes tables of the apache-arrow package of them.
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
export class ArrowReader<D extends AnyTable> {
  readonly #handle: TableHandle;
  readonly #read: ReadWith;

  /** @internal */
  constructor(handle: TableHandle, read: ReadWith) {
    this.#handle = handle;
    this.#read = read;
  }

  /** As `find`: one stream with one batch. */
  async find<S extends ColumnName<D> = DefaultColumn<D>>(options?: FindOptions<D, S>): Promise<Uint8Array> {
    const request = readRequest("find", options, this.#handle.plans);
    return await this.#read((reader) => reader.findArrow(request));
  }

  /**
   * As `search`: one stream with one batch, with the Float32 columns `_distance` and `_score` behind the others. With a span of
   * versions also `_from` and `_to`: each a struct of `version` (Int64) and `date` (Timestamp), `_to` null where the row still holds.
   */
  async search<S extends ColumnName<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options?: SearchOptions<D, S, V> | SpanSearchOptions<D, S, V>,
  ): Promise<Uint8Array> {
    const request: SearchRequest = readRequest("search", options, this.#handle.plans);
    const own = ownArgument("query", query);
    return await this.#read((reader) => searchArrow(this.#handle, reader, own, request));
  }

  /** As `scan`: the parts of one stream, which is what they are when they are written one behind the other. */
  scan<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: ScanOptions<D, S>,
  ): AsyncGenerator<Uint8Array, void, void> {
    const prepared = prepare(() => {
      const request = readRequest("scan", options, this.#handle.plans);
      return this.#read(async (reader) => reader.prepareScan(request));
    });
    return readArrow(prepared);
  }
}
