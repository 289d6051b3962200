import { refuseMore } from "../../own-options";
import { checkOptions, ownArgument } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import type { VectorInput } from "../schema/column-type";
import type {
  ColumnName,
  DefaultColumn,
  Hit,
  HitColumn,
  KeyOf,
  SearchInput,
  SelectedRow,
  VectorName,
} from "../schema/infer";
import type { AnyTable, UntypedTable } from "../schema/table-definition";
import { ArrowReader } from "./arrow-reader";
import { describeTable, type TableDescription } from "./description";
import type { Explanation } from "./explanation";
import {
  COUNT,
  type CountOptions,
  FIND_FIRST,
  type FindOptions,
  SELECT,
  type SelectOptions,
} from "./find-options";
import { ROWS } from "./form";
import { readRequest } from "./read-request";
import { type Hits, Reads } from "./reads";
import { embedInput, explain, searchMany } from "./search";
import {
  EMBED,
  type EmbedCallOptions,
  type GroupedSearchOptions,
  SEARCH,
  SEARCH_MANY,
  type SearchManyOptions,
  type SearchOptions,
  type SpanSearchOptions,
  type TextQuery,
  type WordSearchOptions,
} from "./search-options";

/**
 * The read methods that `Table` and `Snapshot` share. A function that only reads can accept either.
 *
 * @typeParam D - the table's definition
 */
export abstract class TableView<D extends AnyTable> extends Reads<D, "rows"> {
  /** @internal */
  constructor(handle: TableHandle) {
    super(handle, ROWS);
  }

  /** The table's name. */
  get name(): string {
    return this.handle.name;
  }

  /** This view without its types, for code that works with any table. */
  abstract get untyped(): TableView<UntypedTable>;

  /** Reads that answer with Arrow IPC streams instead of objects. */
  get arrow(): ArrowReader<D> {
    return new ArrowReader<D>(this.handle, (call) => this.read(call));
  }

  /** The version that is read. */
  abstract version(...more: readonly never[]): Promise<number>;

  /**
   * The columns as plain data, for code that works with any table, such as an adapter. A snapshot describes the columns of its version.
   *
   * @example
   * ```ts
   * const { primaryKey, columns } = await t.describe();
   * ```
   */
  async describe(...more: readonly never[]): Promise<TableDescription> {
    refuseMore("describe", more);
    return await this.read(async ({ schema }) => describeTable(schema));
  }

  /**
   * The row with the given key, or undefined. For an array of keys: the rows in the order of the keys, all from one version, with undefined
   * for each key that is not in the table.
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
  async get(given: unknown, options?: object, ...more: readonly never[]): Promise<unknown> {
    const key = ownArgument("key", given);
    const { select } = checkOptions("get", SELECT, options, more);
    return await this.read(
      (reader): Promise<unknown> =>
        Array.isArray(key) ? reader.getAll(key, select) : reader.get(key, select),
    );
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
    ...more: readonly never[]
  ): Promise<SelectedRow<D, S> | undefined> {
    const request = { ...readRequest("findFirst", FIND_FIRST, options, this.handle.plans, more), limit: 1 };
    const [first] = await this.read((reader) => reader.rows(() => reader.find(request)));
    return first as SelectedRow<D, S> | undefined;
  }

  /** The number of rows that match a filter, or of all rows if there is no filter. */
  async count(options?: CountOptions<D>, ...more: readonly never[]): Promise<number> {
    const { where } = readRequest("count", COUNT, options, this.handle.plans, more);
    return await this.read((reader) => reader.count(where));
  }

  /**
   * The vector that the embedding function of a derived column makes of an input, or null if the function finds nothing in it that it knows.
   * With `kind: "query"`, which is the default, it is the vector that a search compares; with `"document"`, the one that a row would get.
   *
   * @example
   * ```ts
   * const vector = await t.embed("refund policy");
   * ```
   */
  async embed<V extends VectorName<D> = VectorName<D>>(
    input: Exclude<SearchInput<D, V>, VectorInput>,
    options?: EmbedCallOptions<V>,
    ...more: readonly never[]
  ): Promise<Float32Array | null> {
    const asked = checkOptions("embed", EMBED, options, more);
    const own = ownArgument("input", input);
    return await this.read((reader) => embedInput(reader, this.handle.embedder, own, asked));
  }

  /**
   * Several searches with the same options, all of one version: the hits of each query, in the order of the queries.
   *
   * @example
   * ```ts
   * const [refunds, parcels] = await t.searchMany(["refund policy", "when do parcels leave"], { limit: 5 });
   * ```
   */
  async searchMany<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    queries: readonly SearchInput<D, V>[],
    options?: SearchManyOptions<D, S, V>,
    ...more: readonly never[]
  ): Promise<Hits<Hit<D, S>>[]> {
    const request = readRequest("searchMany", SEARCH_MANY, options, this.handle.plans, more);
    const own = ownArgument("queries", queries);
    const found = await this.read((reader) => searchMany(this.handle, reader, own, request));
    return found as Hits<Hit<D, S>>[];
  }

  /**
   * Runs a search and reports how it was answered: which column was searched, whether exactly or with an index, and how many rows and
   * bytes were read.
   */
  explain<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options?: SearchOptions<D, S, V> | SpanSearchOptions<D, S, V> | GroupedSearchOptions<D, S, V>,
  ): Promise<Explanation>;
  explain<S extends ColumnName<D> = DefaultColumn<D>>(
    query: string | TextQuery,
    options: WordSearchOptions<D, S>,
  ): Promise<Explanation>;
  async explain(query: unknown, options?: object, ...more: readonly never[]): Promise<Explanation> {
    const request = readRequest("explain", SEARCH, options, this.handle.plans, more);
    const own = ownArgument("query", query);
    return await this.read((reader) => explain(this.handle, reader, own, request));
  }
}
