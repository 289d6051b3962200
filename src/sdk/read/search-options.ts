// The options of searches, and the rule for each option. A new option is a line in a type and a line in a table, both in this file.

import { describeValue } from "../../describe-value";
import { badArgument } from "../call/errors";
import {
  CALLBACK,
  choice,
  count,
  DATA,
  FILTER,
  FLAG,
  number,
  type OptionRule,
  type OptionRules,
  SIGNAL,
  sent,
} from "../call/options";
import type { PlainRow } from "../native/decode";
import type { Where } from "../query/builder-types";
import type { VectorInput } from "../schema/column-type";
import type { FacetName, Hit, OrderName, SearchMode, TextName, WordHit } from "../schema/infer";
import type { AnyTable } from "../schema/table-definition";
import { SELECT, type SelectOptions } from "./find-options";
import { FUSE, type Fuse } from "./fuse";
import { HIGHLIGHT, type HighlightOptions } from "./highlight";
import type { Rerank } from "./rerank";
import type { Span } from "./span";

/** Options of `search` across a span of versions. */
export interface SpanSearchOptions<D extends AnyTable, S extends string, V extends string>
  extends Omit<
    SearchOptions<D, S, V, "auto" | "vector">,
    "during" | "everyVersion" | "fields" | "fuse" | "highlight"
  > {
  /** Finds what was visible at any moment of these versions. */
  readonly during: Span;
  /**
   * Finds every version of a row that is near enough, not just the nearest one.
   * @default false
   */
  readonly everyVersion?: boolean | undefined;
}

/** Options of `search` by groups. */
export interface GroupedSearchOptions<
  D extends AnyTable,
  S extends string,
  V extends string,
  M extends SearchMode = SearchMode,
> extends Omit<SearchOptions<D, S, V, M>, "groupBy"> {
  /**
   * Finds of all rows with one value of this column only the best, such as the best passage of each document. `limit` and `offset` count groups.
   * Rows without a value are a group, too. Each hit has a `_count`: how many of the candidates are in its group; see `candidates`.
   */
  readonly groupBy: OrderName<D>;
}

/** Options of `searchMany`. */
export interface SearchManyOptions<
  D extends AnyTable,
  S extends string,
  V extends string,
  M extends SearchMode = SearchMode,
> extends Omit<SearchOptions<D, S, V, M>, "after"> {}

/** Options of `search`. */
export interface SearchOptions<
  D extends AnyTable,
  S extends string,
  V extends string,
  M extends SearchMode = SearchMode,
> extends SelectOptions<S> {
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
   * How many of the best hits to leave out. To turn pages, prefer `after`: writes do not disturb it.
   * @default 0
   */
  readonly offset?: number | undefined;
  /**
   * The `cursor` of the hits of the page before. The search goes on behind its last hit, in the version that it was found in: whatever is
   * written meanwhile, no row is on two pages and none between two. The query, its column, the filter and the groups have to be those of
   * the first page. It does not go with `diversity` and `rerank`, whose pages are turned by `offset`.
   * @default the first page
   */
  readonly after?: string | undefined;
  /**
   * The least `_score` of a hit.
   * @default hits of any score
   */
  readonly minScore?: number | undefined;
  /**
   * Says how sure the search is of what it found: `confidence` of the hits. See `docs/confidence.md`.
   * @default false
   */
  readonly confidence?: boolean | undefined;
  /**
   * The greatest `_distance` of a hit.
   * @default hits at any distance
   */
  readonly maxDistance?: number | undefined;
  /**
   * How much hits should differ from each other, from 0 to 1: hits are chosen one by one among the `candidates`, each by
   * `(1 - diversity) * _score - diversity * s`, where `s` is the score that the hit before it which it is most like would have as its query.
   * @default 0: the best, whatever they are like
   */
  readonly diversity?: number | undefined;
  /**
   * How many of the best rows to look at where hits are chosen among more than are returned: with `groupBy`, `diversity` and `rerank`, and of both rankings
   * of a hybrid search. There are never fewer than `offset` and `limit` ask for, and more, two times as many each time, until there are enough
   * groups or hits.
   * @default 100; three times `limit`, from 32 to 100, for a hybrid search without `groupBy`, `diversity`, `rerank` and `rrf`
   */
  readonly candidates?: number | undefined;
  /**
   * Puts the candidates in a new order. It gets the query and the hits, and returns a score for each, higher for better ones, or the hits in
   * another order, of which it may leave some out. The scores become the `_score` of the hits.
   * @default the order in which they were found
   */
  readonly rerank?: Rerank<Hit<D, S, M>> | undefined;
  /**
   * Counts how often each value of these columns stands among all rows that `where` leaves, whatever the query is: `facets` of the hits. Items of
   * lists count one by one.
   * @default none
   */
  readonly facets?: readonly FacetName<D>[] | undefined;
  readonly groupBy?: undefined;
  /**
   * Which rows may be found. A filter never makes hits rarer than such rows are: there are as many as fit the other options, up to `limit`.
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
   * How to search. `"vector"` compares vectors, `"hybrid"` looks for words as well and makes one ranking of the two. `"auto"` is hybrid where the
   * query is a text, the column is embedded from one that is searched by its words, and no option is about vectors alone (`maxDistance`,
   * `during`); otherwise it is by vector. By words alone: `WordSearchOptions`.
   * @default "auto"
   */
  readonly mode?: M | undefined;
  /**
   * Of a hybrid search: the columns whose words are looked for, or what each counts for: `{ title: 2, body: 1 }`.
   * @default those from which the searched column is embedded
   */
  readonly fields?: readonly TextName<D>[] | Readonly<Partial<Record<TextName<D>, number>>> | undefined;
  /**
   * How words and vectors become one ranking; `docs/search.md` says how to tune it.
   * @default "convex", with weights that the embedding function and the query say
   */
  readonly fuse?: Fuse | undefined;
  /**
   * Shows parts of a text in which words were found: `_highlights` of each hit, with their places. `"body"`, or how many and how long they are.
   * @default none
   */
  readonly highlight?: TextName<D> | HighlightOptions<TextName<D>> | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
  readonly during?: undefined;
  readonly everyVersion?: undefined;
}

/** A text whose words are looked for, and the vector that it has. */
export interface TextAndVector {
  /** What is typed. */
  readonly text: string;
  /** The vector of it, by what made those of the column. */
  readonly vector: VectorInput;
}

/** A query for words as data: each part is a text or several. See `docs/text-search.md`. */
export interface TextQuery {
  /** Words, of which a row had better have as many as possible. */
  readonly match?: string | readonly string[] | undefined;
  /** Words in a row. */
  readonly phrase?: string | readonly string[] | undefined;
  /** The beginnings of words. */
  readonly prefix?: string | readonly string[] | undefined;
  /** What a row must have, in the language of typed queries. */
  readonly must?: string | readonly string[] | undefined;
  /** What it must not have. */
  readonly not?: string | readonly string[] | undefined;
  /**
   * By how many letters the words of `match` may differ from those of a row: 0, 1 or 2.
   * @default 0
   */
  readonly fuzzy?: number | undefined;
}

/** Options of `search` by words. */
export interface WordSearchOptions<D extends AnyTable, S extends string> {
  /** Searches by words, not by vectors. */
  readonly mode: "text";
  /**
   * The columns that are searched by their words, or what each counts for: `{ title: 2, body: 1 }`.
   * @default all that are searched by their words, each counting for as much
   */
  readonly fields?: readonly TextName<D>[] | Readonly<Partial<Record<TextName<D>, number>>> | undefined;
  /**
   * The columns that hits have.
   * @default all but the vectors
   */
  readonly select?: readonly S[] | undefined;
  /**
   * The most hits.
   * @default 10
   */
  readonly limit?: number | undefined;
  /**
   * How many of the best hits to leave out. To turn pages, prefer `after`: writes do not disturb it.
   * @default 0
   */
  readonly offset?: number | undefined;
  /**
   * The `cursor` of the hits of the page before, of the same search.
   * @default the first page
   */
  readonly after?: string | undefined;
  /**
   * The least `_score` of a hit.
   * @default hits of any score
   */
  readonly minScore?: number | undefined;
  /**
   * Says how sure the search is of what it found: `confidence` of the hits. See `docs/confidence.md`.
   * @default false
   */
  readonly confidence?: boolean | undefined;
  /**
   * Shows parts of a text in which words were found: `_highlights` of each hit, with their places. `"body"`, or how many and how long they are.
   * @default none
   */
  readonly highlight?: TextName<D> | HighlightOptions<TextName<D>> | undefined;
  /**
   * Puts the best rows in a new order, as in a search by vectors.
   * @default the order in which they were found
   */
  readonly rerank?: Rerank<WordHit<D, S>> | undefined;
  /**
   * How many of the best rows `rerank` gets. There are never fewer than `offset` and `limit` ask for.
   * @default 100
   */
  readonly candidates?: number | undefined;
  /**
   * Which rows may be found.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
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
export type SearchRequest = Partial<
  Omit<SpanSearchOptions<AnyTable, string, string>, "mode" | "groupBy" | "facets" | "rerank">
> & {
  readonly mode?: SearchMode | "text" | undefined;
  readonly fields?: unknown;
  readonly fuse?: Fuse | undefined;
  readonly highlight?: string | HighlightOptions | undefined;
  readonly groupBy?: string | undefined;
  readonly facets?: readonly string[] | undefined;
  readonly rerank?: Rerank<PlainRow> | undefined;
};

const SHARE: OptionRule = {
  kind: "data",
  check: (name, share) => {
    if (typeof share === "number" && share > 0 && share <= 1) return;
    throw badArgument(name, "a number above 0 and up to 1", describeValue(share));
  },
};

const TEXT: OptionRule = {
  kind: "data",
  check: (name, text) => {
    if (typeof text !== "string")
      throw badArgument(name, "the cursor of a page of hits", describeValue(text));
  },
};

export const SEARCH: OptionRules<SearchRequest> = {
  ...SELECT,
  column: DATA,
  limit: sent(count(0)),
  offset: sent(count(0)),
  after: sent(TEXT),
  minScore: sent(number("a number")),
  maxDistance: sent(number("a number")),
  diversity: sent(number("a number from 0 to 1", 0, 1)),
  candidates: sent(count(1)),
  rerank: CALLBACK,
  groupBy: DATA,
  facets: DATA,
  confidence: sent(FLAG),
  where: FILTER,
  exact: sent(FLAG),
  recall: sent(SHARE),
  mode: choice("auto", "hybrid", "vector", "text"),
  fields: DATA,
  fuse: FUSE,
  highlight: HIGHLIGHT,
  signal: SIGNAL,
  during: DATA,
  everyVersion: sent(FLAG),
};

const { after: _after, during: _during, everyVersion: _everyVersion, groupBy: _groupBy, ...ofMany } = SEARCH;
export const SEARCH_MANY: OptionRules<Omit<SearchRequest, "after" | "during" | "everyVersion" | "groupBy">> =
  ofMany;

export const EMBED: OptionRules<EmbedCallOptions<string>> = { column: DATA, kind: DATA, signal: SIGNAL };
