import type { AnyTable, Table, TableView, UntypedTable, Where } from "varve";
import { type Names, ownOptions, refuseMore } from "../own-options";
import { badLimit, noKey, noQuestions, nothingRelevant } from "./evaluation-errors";
import { keysThere } from "./keys";
import { type Grades, gradesOf, type Question } from "./question";
import { type MeasuredWay, type UnavailableWay, type Way, type WaySearch, waysOf } from "./way";

/** What `evaluate` takes beside the table and the questions. */
export interface EvaluationOptions<D extends AnyTable = AnyTable> {
  /**
   * The searches to compare, by names of your own.
   * @default by words, by vectors, and by both: as a search does it, at weights of the vectors from 0.2 to 0.8, and by places alone (`"rrf"`)
   */
  readonly ways?: Readonly<Record<string, WaySearch<D>>> | undefined;
  /**
   * How many hits of each search count.
   * @default 10
   */
  readonly limit?: number | undefined;
  /**
   * Which rows may be found.
   * @default all
   */
  readonly where?: Where<D> | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
  /** Is told how many questions were asked. */
  readonly onProgress?: ((progress: { readonly questions: number; readonly of: number }) => void) | undefined;
}

const OPTIONS: Names<EvaluationOptions> = {
  ways: true,
  limit: true,
  where: true,
  signal: true,
  onProgress: true,
};

/** What an evaluation has found. */
export interface Evaluation {
  /** The version that was asked. */
  readonly version: number;
  /** How many questions count. */
  readonly questions: number;
  /** How many hits of each search count. */
  readonly limit: number;
  /** The figures, in the order of the ways. */
  readonly ways: readonly (MeasuredWay | UnavailableWay)[];
  /** Keys that questions name and no row has, or only one that `where` leaves out. They do not count. */
  readonly missingKeys: readonly string[];
  /** Questions with no key left. They do not count. */
  readonly leftOut: readonly string[];
}

const LIMIT = 10;

/**
 * Asks a table questions whose right rows are known, in several ways, and says how well each way answers: nDCG, recall and MRR over the first
 * `limit` hits. All searches read one version. Where nobody says which ways, one in which the table cannot be searched, such as by words where no
 * text is searched by them, is said to be unavailable. Keys that no row has are said and do not count.
 *
 * @example
 * ```ts
 * const { ways } = await evaluate(t, [{ query: "refund policy", relevant: ["refunds"] }], {
 *   ways: { meaning: { mode: "vector" }, titles: { mode: "text", fields: { title: 3, body: 1 } } },
 * });
 * ```
 */
export async function evaluate<D extends AnyTable>(
  view: TableView<D>,
  questions: readonly Question[],
  options?: EvaluationOptions<D>,
  ...more: readonly never[]
): Promise<Evaluation> {
  refuseMore("evaluate", more);
  const own = ownOptions("evaluate", options as EvaluationOptions | undefined, OPTIONS);
  const { limit = LIMIT, signal, onProgress } = own;
  const where = own.where as Where<UntypedTable> | undefined;
  if (!Number.isSafeInteger(limit) || limit < 1) throw badLimit(limit);
  if (!Array.isArray(questions) || questions.length === 0) throw noQuestions(questions);
  const named = Array.from(questions, (one: Question, at) => {
    const grades = gradesOf(one, at);
    return { query: one.query, grades };
  });
  const fixed = await fixedView(view.untyped);
  const { primaryKey: key } = await fixed.describe();
  if (key === null) throw noKey(view.name);
  const ways = waysOf(own.ways, { view: fixed, key, limit, where, signal });
  const version = await fixed.version();
  const there = await keysThere(
    fixed,
    key,
    named.flatMap(({ grades }) => [...grades.keys()]),
    where,
  );
  const { asked, missingKeys, leftOut } = split(named, there);
  const [first] = asked;
  if (first === undefined) throw nothingRelevant(view.name, version, missingKeys);
  for (const way of ways) await way.warm(first.query);
  const usable = ways.filter(({ problem }) => problem === undefined);
  // What the caller has asked for is wrong, and no kind of search that this table happens not to know.
  if (usable.length === 0 || own.ways !== undefined) refuse(ways);
  for (const [index, { query, grades }] of asked.entries()) {
    for (const way of usable) await way.ask(query, grades);
    onProgress?.({ questions: index + 1, of: asked.length });
  }
  const results = ways.map(({ result }) => result);
  return { version, questions: asked.length, limit, ways: results, missingKeys, leftOut };
}

function refuse(ways: readonly Way[]): void {
  for (const { problem } of ways) if (problem !== undefined) throw problem;
}

/** A view of one version: what is written meanwhile changes no answer. */
async function fixedView(view: TableView<UntypedTable>): Promise<TableView<UntypedTable>> {
  return isTable(view) ? view.asOf(await view.version()) : view;
}

/** Whether it is a table and no snapshot of one, also where it comes from another copy of the package. */
function isTable(view: TableView<UntypedTable>): view is Table<UntypedTable> {
  return "asOf" in view;
}

interface Named {
  readonly query: string;
  readonly grades: Grades;
}

/** The questions with the keys that are there, and what is left out. */
function split(
  named: readonly Named[],
  there: ReadonlySet<string>,
): { readonly asked: Named[]; readonly missingKeys: string[]; readonly leftOut: string[] } {
  const missing = new Set<string>();
  const asked: Named[] = [];
  const leftOut: string[] = [];
  for (const { query, grades } of named) {
    for (const key of grades.keys()) if (!there.has(key)) missing.add(key);
    const left = new Map([...grades].filter(([key]) => there.has(key)));
    if (left.size > 0) asked.push({ query, grades: left });
    else leftOut.push(query);
  }
  return { asked, missingKeys: [...missing], leftOut };
}
