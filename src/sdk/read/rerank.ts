// Candidates of a search in a new order, which somebody else decides on: a model that reads query and row together.

import { describeValue } from "../../describe-value";
import { badArgument } from "../call/errors";
import { checkSignal } from "../call/progress";
import type { PlainRow } from "../native/decode";

/** What a re-ranking is told beside the query and the hits. */
export interface RerankContext {
  /** The signal of the search. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Puts the candidates of a search in a new order: a score for each hit in the order of the hits, higher for better ones, or the hits themselves,
 * the best first, of which some may be left out. A score of `-Infinity` leaves a hit out as well.
 *
 * @typeParam H - the hits, with the columns that are selected
 */
export type Rerank<H> = (
  query: unknown,
  hits: readonly H[],
  context: RerankContext,
) => readonly number[] | readonly H[] | Promise<readonly number[] | readonly H[]>;

/** The hits in the order that a function says. What it throws is passed on. */
export async function inNewOrder(
  rerank: Rerank<PlainRow>,
  query: unknown,
  hits: readonly PlainRow[],
  signal: AbortSignal | undefined,
): Promise<PlainRow[]> {
  const given: unknown = await rerank(query, [...hits], { signal });
  checkSignal(signal);
  if (!Array.isArray(given)) throw wrong(hits, describeValue(given));
  return given.some((one) => typeof one === "number") ? byScore(hits, given) : asGiven(hits, given);
}

function byScore(hits: readonly PlainRow[], scores: readonly unknown[]): PlainRow[] {
  const odd = scores.find((score) => typeof score !== "number" || Number.isNaN(score));
  if (scores.length !== hits.length || odd !== undefined || scores.includes(undefined))
    throw wrong(hits, odd === undefined ? `${scores.length} of them` : `one that is ${describeValue(odd)}`);
  const order = (scores as readonly number[]).map((score, at) => ({ score, hit: hits[at] as PlainRow }));
  order.sort((a, b) => Number(b.score > a.score) - Number(b.score < a.score));
  const kept = order.filter(({ score }) => score !== Number.NEGATIVE_INFINITY);
  return kept.map(({ score, hit }) => {
    if ("_score" in hit) hit["_score"] = score;
    return hit;
  });
}

function asGiven(hits: readonly PlainRow[], given: readonly unknown[]): PlainRow[] {
  const left = new Set<unknown>(hits);
  for (const hit of given) if (!left.delete(hit)) throw wrong(hits, "a row that is none of these, or twice");
  return [...(given as readonly PlainRow[])];
}

function wrong(hits: readonly PlainRow[], found: string): Error {
  return badArgument(
    "rerank",
    `a score for each of ${hits.length} hits, or these hits in another order`,
    found,
  );
}

/** Hits with what stands beside others, which are of the same search. */
export function withBeside(hits: PlainRow[], others: object): PlainRow[] {
  for (const name of ["facets", "confidence"]) {
    const beside = Object.getOwnPropertyDescriptor(others, name);
    if (beside !== undefined) Object.defineProperty(hits, name, beside);
  }
  return hits;
}
