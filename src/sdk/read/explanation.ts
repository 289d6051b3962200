import type { Confidence } from "../native/decode";

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
  /** With `where`: how it was found out which rows it leaves. */
  readonly filter?: FilterWork;
  /** Of a hybrid search: how words and vectors became one ranking. */
  readonly fusion?: Fusion;
  /** With the option `confidence`: how sure the search is, and why. */
  readonly confidence?: Judgement;
}

/** How the rows of a filter or of an order were found. */
export interface FilterWork {
  /**
   * `scan`: the columns were read in order. `index`: indexes said which rows may match, and these were tested where that was not certain.
   * `order`: rows were tested in the order that was asked for, until there were enough. `count`: they were counted in indexes. `known`:
   * they were found before, and are remembered.
   */
  readonly way: "scan" | "index" | "order" | "count" | "known";
  /** The columns whose indexes were read. */
  readonly columns: readonly string[];
  /** How many rows indexes let expect; null where they tell nothing. */
  readonly expected: number | null;
  /** How many were found, before a limit cut them. */
  readonly found: number;
  /** How many row ids were read from indexes. */
  readonly entries: number;
  /** How many rows were looked at. */
  readonly rows: number;
  /** Those among them that no index covers yet. */
  readonly uncovered: number;
}

/** How a find or a count is answered. */
export interface FindExplanation extends FilterWork {
  /** The version that was read. */
  readonly version: number;
}

/** How sure a search is, and why: the greater of both numbers counts. `docs/confidence.md` says what they are made of. */
export interface Judgement {
  /** From 1.3 on `strong`, below 0.7 `none`. */
  readonly level: Confidence;
  /** What words say, from 0 on; null where none were looked for. */
  readonly text: number | null;
  /** What vectors say; null where none were compared, or there are too few to judge by. */
  readonly vector: number | null;
}

/** A term or phrase of a hybrid search, and what was counted of it. */
export interface FusedTerm {
  /** The column; null where it is gone. */
  readonly column: string | null;
  /** The term as it is looked for, or those of a phrase. */
  readonly terms: readonly string[];
  /** How many rows have each of the terms. */
  readonly rowsWithTerm: readonly number[];
  /** How many rows have a term in the column. */
  readonly rows: number;
  /** The score that it cannot reach. */
  readonly most: number;
}

/** What the score of a hit was made of. */
export interface FusedHit {
  /** The score. */
  readonly score: number;
  /** The score by words; its share is `textScore / ceiling`. */
  readonly textScore: number;
  /** The place among the rows that words found; null where it was not among them. */
  readonly textRank: number | null;
  /** The cosine of the row's vector and the query's, whatever the metric of the column; null where it has none. */
  readonly cosine: number | null;
  /** The place among the rows that vectors found; null where it was not among them. */
  readonly vectorRank: number | null;
}

/** How words and vectors became one ranking. */
export interface Fusion {
  /** What either counted for, as parts of 1. */
  readonly weights: { readonly text: number; readonly vector: number };
  /** Whether the vectors counted for half, as the query names something exactly: a quoted phrase, or a rare term with a digit. */
  readonly namesExactly: boolean;
  /** Whether they counted for nothing, as the query is in a script that the embedding function does not read. */
  readonly isOtherScript: boolean;
  /** The score that no text could exceed for these words. */
  readonly ceiling: number;
  /** What was looked for; terms that no row has stand at the end. */
  readonly terms: readonly FusedTerm[];
  /** What the scores of the hits were made of, in their order. */
  readonly hits: readonly FusedHit[];
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
  /** What was looked for: words, vectors, or both. */
  readonly mode: "hybrid" | "vector" | "text";
  /** Why, where the search did not say so. */
  readonly because?: string;
  /** The vector column that was searched; missing for a search by words. */
  readonly column?: string;
  /** The name of the embedding function that fills the column; missing where rows bring their own vectors. */
  readonly function?: string;
  /** Why nothing was searched, as in the `reason` of hits; every count but `rows` is then 0. */
  readonly reason?: string;
}
