import {
  type AnyTable,
  type DefaultColumn,
  type SearchOptions,
  type TableView,
  type UntypedTable,
  VarveError,
  type VectorName,
  type Where,
  type WordSearchOptions,
} from "varve";
import { isPlainObject } from "../realm";
import { badWays, sharedOption } from "./evaluation-errors";
import { type Figure, figureOf, ndcg, recall, reciprocalRank } from "./metrics";
import type { Grades } from "./question";

/** The options that all ways have in common. */
type Shared = "limit" | "offset" | "after" | "where" | "signal" | "select";

/** How one way searches: the options of `search`, but for those that all ways have in common. `rerank` gets hits with all columns but the vectors. */
export type WaySearch<D extends AnyTable = AnyTable> =
  | Omit<SearchOptions<D, DefaultColumn<D>, VectorName<D>>, Shared>
  | Omit<WordSearchOptions<D, DefaultColumn<D>>, Shared>;

/** How well one question was answered. */
export interface Answer {
  /** What was searched for. */
  readonly query: string;
  /** The keys of the hits, the best first. */
  readonly ranked: readonly string[];
  /** From 0 to 1: whether the best rows stand first. */
  readonly ndcg: number;
  /** The share of the relevant rows among the hits. */
  readonly recall: number;
  /** 1 over the rank of the first relevant row, 0 where there is none. */
  readonly reciprocalRank: number;
}

/** A way, and how well it answered. */
export interface MeasuredWay {
  /** Its name. */
  readonly name: string;
  /** The mean of nDCG over all questions. */
  readonly ndcg: Figure;
  /** The mean of recall over all questions. */
  readonly recall: Figure;
  /** The mean of the reciprocal rank over all questions. */
  readonly mrr: Figure;
  /** How long a question took on average, in milliseconds, with what embedding it took. */
  readonly ms: number;
  /** Each question. */
  readonly answers: readonly Answer[];
}

/** A way in which the table cannot be searched. */
export interface UnavailableWay {
  /** Its name. */
  readonly name: string;
  /** Why. */
  readonly unavailable: string;
}

/** What vectors count for beside words, in the ways that are compared where nobody says. */
const WEIGHTS = [0.2, 0.35, 0.5, 0.65, 0.8] as const;

/** What is compared where nobody says. */
const WAYS: Readonly<Record<string, WaySearch>> = {
  text: { mode: "text" },
  vector: { mode: "vector" },
  hybrid: { mode: "hybrid" },
  ...Object.fromEntries(WEIGHTS.map((vector) => [`hybrid ${vector}`, weighted(vector)])),
  rrf: { mode: "hybrid", fuse: "rrf" },
};

function weighted(vector: number): WaySearch {
  // As people write it: 1 - 0.65 has more digits.
  return { mode: "hybrid", fuse: { weights: { text: Number((1 - vector).toFixed(2)), vector } } };
}

const SHARED: readonly Shared[] = ["limit", "offset", "after", "where", "signal", "select"];

/** Codes of errors that say that a table cannot be searched so, whatever the question. */
const UNAVAILABLE: ReadonlySet<string> = new Set(["INVALID_ARGUMENT", "EMBEDDING_UNAVAILABLE", "NOT_YET"]);

/** The view that is searched, and what all ways have in common. */
export interface Ground {
  readonly view: TableView<UntypedTable>;
  readonly key: string;
  readonly limit: number;
  readonly where: Where<UntypedTable> | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The ways by their names; throws INVALID_ARGUMENT where they are none. */
export function waysOf(ways: unknown, ground: Ground): Way[] {
  if (ways === undefined) return Object.entries(WAYS).map(([name, search]) => new Way(name, search, ground));
  if (!isPlainObject(ways) || Object.keys(ways).length === 0) throw badWays(ways);
  return Object.entries(ways).map(([name, search]) => {
    if (!isPlainObject(search)) throw badWays(search);
    const shared = SHARED.find((option) => search[option] !== undefined);
    if (shared !== undefined) throw sharedOption(name, shared);
    return new Way(name, search as WaySearch, ground);
  });
}

/** One way of searching, and what it has answered so far. */
export class Way {
  readonly #name: string;
  readonly #options: object;
  readonly #ground: Ground;
  readonly #answers: Answer[] = [];
  #ms = 0;
  /** Why the table cannot be searched so. */
  problem: VarveError | undefined;

  constructor(name: string, search: WaySearch, ground: Ground) {
    const { key, limit, where, signal } = ground;
    // What puts hits in a new order reads more of them than their keys.
    const select = search.rerank === undefined ? [key] : undefined;
    this.#name = name;
    this.#ground = ground;
    this.#options = { ...search, select, limit, where, signal };
  }

  /** Searches once without counting it, which also opens what the first search has to open. */
  async warm(query: string): Promise<void> {
    try {
      await this.#search(query);
    } catch (error) {
      if (!VarveError.is(error) || !UNAVAILABLE.has(error.code)) throw error;
      this.problem = error;
    }
  }

  /** Asks a question. */
  async ask(query: string, grades: Grades): Promise<void> {
    const start = performance.now();
    const ranked = await this.#search(query);
    this.#ms += performance.now() - start;
    const { limit } = this.#ground;
    this.#answers.push({
      query,
      ranked,
      ndcg: ndcg(ranked, grades, limit),
      recall: recall(ranked, grades, limit),
      reciprocalRank: reciprocalRank(ranked, grades, limit),
    });
  }

  /** What came of it. */
  get result(): MeasuredWay | UnavailableWay {
    const name = this.#name;
    if (this.problem !== undefined) return { name, unavailable: this.problem.message };
    const answers = this.#answers;
    return {
      name,
      ndcg: figureOf(answers.map((one) => one.ndcg)),
      recall: figureOf(answers.map((one) => one.recall)),
      mrr: figureOf(answers.map((one) => one.reciprocalRank)),
      ms: this.#ms / answers.length,
      answers,
    };
  }

  async #search(query: string): Promise<string[]> {
    const { view, key } = this.#ground;
    const hits: readonly object[] = await view.search(query, this.#options);
    return hits.map((hit) => String(Reflect.get(hit, key)));
  }
}
