import { describeValue } from "../../describe-value";
import { refuseMore } from "../../own-options";
import { badArgument } from "../call/errors";
import { checkOptions, ownArgument } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import { observed } from "../observe/observed";
import { VIEWS } from "../observe/operations";
import type { VectorInput } from "../schema/column-type";
import type {
  ColumnName,
  DefaultColumn,
  FacetName,
  Hit,
  HitColumn,
  KeyOf,
  OrderName,
  SearchInput,
  SearchMode,
  SelectedRow,
  VectorName,
} from "../schema/infer";
import type { AnyTable, UntypedTable } from "../schema/table-definition";
import { groupBy } from "./aggregate";
import {
  AGGREGATE,
  type Aggregate,
  type AggregateOptions,
  DISTINCT,
  type DistinctOptions,
  GROUP_BY,
  type GroupByOptions,
  type GroupRow,
  type GroupValue,
  type NumberName,
} from "./aggregate-options";
import { ArrowReader } from "./arrow-reader";
import { describeTable, type TableDescription } from "./description";
import type { Explanation, FindExplanation } from "./explanation";
import {
  COUNT,
  type CountOptions,
  FIND,
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
  type TextAndVector,
  type TextQuery,
  type WordSearchOptions,
} from "./search-options";
import type { RowVersion } from "./span";
import { timeline } from "./timeline";
import { type Period, TIMELINE, type TimelineOptions } from "./timeline-options";

/**
 * The read methods that `Table` and `Snapshot` share. A function that only reads can accept either.
 *
 * @typeParam D - the table's definition
 */
export abstract class TableView<D extends AnyTable> extends Reads<D, "rows"> {
  static {
    observed(TableView.prototype, VIEWS, Reads.surroundings);
  }

  /** @internal */
  constructor(handle: TableHandle) {
    super(handle, ROWS);
  }

  /** The table's name. */
  get name(): string {
    return this.handle.name;
  }

  /** @internal What all tables of one open database have in common, and those of no other. */
  get origin(): object {
    return this.handle.options.services;
  }

  /** This view without its types, for code that works with any table. */
  abstract get untyped(): TableView<UntypedTable>;

  /** Reads that answer with Arrow IPC streams instead of objects. */
  get arrow(): ArrowReader<D> {
    return new ArrowReader<D>(this.handle, { read: (call) => this.read(call), seen: () => this.seen() });
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
   * All versions of the row with the given key, the oldest first: each row as it was, with the commit that wrote it and the one that replaced or
   * deleted it. What `setRetention` let go is missing. The cost depends on how often the row changed, not on the size of the table.
   *
   * @example
   * ```ts
   * for (const { from, to, row } of await t.historyOf("1", { select: ["title"] }))
   *   console.log(row.title, "from", from.date, "until", to?.date ?? "now");
   * ```
   */
  async historyOf<S extends ColumnName<D> = DefaultColumn<D>>(
    key: KeyOf<D>,
    options?: SelectOptions<S>,
    ...more: readonly never[]
  ): Promise<RowVersion<SelectedRow<D, S>>[]> {
    const own = ownArgument("key", key);
    const { select } = checkOptions("historyOf", SELECT, options, more);
    const found = await this.read((reader) => reader.historyOf(own, select));
    return found as unknown as RowVersion<SelectedRow<D, S>>[];
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
   * Numbers about the rows that match: how many there are, and sums, means, smallest and greatest values of columns.
   *
   * @example
   * ```ts
   * const { _count, _avg } = await t.aggregate({ where: { lang: "en" }, avg: ["price"], max: ["price"] });
   * ```
   */
  async aggregate<
    Sum extends NumberName<D> = never,
    Avg extends NumberName<D> = never,
    Min extends OrderName<D> = never,
    Max extends OrderName<D> = never,
  >(
    options?: AggregateOptions<D, Sum, Avg, Min, Max>,
    ...more: readonly never[]
  ): Promise<Aggregate<D, Sum, Avg, Min, Max>> {
    const request = readRequest("aggregate", AGGREGATE, options, this.handle.plans, more);
    const [all] = await this.read((reader) => groupBy(reader, [], request));
    return all as Aggregate<D, Sum, Avg, Min, Max>;
  }

  /**
   * Such numbers for each group of rows that have the same values in these columns; of a list each item makes a group. Groups come by
   * their values, nulls last, unless `orderBy` says otherwise. All rows are read once; more than 1,000,000 groups are refused.
   *
   * @example
   * ```ts
   * const top = await t.groupBy("category", { sum: ["price"], orderBy: { "_sum.price": "desc" }, limit: 10 });
   * for (const { category, _count, _sum } of top) console.log(category, _count, _sum.price);
   * ```
   */
  async groupBy<
    const G extends FacetName<D>,
    Sum extends NumberName<D> = never,
    Avg extends NumberName<D> = never,
    Min extends OrderName<D> = never,
    Max extends OrderName<D> = never,
  >(
    columns: G | readonly G[],
    options?: GroupByOptions<D, G, Sum, Avg, Min, Max>,
    ...more: readonly never[]
  ): Promise<GroupRow<D, G, Sum, Avg, Min, Max>[]> {
    const request = readRequest("groupBy", GROUP_BY, options, this.handle.plans, more);
    const own = ownArgument("columns", columns);
    const found = await this.read((reader) => groupBy(reader, own, request));
    return found as GroupRow<D, G, Sum, Avg, Min, Max>[];
  }

  /**
   * The values of a column, or the items of its lists, each once and in order; null comes last where a row has no value.
   *
   * @example
   * ```ts
   * const languages = await t.distinct("lang", { where: { status: "published" } });
   * ```
   */
  async distinct<G extends FacetName<D>>(
    column: G,
    options?: DistinctOptions<D>,
    ...more: readonly never[]
  ): Promise<GroupValue<D, G>[]> {
    const request = readRequest("distinct", DISTINCT, options, this.handle.plans, more);
    const own = ownArgument("column", column);
    if (typeof own !== "string")
      throw badArgument("distinct", "the name of a column", describeValue(own), this.name);
    const groups = await this.read((reader) => groupBy(reader, own, request, "distinct"));
    return groups.map((group) => group[own]) as GroupValue<D, G>[];
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
  async searchMany<
    S extends HitColumn<D> = DefaultColumn<D>,
    V extends VectorName<D> = VectorName<D>,
    M extends SearchMode = "auto",
  >(
    queries: readonly (SearchInput<D, V> | TextAndVector)[],
    options?: SearchManyOptions<D, S, V, M>,
    ...more: readonly never[]
  ): Promise<Hits<Hit<D, S, M>>[]> {
    const request = readRequest("searchMany", SEARCH_MANY, options, this.handle.plans, more);
    const own = ownArgument("queries", queries);
    const found = await this.read((reader) => searchMany(this.handle, reader, own, request));
    return found as Hits<Hit<D, S, M>>[];
  }

  /**
   * The answer to a query through time: which row was the nearest by its vector, from when until when. Versions of a row that say the same in all
   * selected columns are one period. Periods follow each other, oldest first; where no row was there or near enough, there is none.
   *
   * It costs two to three searches of the span (`during`), and more where the nearest rows lived for short.
   *
   * @example
   * ```ts
   * for (const { from, to, hit } of await t.timeline("how long do refunds take?"))
   *   console.log(hit.body, "from", from.date, "until", to?.date ?? "now");
   * ```
   */
  async timeline<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options?: TimelineOptions<D, S, V>,
    ...more: readonly never[]
  ): Promise<Period<Hit<D, S, "vector">>[]> {
    const request = readRequest("timeline", TIMELINE, options, this.handle.plans, more);
    const own = ownArgument("query", query);
    const found = await this.read((reader) => timeline(this.handle, reader, own, request));
    return found as unknown as Period<Hit<D, S, "vector">>[];
  }

  /**
   * Runs a search and reports how it was answered: by words, by vectors or by both and why, which column was searched, whether exactly or with an
   * index, how many rows and bytes were read, and how words and vectors became one ranking.
   */
  explain<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V> | TextAndVector,
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

  /**
   * Runs a find and reports how its rows were found: by reading columns or through which indexes, how many rows were expected, found and
   * looked at. An update or a delete finds its rows as a find with its `where` does.
   *
   * @example
   * ```ts
   * const { way, columns, rows } = await t.explainFind({ where: { lang: "en" }, orderBy: "at", limit: 10 });
   * ```
   */
  async explainFind<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: FindOptions<D, S>,
    ...more: readonly never[]
  ): Promise<FindExplanation> {
    const request = readRequest("explainFind", FIND, options, this.handle.plans, more);
    return await this.read(async (reader) => await reader.explainFind(request));
  }

  /** Counts rows, and reports how that was done, as `explainFind` does. */
  async explainCount(options?: CountOptions<D>, ...more: readonly never[]): Promise<FindExplanation> {
    const { where } = readRequest("explainCount", COUNT, options, this.handle.plans, more);
    return await this.read(async (reader) => await reader.explainCount(where));
  }
}
