import type { AnyTable, ColumnName, DateAxis, Where } from "varve";
import type { SearchMode } from "../search-mode";
import type { RerankHook } from "./rerank";

/** What `retrievalTools` takes beside the table. */
export interface RetrievalToolOptions<D extends AnyTable = AnyTable> {
  /** What the table holds, for the model: "the handbook of the company". */
  readonly about?: string | undefined;
  /**
   * The columns that the model sees.
   * @default all but the vectors and the bytes
   */
  readonly select?: readonly ColumnName<D>[] | undefined;
  /**
   * The columns, or values inside JSON such as `data.author`, that the model may filter by.
   * @default none
   */
  readonly filterBy?: readonly string[] | undefined;
  /** Which rows exist for the model. It cannot widen this: what belongs to other users stays out. */
  readonly where?: Where<D> | undefined;
  /**
   * How the tools search: by vectors, by words, or by both.
   * @default "auto": as the table is searched where nothing is said; by words where nothing is embedded
   */
  readonly mode?: SearchMode | undefined;
  /**
   * The vector column that is searched.
   * @default the first one that is computed from text
   */
  readonly column?: ColumnName<D> | undefined;
  /**
   * How many results where the model does not say.
   * @default 5
   */
  readonly limit?: number | undefined;
  /**
   * The most results that the model may ask for.
   * @default 20
   */
  readonly maxLimit?: number | undefined;
  /**
   * The most characters of one text.
   * @default 2,000
   */
  readonly maxText?: number | undefined;
  /**
   * The most characters of all texts of an answer.
   * @default 20,000
   */
  readonly maxAnswer?: number | undefined;
  /**
   * What dates in `searchAsOf`, `timeline` and `diff` mean: `"committed"`, when rows were committed, or `"effective"`, since when they are true.
   * @default "committed"
   */
  readonly dates?: DateAxis | undefined;
  /** Puts results in the order of a reranking model. */
  readonly rerank?: RerankHook | undefined;
  /**
   * How many hits the reranking model is given.
   * @default 30
   */
  readonly candidates?: number | undefined;
}
