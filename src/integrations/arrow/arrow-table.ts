import type { Table as ApacheTable, RecordBatch } from "apache-arrow";
import type {
  AnyTable,
  AsOf,
  ColumnName,
  DefaultColumn,
  FindOptions,
  GroupedSearchOptions,
  HitColumn,
  InsertOptions,
  ScanOptions,
  SearchInput,
  SearchOptions,
  SpanSearchOptions,
  Table,
  TableView,
  UpsertOptions,
  VectorName,
  WriteResult,
} from "varve";
import { ownOptions } from "../../own-options";
import { type ArrowModule, arrowModule, batchesOf } from "./arrow-module";
import { type ArrowSource, columnsFromArrow } from "./arrow-rows";

/** What `withArrow` takes. */
export interface ArrowTableOptions {
  /**
   * The `apache-arrow` package to use.
   * @default the one that is installed, loaded at the first call that needs it
   */
  readonly arrow?: ArrowModule | undefined;
}

/**
 * The reads of a table or a snapshot as tables of `apache-arrow`. No JavaScript object is made for a row, and the tables lie in the very
 * memory that the engine filled.
 *
 * @typeParam D - the table's definition
 */
export class ArrowView<D extends AnyTable> {
  readonly #view: TableView<D>;
  protected readonly module: ArrowModule | undefined;

  /** Use {@link withArrow}. */
  constructor(view: TableView<D>, options: ArrowTableOptions = {}) {
    this.#view = view;
    this.module = ownOptions("withArrow", options, { arrow: true }).arrow;
  }

  /** As the table's `find`: one table of one batch. */
  async find<S extends ColumnName<D> = DefaultColumn<D>>(options?: FindOptions<D, S>): Promise<ApacheTable> {
    const arrow = await arrowModule(this.module);
    return arrow.tableFromIPC(await this.#view.arrow.find(options));
  }

  /**
   * As the table's `search`, the best first, with the columns `_distance` and `_score` behind the others, and `_from` and `_to` where
   * it searches a span of versions.
   */
  async search<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options?: SearchOptions<D, S, V> | SpanSearchOptions<D, S, V> | GroupedSearchOptions<D, S, V>,
  ): Promise<ApacheTable> {
    const arrow = await arrowModule(this.module);
    return arrow.tableFromIPC(await this.#view.arrow.search(query, options));
  }

  /** As the table's `scan`: batches, one after another. */
  async *scan<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: ScanOptions<D, S>,
  ): AsyncGenerator<RecordBatch, void, void> {
    const arrow = await arrowModule(this.module);
    const parts = this.#view.arrow.scan(options);
    try {
      yield* await batchesOf(arrow, parts);
    } finally {
      // A reader that is left early does not end what it reads from.
      await parts.return();
    }
  }
}

/**
 * A table that takes and gives Arrow.
 *
 * @typeParam D - the table's definition
 */
export class ArrowTable<D extends AnyTable> extends ArrowView<D> {
  readonly #table: Table<D>;

  /** Use {@link withArrow}. */
  constructor(table: Table<D>, options: ArrowTableOptions = {}) {
    super(table, options);
    this.#table = table;
  }

  /** As the table's `insert`: one commit, embedded and checked as rows are. */
  async insert(source: ArrowSource, options?: InsertOptions): Promise<WriteResult> {
    return await this.#table.untyped.insert(this.#rows(source), options);
  }

  /** As the table's `upsert`. */
  async upsert(source: ArrowSource, options?: UpsertOptions<D>): Promise<WriteResult> {
    return await this.#table.untyped.upsert(this.#rows(source), options as UpsertOptions<AnyTable>);
  }

  /** The table as it was. */
  asOf(at: AsOf): ArrowView<D> {
    return new ArrowView(this.#table.asOf(at), { arrow: this.module });
  }

  /** To the outside a write takes objects; inside it takes columns among them. */
  #rows(source: ArrowSource): AsyncIterable<never> {
    return columnsFromArrow(source, {
      arrow: this.module,
      table: this.#table.untyped,
    }) as AsyncIterable<never>;
  }
}

/**
 * Arrow in and out of a table.
 *
 * @example
 * ```ts
 * const a = withArrow(t);
 * for await (const batch of a.scan({ select: ["id", "bodyVec"] })) send(batch);
 * ```
 */
export function withArrow<D extends AnyTable>(table: Table<D>, options?: ArrowTableOptions): ArrowTable<D> {
  return new ArrowTable(table, options);
}
