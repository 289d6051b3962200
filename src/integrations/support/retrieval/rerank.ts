import { type Names, ownOptions } from "../../../own-options";
import { badRanking } from "./tool-errors";

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
  const { ranking } = await rerank({
    query,
    documents: hits.map(text),
    topN,
    ...(signal === undefined ? {} : { abortSignal: signal }),
  });
  if (!Array.isArray(ranking)) throw badRanking("it has no ranking");
  const seen = new Set<number>();
  const ranked = ranking.map(({ originalIndex, score }) => {
    const hit = hits[originalIndex];
    if (hit === undefined || seen.has(originalIndex))
      throw badRanking(
        `${originalIndex} is not the index of one of ${hits.length} documents, or stands in it twice`,
      );
    if (!Number.isFinite(score)) throw badRanking(`document ${originalIndex} has no score`);
    seen.add(originalIndex);
    return { ...hit, _relevance: score };
  });
  return ranked.toSorted((a, b) => b._relevance - a._relevance).slice(0, topN);
}
