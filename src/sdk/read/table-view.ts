import { checkOptions, ownArgument } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import type { PlainRow } from "../native/decode";
import type { Where } from "../query/builder-types";
import type { VectorInput } from "../schema/columns";
import type {
  ColumnName,
  DefaultColumn,
  FullRow,
  Hit,
  KeyOf,
  OrderName,
  SearchInput,
  SelectedRow,
  SpanHit,
  VectorName,
} from "../schema/infer";
import type { AnyTable, UntypedTable } from "../schema/table-definition";
import { ArrowReader } from "./arrow-reader";
import { describeTable, type TableDescription } from "./description";
import type { Explanation } from "./explanation";
import type { OrderBy } from "./paging";
import { readRequest } from "./read-request";
import type { Reader } from "./reader";
import { prepare, readRows } from "./scan";
import { embedInput, explain, type SearchRequest, search } from "./search";
import type { Span } from "./span";

/** Which columns a read returns. */
export interface SelectOptions<S extends string> {
  /**
   * The columns.
   * @default all but the vectors
   */
  readonly select?: readonly S[] | undefined;
}

/** What `find` takes. */
export interface FindOptions<D extends AnyTable, S extends string> extends SelectOptions<S> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /** In which order; equal rows stand in the order of their keys. Without it, in the order in which they were written. */
  readonly orderBy?: OrderBy<OrderName<D>> | readonly OrderBy<OrderName<D>>[] | undefined;
  /** The most rows. */
  readonly limit?: number | undefined;
  /** How many rows to leave out first. For paging, `after` stays fast and is not disturbed by writes. */
  readonly offset?: number | undefined;
  /** Goes on after this row, the last one of the page before. It needs its key and the columns of `orderBy`. */
  readonly after?: Partial<FullRow<D["columns"], D["derived"]>> | undefined;
}

/** What `scan` takes. */
export interface ScanOptions<D extends AnyTable, S extends string> extends SelectOptions<S> {
  /**
   * Which rows.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /**
   * The most rows of a batch.
   * @default 1024
   */
  readonly batchRows?: number | undefined;
  /** Ends the scan early. */
  readonly signal?: AbortSignal | undefined;
}

/** What `search` takes with a span of versions. */
export interface SpanSearchOptions<D extends AnyTable, S extends string, V extends string>
  extends Omit<SearchOptions<D, S, V>, "during" | "everyVersion"> {
  /** Finds what was visible at any moment of these versions. */
  readonly during: Span;
  /** All versions of a row that are near enough, and not only the nearest of them. */
  readonly everyVersion?: boolean | undefined;
}

/** What `search` takes. */
export interface SearchOptions<D extends AnyTable, S extends string, V extends string>
  extends SelectOptions<S> {
  /**
   * The vector column. By default, a text is searched in the first column that is computed from text, and a
   * vector in the only column that has as many dimensions.
   */
  readonly column?: V | undefined;
  /**
   * The most hits.
   * @default 10
   */
  readonly limit?: number | undefined;
  /** Which rows may be found. There are always as many hits as there are such rows, up to `limit`. */
  readonly where?: Where<D> | undefined;
  /** Compares with every row. */
  readonly exact?: boolean | undefined;
  /**
   * The share of the true nearest rows to find on average, above 0 and up to 1. Small tables are always searched exactly.
   * @default 0.95
   */
  readonly recall?: number | undefined;
  /** How to search; both mean by vector. */
  readonly mode?: "auto" | "vector" | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
  readonly during?: undefined;
  readonly everyVersion?: undefined;
}

/** What `embed` takes. */
export interface EmbedCallOptions<V extends string> {
  /**
   * The derived column.
   * @default the one that a search would choose
   */
  readonly column?: V | undefined;
  /**
   * Whether the input is searched with, or for.
   * @default some functions treat the two differently. `"query"`
   */
  readonly kind?: "query" | "document" | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
}

/** The rows that a search found, the best first. */
export type Hits<H> = H[] & {
  /** Why there are none, where the query itself is the reason. Not enumerable. */
  readonly reason?: string;
};

/**
 * The reads of a table: what `Table` and `Snapshot` have in common. A function that only reads can take either.
 *
 * @typeParam D - the table's definition
 */
export abstract class TableView<D extends AnyTable> {
  /** @internal */
  protected handle: TableHandle;

  /** @internal */
  constructor(handle: TableHandle) {
    this.handle = handle;
  }

  /** The table's name. */
  get name(): string {
    return this.handle.name;
  }

  /** @internal Reads with the reader of the version, which a snapshot must look up first. */
  protected abstract read<T>(call: (reader: Reader) => Promise<T>): Promise<T>;

  /** The same without its types, for code that works with any table. */
  abstract get untyped(): TableView<UntypedTable>;

  /** The same reads, answered as Arrow IPC streams. */
  get arrow(): ArrowReader<D> {
    return new ArrowReader<D>(this.handle, (call) => this.read(call));
  }

  /** The version that is read. */
  abstract version(): Promise<number>;

  /**
   * The columns as plain data, for code that works with any table, such as an adapter; a snapshot shows those of its version.
   *
   * @example
   * ```ts
   * const { primaryKey, columns } = await t.describe();
   * ```
   */
  async describe(): Promise<TableDescription> {
    return await this.read(async ({ schema }) => describeTable(schema));
  }

  /**
   * The row with a key, or undefined; of several keys the rows in the order of the keys, from one version, with undefined where there is
   * none.
   *
   * @example
   * ```ts
   * const doc = await t.get("1", { select: ["id", "title"] });
   * const [first, second] = await t.get(["1", "2"]);
   * ```
   */
  get<S extends ColumnName<D> = DefaultColumn<D>>(
    key: KeyOf<D>,
    options?: SelectOptions<S>,
  ): Promise<SelectedRow<D, S> | undefined>;
  get<S extends ColumnName<D> = DefaultColumn<D>>(
    keys: readonly KeyOf<D>[],
    options?: SelectOptions<S>,
  ): Promise<(SelectedRow<D, S> | undefined)[]>;
  async get(given: unknown, options?: SelectOptions<string>): Promise<unknown> {
    const key = ownArgument("key", given);
    const { select } = checkOptions("get", options);
    return await this.read(
      (reader): Promise<unknown> =>
        Array.isArray(key) ? reader.getAll(key, select) : reader.get(key, select),
    );
  }

  /**
   * The rows that a filter lets through.
   *
   * @example
   * ```ts
   * const page = await t.find({ where: { lang: "en" }, orderBy: { column: "at", descending: true }, limit: 20 });
   * const next = await t.find({ where: { lang: "en" }, orderBy: { column: "at", descending: true }, limit: 20, after: page.at(-1) });
   * ```
   */
  async find<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: FindOptions<D, S>,
  ): Promise<SelectedRow<D, S>[]> {
    const request = readRequest("find", options, this.handle.plans);
    return (await this.read((reader) => reader.find(request))) as SelectedRow<D, S>[];
  }

  /**
   * The first row that `find` would return, or undefined.
   *
   * @example
   * ```ts
   * const newest = await t.findFirst({ where: { lang: "en" }, orderBy: { column: "at", descending: true } });
   * ```
   */
  async findFirst<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: Omit<FindOptions<D, S>, "limit">,
  ): Promise<SelectedRow<D, S> | undefined> {
    const request = { ...readRequest("findFirst", options, this.handle.plans), limit: 1 };
    const [first] = await this.read((reader) => reader.find(request));
    return first as SelectedRow<D, S> | undefined;
  }

  /** How many rows a filter lets through; all rows without one. */
  async count(options?: { readonly where?: Where<D> | undefined }): Promise<number> {
    const { where } = readRequest("count", options, this.handle.plans);
    return await this.read((reader) => reader.count(where));
  }

  /**
   * All rows in batches, from one version, without ever holding more than a batch. The version is the one of the first batch that is asked for.
   *
   * @example
   * ```ts
   * for await (const batch of t.scan({ select: ["id", "bodyVec"] })) save(batch);
   * ```
   */
  scan<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: ScanOptions<D, S>,
  ): AsyncGenerator<SelectedRow<D, S>[], void, void> {
    const prepared = prepare(() => {
      const request = readRequest("scan", options, this.handle.plans);
      return this.read(async (reader) => reader.prepareScan(request));
    });
    return readRows(prepared) as AsyncGenerator<SelectedRow<D, S>[], void, void>;
  }

  /**
   * The rows nearest to a query, the best first: a text is embedded by the function of the column, a vector is taken as it is.
   *
   * `_score` is higher for better hits, and between 0 and 1 for cosine; `_distance` is the raw metric. A text in which the function
   * knows nothing finds nothing, and the empty answer has a `reason`.
   *
   * @example
   * ```ts
   * const hits = await t.search("refund policy", { limit: 5, select: ["id", "title"], where: { lang: "en" } });
   * ```
   */
  search<S extends ColumnName<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options?: SearchOptions<D, S, V>,
  ): Promise<Hits<Hit<D, S>>>;
  /**
   * The rows that were nearest at any moment of a span of versions, each with `_from` and `_to`: the commits that wrote and that
   * ended it. Of the versions of a row (by primary key) the nearest is found, unless `everyVersion` is set. The columns are those of
   * the end of the span.
   *
   * @example
   * ```ts
   * const hits = await t.search("refund policy", { during: { from: "2026-01-01", to: "2026-06-30" } });
   * for (const { body, _from, _to } of hits) console.log(body, _from.date, _to?.date);
   * ```
   */
  search<S extends ColumnName<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options: SpanSearchOptions<D, S, V>,
  ): Promise<Hits<SpanHit<D, S>>>;
  async search<S extends ColumnName<D>, V extends VectorName<D>>(
    query: SearchInput<D, V>,
    options?: SearchOptions<D, S, V> | SpanSearchOptions<D, S, V>,
  ): Promise<Hits<Hit<D, S>>> {
    const request: SearchRequest = readRequest("search", options, this.handle.plans);
    const own = ownArgument("query", query);
    const hits: PlainRow[] = await this.read((reader) => search(this.handle, reader, own, request));
    return hits as unknown as Hits<Hit<D, S>>;
  }

  /**
   * The vector that the function of a derived column has for an input, or null where it knows nothing in it: what a search with it
   * compares (`kind: "query"`, the default), or what a row of it gets (`"document"`).
   *
   * @example
   * ```ts
   * const vector = await t.embed("refund policy");
   * ```
   */
  async embed<V extends VectorName<D> = VectorName<D>>(
    input: Exclude<SearchInput<D, V>, VectorInput>,
    options?: EmbedCallOptions<V>,
  ): Promise<Float32Array | null> {
    const asked = checkOptions("embed", options);
    const own = ownArgument("input", input);
    return await this.read((reader) => embedInput(reader, this.handle.embedder, own, asked));
  }

  /**
   * Says how a search is answered, by answering it: which column was searched, whether exactly or through an index, and how many rows
   * and bytes were looked at.
   */
  async explain<S extends ColumnName<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options?: SearchOptions<D, S, V> | SpanSearchOptions<D, S, V>,
  ): Promise<Explanation> {
    const request: SearchRequest = readRequest("search", options, this.handle.plans);
    const own = ownArgument("query", query);
    return await this.read((reader) => explain(this.handle, reader, own, request));
  }
}
