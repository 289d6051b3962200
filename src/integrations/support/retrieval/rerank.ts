import type { RerankContext } from "varve";
import { type Names, ownOptions } from "../../../own-options";
import { badRanking, noTextQuery } from "./tool-errors";

/**
 * Puts documents in the order of their relevance: the AI SDK's own `rerank`, with its model already chosen. So retries, headers,
 * telemetry and options of a provider are the AI SDK's.
 *
 * @example
 * ```ts
 * const hook: RerankHook = (request) => rerank({ model: cohere.reranking("rerank-v4.0-pro"), ...request });
 * ```
 */
export type RerankHook = (request: {
  readonly query: string;
  readonly documents: string[];
  readonly topN: number;
  readonly abortSignal?: AbortSignal;
}) => PromiseLike<{
  readonly ranking: readonly { readonly originalIndex: number; readonly score: number }[];
}>;

/** What `rerankHits` takes. */
export interface RerankHitsOptions<H> {
  /** What was searched for. */
  readonly query: string;
  /** The AI SDK's `rerank` with a model. */
  readonly rerank: RerankHook;
  /** What the model reads of a hit. */
  readonly text: (hit: H) => string;
  /**
   * The most hits.
   * @default all
   */
  readonly limit?: number | undefined;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS: Names<RerankHitsOptions<never>> = {
  query: true,
  rerank: true,
  text: true,
  limit: true,
  signal: true,
};

/** A hit, and what the reranking model says of it. */
export type RerankedHit<H> = H & {
  /** The model's relevance; higher is better. `_score` stays what the search found. */
  readonly _relevance: number;
};

/**
 * Puts hits in the order that a reranking model gives them. Search for more than is needed, and keep the best few.
 *
 * @example
 * ```ts
 * const hits = await t.search(query, { limit: 50 });
 * const best = await rerankHits(hits, { query, rerank: hook, text: (hit) => hit.body, limit: 5 });
 * ```
 */
export async function rerankHits<H extends object>(
  hits: readonly H[],
  options: RerankHitsOptions<H>,
): Promise<RerankedHit<H>[]> {
  const { query, rerank, text, limit = hits.length, signal } = ownOptions("rerankHits", options, OPTIONS);
  const topN = Math.min(limit, hits.length);
  if (topN <= 0) return [];
  const ranking = await rankingOf(hits.map(text), { query, rerank, topN, signal });
  const ranked = ranking.map(({ at, score }) => ({ ...(hits[at] as H), _relevance: score }));
  return ranked.toSorted((a, b) => b._relevance - a._relevance).slice(0, topN);
}

/** What `rerankWith` takes beside the hook. */
export interface RerankWithOptions<H> {
  /** What the model reads of a hit. */
  readonly text: (hit: H) => string;
}

const WITH_OPTIONS: Names<RerankWithOptions<never>> = { text: true };

/**
 * A reranking model for the option `rerank` of `search`: the `_score` of the hits becomes the model's relevance, and hits that the model leaves
 * out are left out. The query has to be a text.
 *
 * @example
 * ```ts
 * const hook: RerankHook = (request) => rerank({ model: cohere.reranking("rerank-v4.0-pro"), ...request });
 * const text = (hit: { body: string }) => hit.body;
 * const best = await t.search(query, { limit: 5, candidates: 50, rerank: rerankWith(hook, { text }) });
 * ```
 */
export function rerankWith<H extends object>(
  rerank: RerankHook,
  options: RerankWithOptions<H>,
): (query: unknown, hits: readonly H[], context: RerankContext) => Promise<number[]> {
  const { text } = ownOptions("rerankWith", options, WITH_OPTIONS);
  return async (query, hits, { signal }) => {
    if (typeof query !== "string") throw noTextQuery(query);
    const ranking = await rankingOf(hits.map(text), { query, rerank, topN: hits.length, signal });
    const scores = hits.map(() => Number.NEGATIVE_INFINITY);
    for (const { at, score } of ranking) scores[at] = score;
    return scores;
  };
}

interface Asked {
  readonly query: string;
  readonly rerank: RerankHook;
  readonly topN: number;
  readonly signal: AbortSignal | undefined;
}

/** What a model says of documents: which, and how relevant. */
async function rankingOf(
  documents: string[],
  { query, rerank, topN, signal }: Asked,
): Promise<{ readonly at: number; readonly score: number }[]> {
  const abort = signal === undefined ? {} : { abortSignal: signal };
  const { ranking } = await rerank({ query, documents, topN, ...abort });
  if (!Array.isArray(ranking)) throw badRanking("it has no ranking");
  const seen = new Set<number>();
  return ranking.map(({ originalIndex: at, score }: { originalIndex: number; score: number }) => {
    if (documents[at] === undefined || seen.has(at))
      throw badRanking(
        `${at} is not the index of one of ${documents.length} documents, or stands in it twice`,
      );
    if (!Number.isFinite(score)) throw badRanking(`document ${at} has no score`);
    seen.add(at);
    return { at, score };
  });
}
