// One question, from search to the last part of the answer, as events for a client.

import type { Library, Source } from "../library.ts";
import type { Point, PointInput } from "../point.ts";
import type { Answerer, Part } from "./answerer.ts";

/** What a client is told, in this order: sources, then parts or a refusal, then the end. */
export type AnswerEvent =
  | {
      readonly event: "sources";
      readonly data: { readonly point: Point; readonly sources: readonly Source[] };
    }
  | { readonly event: "part"; readonly data: Part }
  | { readonly event: "refusal"; readonly data: { readonly reason: string; readonly score: number } }
  | { readonly event: "end"; readonly data: { readonly parts: number } }
  | { readonly event: "error"; readonly data: { readonly message: string } };

/**
 * Below this score of the best passage there is no answer. It is the score that tells the answerable questions of the evaluation best
 * from the others; `npm run eval` prints both, and it belongs to the embedding function: another one wants another score.
 */
export const LEAST_SCORE = 0.53;

/** Answers a question from the documents as they were at a point in time. */
export async function* answer(
  library: Library,
  answerer: Answerer,
  request: { readonly question: string; readonly asOf: PointInput; readonly signal: AbortSignal },
): AsyncGenerator<AnswerEvent, void, void> {
  const { question, signal } = request;
  const { view, ...point } = await library.open(request.asOf);
  const sources = await library.search({ view, ...point }, question);
  const score = sources[0]?.score ?? 0;
  if (score < LEAST_SCORE) {
    const reason = "The documents do not seem to answer this: no passage comes near enough to the question.";
    yield { event: "sources", data: { point, sources: [] } };
    yield { event: "refusal", data: { reason, score } };
    yield { event: "end", data: { parts: 0 } };
    return;
  }
  yield { event: "sources", data: { point, sources } };
  let parts = 0;
  for await (const part of answerer.answer(question, sources, signal)) {
    parts += 1;
    yield { event: "part", data: part };
  }
  if (parts === 0) {
    const reason = "The passages that were found do not answer this. They are listed below.";
    yield { event: "refusal", data: { reason, score } };
  }
  yield { event: "end", data: { parts } };
}
