// What searches take: the options for their callers, and the rule of each. An option that the engine understands is declared here, and
// nowhere else in TypeScript.

import { badArgument, notYet } from "../call/errors";
import { count, DATA, FILTER, FLAG, type OptionRule, type OptionRules, SIGNAL, sent } from "../call/options";
import type { Where } from "../query/builder-types";
import type { AnyTable } from "../schema/table-definition";
import { describeValue } from "../schema/wire-value";
import { SELECT, type SelectOptions } from "./find-options";
import type { Span } from "./span";

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

/** What `search` was asked for, in the present or across time. */
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
