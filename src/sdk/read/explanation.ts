/** What the engine says of how it answered a search. */
export interface SearchWork {
  /** The version that was searched; of a span the last one. */
  readonly version: number;
  /** With `during`: the first version of the span. */
  readonly from?: number;
  /** Whether every row that could be among the nearest was compared in full; false where an index chose the candidates. */
  readonly exact: boolean;
  /** The share of the true nearest rows that is to be expected, as it was measured when the index was built; 1 where `exact`. */
  readonly recall: number;
  /** Rows that the version sees, whatever the filter; with `during`, those that any version of the span sees. */
  readonly rows: number;
  /** Rows that passed the filter; where an index was searched, rows that died and are still stored may be among them. */
  readonly candidates: number;
  /** Segments, the files that the rows lie in, that were looked at. */
  readonly segments: number;
  /** Index segments that were searched; 0 where none was. */
  readonly indexes: number;
  /** Lists of the index segments that were looked into. */
  readonly lists: number;
  /** Rows whose codes were read from the index. */
  readonly scanned: number;
  /** Rows that the codes could not rule out, and whose vectors were read. */
  readonly refined: number;
  /** Rows that no index covers yet, and whose vectors were read for this reason. */
  readonly uncovered: number;
  /** Bytes of codes, of vectors, and of shadows where an exact search looks at these instead of the vectors. */
  readonly bytes: number;
}

/**
 * How a search was answered, and how much was read for it.
 *
 * @example
 * ```ts
 * const { exact, recall, rows, candidates } = await t.explain("refunds", { where: { lang: "en" } });
 * console.log(exact ? "exact" : `approximate, recall ${recall}`, `${candidates} of ${rows} rows`);
 * ```
 */
export interface Explanation extends SearchWork {
  /** The vector column that was searched; missing for a search by words. */
  readonly column?: string;
  /** The name of the embedding function that fills the column; missing where rows bring their own vectors. */
  readonly function?: string;
  /** Why nothing was searched, as in the `reason` of hits; every count but `rows` is then 0. */
  readonly reason?: string;
}
