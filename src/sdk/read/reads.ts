import { ownArgument } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import type { Confidence, Facets } from "../native/decode";
import { observed, type Surroundings } from "../observe/observed";
import { READS } from "../observe/operations";
import type { VectorInput } from "../schema/column-type";
import type {
  ColumnName,
  DefaultColumn,
  GroupHit,
  Hit,
  HitColumn,
  SearchInput,
  SearchMode,
  SelectedRow,
  SpanHit,
  VectorName,
  WordHit,
} from "../schema/infer";
import type { AnyTable } from "../schema/table-definition";
import { FIND, type FindOptions, SCAN, type ScanOptions } from "./find-options";
import type { Form } from "./form";
import { readRequest } from "./read-request";
import type { Reader } from "./reader";
import { prepare } from "./scan";
import { search } from "./search";
import {
  type GroupedSearchOptions,
  SEARCH,
  type SearchOptions,
  type SpanSearchOptions,
  type TextAndVector,
  type TextQuery,
  type WordSearchOptions,
} from "./search-options";

/** The rows that a search found, best first. What stands beside them is not enumerable. */
export type Hits<H> = H[] & {
  /** For the option `after` of the next page; missing where no row is left. */
  readonly cursor?: string;
  /** With the option `facets`: how often values stand in these columns. */
  readonly facets?: Facets;
  /** With the option `confidence`: how sure the search is of what it found. */
  readonly confidence?: Confidence;
  /** Why the list is empty, if the query itself is the reason. */
  readonly reason?: string;
};

/** The answer of a read in each form; `R` is the answer in rows. */
export interface Answers<R> {
  readonly rows: R;
  readonly arrow: Uint8Array;
}

type AnyReads = Reads<AnyTable, "rows">;

/**
 * The reads that `Table`, `Snapshot` and `ArrowReader` share. Each is declared and implemented here, for every form of its answer.
 *
 * @typeParam D - the table's definition
 * @typeParam F - the form of the answers
 */
export abstract class Reads<D extends AnyTable, F extends keyof Answers<unknown>> {
  /** @internal How calls are told of. */
  protected static readonly surroundings: Surroundings = {
    observers: (self) => (self as AnyReads).handle.options.services.observers,
    table: (self) => (self as AnyReads).handle.name,
    version: (self) => (self as AnyReads).seen(),
  };

  static {
    observed(Reads.prototype, READS, Reads.surroundings);
  }

  /** @internal */
  protected handle: TableHandle;
  /** @internal */
  protected readonly form: Form;

  /** @internal */
  constructor(handle: TableHandle, form: Form) {
    this.handle = handle;
    this.form = form;
  }

  /** @internal The version that a read sees, where that can be said at once. */
  protected abstract seen(): number | undefined;

  /** @internal Calls back with a reader of the right version, which a snapshot has to look up first. */
  protected abstract read<T>(call: (reader: Reader) => Promise<T>): Promise<T>;

  /**
   * The rows that match a filter.
   *
   * @example
   * ```ts
   * const page = await t.find({ where: { lang: "en" }, orderBy: { column: "at", descending: true }, limit: 20 });
   * const next = await t.find({ where: { lang: "en" }, orderBy: { column: "at", descending: true }, limit: 20, after: page.at(-1) });
   * ```
   */
  async find<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: FindOptions<D, S>,
    ...more: readonly never[]
  ): Promise<Answers<SelectedRow<D, S>[]>[F]> {
    const request = readRequest("find", FIND, options, this.handle.plans, more);
    const answer = await this.read((reader) => this.form.answer(reader, () => reader.find(request)));
    return answer as Answers<SelectedRow<D, S>[]>[F];
  }

  /**
   * All rows in batches, from one version, never holding more than one batch in memory. The version is the newest one when the first batch
   * is requested.
   *
   * @example
   * ```ts
   * for await (const batch of t.scan({ select: ["id", "bodyVec"] })) save(batch);
   * ```
   */
  scan<S extends ColumnName<D> = DefaultColumn<D>>(
    options?: ScanOptions<D, S>,
    ...more: readonly never[]
  ): AsyncGenerator<Answers<SelectedRow<D, S>[]>[F], void, void> {
    const prepared = prepare(() => {
      const request = readRequest("scan", SCAN, options, this.handle.plans, more);
      return this.read(async (reader) => reader.prepareScan(request));
    });
    return this.form.scan(prepared) as AsyncGenerator<Answers<SelectedRow<D, S>[]>[F], void, void>;
  }

  /** The rows whose vectors are nearest to a vector, best first, as a search for a text finds them in `mode: "vector"`. */
  search<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: VectorInput,
    options?: SearchOptions<D, S, V, "auto" | "vector">,
  ): Promise<Answers<Hits<Hit<D, S>>>[F]>;
  /**
   * The rows that fit a text by its words and by a vector that you made of it, best first: for columns whose vectors you bring.
   *
   * @example
   * ```ts
   * const hits = await t.search({ text: question, vector: await model.embed(question) }, { limit: 5 });
   * ```
   */
  search<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: TextAndVector,
    options?: SearchOptions<D, S, V, "auto" | "hybrid">,
  ): Promise<Answers<Hits<Hit<D, S, "hybrid">>>[F]>;
  /**
   * The rows that fit a query best, best first. A text is embedded by the function of the column, and looked for by its words as well where the column
   * is embedded from a text; a vector is used as it is.
   *
   * `_score` is higher for better hits, and between 0 and 1 for cosine; `_distance` is the raw metric. Hits of a hybrid search also say what words found:
   * `_textScore`, `_textRank` and `_vectorRank`. Where `select` names one of these, hits have only those that it names. `mode` says how to search;
   * `docs/search.md` says when the default is what. Where the function knows nothing in the text, only its words are looked for; an empty
   * result says why, where the query itself is the reason.
   *
   * The result has a `cursor`, with which `after` goes on where it ended.
   *
   * @example
   * ```ts
   * const hits = await t.search("refund policy", { limit: 5, select: ["id", "title"], where: { lang: "en" } });
   * const more = await t.search("refund policy", { limit: 5, select: ["id", "title"], where: { lang: "en" }, after: hits.cursor });
   * ```
   */
  search<
    S extends HitColumn<D> = DefaultColumn<D>,
    V extends VectorName<D> = VectorName<D>,
    M extends SearchMode = "auto",
  >(query: SearchInput<D, V>, options?: SearchOptions<D, S, V, M>): Promise<Answers<Hits<Hit<D, S, M>>>[F]>;
  /**
   * The rows that were nearest at any moment of a span of versions. Each has `_from` and `_to`: the commit that wrote it and the commit that
   * ended it. If several versions of a row (by primary key) match, only the nearest is returned, unless `everyVersion` is set. The columns are
   * those at the end of the span.
   *
   * @example
   * ```ts
   * const hits = await t.search("refund policy", { during: { from: "2026-01-01", to: "2026-06-30" } });
   * for (const { body, _from, _to } of hits) console.log(body, _from.date, _to?.date);
   * ```
   */
  search<S extends HitColumn<D> = DefaultColumn<D>, V extends VectorName<D> = VectorName<D>>(
    query: SearchInput<D, V>,
    options: SpanSearchOptions<D, S, V>,
  ): Promise<Answers<Hits<SpanHit<D, S>>>[F]>;
  /**
   * The best row of each group, such as the best passage of each document.
   *
   * @example
   * ```ts
   * const docs = await t.search("refund policy", { groupBy: "docId", limit: 5 });
   * for (const { docId, body, _count } of docs) console.log(docId, body, `and ${_count - 1} more`);
   * ```
   */
  search<
    S extends HitColumn<D> = DefaultColumn<D>,
    V extends VectorName<D> = VectorName<D>,
    M extends SearchMode = "auto",
  >(
    query: SearchInput<D, V>,
    options: GroupedSearchOptions<D, S, V, M>,
  ): Promise<Answers<Hits<GroupHit<D, S, M>>>[F]>;
  /**
   * The rows that hold words, best first: texts that are embedded are searched by their words too, and others that are declared so, at
   * any version. `docs/text-search.md` has the language of queries: words, `"phrases"`, `prefix*`, `+required`, `-excluded`. There is no wrong
   * query; one that says nothing finds nothing.
   *
   * @example
   * ```ts
   * const hits = await t.search('+refund "30 days" -draft', { mode: "text", fields: { title: 2, body: 1 } });
   * ```
   */
  search<S extends ColumnName<D> = DefaultColumn<D>>(
    query: string | TextQuery,
    options: WordSearchOptions<D, S>,
  ): Promise<Answers<Hits<WordHit<D, S>>>[F]>;
  /** A search with options that may or may not have a span or groups. */
  search<
    S extends HitColumn<D> = DefaultColumn<D>,
    V extends VectorName<D> = VectorName<D>,
    M extends SearchMode = "auto",
  >(
    query: SearchInput<D, V>,
    options?: SearchOptions<D, S, V, M> | SpanSearchOptions<D, S, V> | GroupedSearchOptions<D, S, V, M>,
  ): Promise<Answers<Hits<Hit<D, S, M>>>[F]>;
  async search(query: unknown, options?: object, ...more: readonly never[]): Promise<unknown> {
    const request = readRequest("search", SEARCH, options, this.handle.plans, more);
    const own = ownArgument("query", query);
    return await this.read((reader) => search(this.form, this.handle, reader, own, request));
  }
}
