// The options of searches, and the rule for each option. A new option is a line in a type and a line in a table, both in this file.

import { describeValue } from "../../describe-value";
import { badArgument, notYet } from "../call/errors";
import { count, DATA, FILTER, FLAG, type OptionRule, type OptionRules, SIGNAL, sent } from "../call/options";
import type { Where } from "../query/builder-types";
import type { AnyTable } from "../schema/table-definition";
import { SELECT, type SelectOptions } from "./find-options";
import type { Span } from "./span";

/** Options of `search` across a span of versions. */
export interface SpanSearchOptions<D extends AnyTable, S extends string, V extends string>
  extends Omit<SearchOptions<D, S, V>, "during" | "everyVersion"> {
  /** Finds what was visible at any moment of these versions. */
  readonly during: Span;
  /**
   * Finds every version of a row that is near enough, not just the nearest one.
   * @default false
   */
  readonly everyVersion?: boolean | undefined;
}

/** Options of `search`. */
export interface SearchOptions<D extends AnyTable, S extends string, V extends string>
  extends SelectOptions<S> {
  /**
   * The vector column to search.
   * @default for a text, the first column that is computed from text; for a vector, the only column with as many dimensions
   */
  readonly column?: V | undefined;
  /**
   * The most hits.
   * @default 10
   */
  readonly limit?: number | undefined;
  /**
   * Which rows may be found. There are always as many hits as there are such rows, up to `limit`.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /**
   * Compares the query with every row.
   * @default false
   */
  readonly exact?: boolean | undefined;
  /**
   * The share of the true nearest rows to find on average, above 0 and up to 1. Small tables are always searched exactly.
   * @default 0.95
   */
  readonly recall?: number | undefined;
  /**
   * How to search; for now both search by vector.
   * @default "auto"
   */
  readonly mode?: "auto" | "vector" | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
  readonly during?: undefined;
  readonly everyVersion?: undefined;
}

/** Options of `embed`. */
export interface EmbedCallOptions<V extends string> {
  /**
   * The derived column.
   * @default the one that a search would choose
   */
  readonly column?: V | undefined;
  /**
   * Whether the input is searched with (`"query"`) or searched for (`"document"`). Some functions treat the two differently.
   * @default "query"
   */
  readonly kind?: "query" | "document" | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
}

/** The request of a search, in the present or across time. */
export type SearchRequest = Partial<SpanSearchOptions<AnyTable, string, string>>;

const MODE: OptionRule = {
  kind: "data",
  check: (name, mode) => {
    if (mode === "auto" || mode === "vector") return;
    if (mode !== "hybrid" && mode !== "text")
      throw badArgument(name, '"auto" or "vector"', describeValue(mode));
    throw notYet(`search with mode: "${mode}"`, 'Use mode: "vector", or filter texts with like and ilike.');
  },
};

const SHARE: OptionRule = {
  kind: "data",
  check: (name, share) => {
    if (typeof share === "number" && share > 0 && share <= 1) return;
    throw badArgument(name, "a number above 0 and up to 1", describeValue(share));
  },
};

export const SEARCH: OptionRules<SearchRequest> = {
  ...SELECT,
  column: DATA,
  limit: sent(count(0)),
  where: FILTER,
  exact: sent(FLAG),
  recall: sent(SHARE),
  mode: MODE,
  signal: SIGNAL,
  during: DATA,
  everyVersion: sent(FLAG),
};

export const EMBED: OptionRules<EmbedCallOptions<string>> = { column: DATA, kind: DATA, signal: SIGNAL };
