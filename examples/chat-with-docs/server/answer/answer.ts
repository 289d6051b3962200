// One question, from search to the last part of the answer, as events for a client.

import type { Confidence } from "varve";
import type { Library, Source } from "../library.ts";
import type { Point, PointInput } from "../point.ts";
import type { Answerer, Part } from "./answerer.ts";
import { overTime, type Spoken } from "./over-time.ts";

/** What a client is told, in this order: sources, then parts or a refusal, then when it changed, then the end. */
export type AnswerEvent =
  | {
      readonly event: "sources";
      readonly data: {
        readonly point: Point;
        readonly sources: readonly Source[];
        readonly confidence: Confidence;
      };
    }
  | { readonly event: "part"; readonly data: Part }
  | { readonly event: "refusal"; readonly data: { readonly reason: string } }
  | { readonly event: "times"; readonly data: { readonly times: readonly Spoken[] } }
  | { readonly event: "end"; readonly data: { readonly parts: number } }
  | { readonly event: "error"; readonly data: { readonly message: string } };

/** Answers a question from the documents as they were at a point in time. */
export async function* answer(
  library: Library,
  answerer: Answerer,
  request: { readonly question: string; readonly asOf: PointInput; readonly signal: AbortSignal },
): AsyncGenerator<AnswerEvent, void, void> {
  const { question, signal } = request;
  const { view, ...point } = await library.open(request.asOf);
  const { sources, confidence } = await library.search({ view, ...point }, question);
  yield { event: "sources", data: { point, sources, confidence } };
  if (confidence === "none") {
    const nearest = sources.length > 0 ? " The nearest passages are listed below." : "";
    const reason = `Nothing certain: the documents do not seem to speak of this.${nearest}`;
    yield { event: "refusal", data: { reason } };
    yield { event: "end", data: { parts: 0 } };
    return;
  }
  let parts = 0;
  let first: Part | undefined;
  for await (const part of answerer.answer(question, sources, signal)) {
    parts += 1;
    first ??= part;
    yield { event: "part", data: part };
  }
  if (parts === 0) {
    const reason = "The passages that were found do not answer this. They are listed below.";
    yield { event: "refusal", data: { reason } };
  }
  const cited = sources[(first?.cites[0] ?? 0) - 1];
  if (first !== undefined && cited !== undefined) {
    const times = await overTime(library, { question, id: cited.id, said: first.text, signal });
    if (times.length > 0) yield { event: "times", data: { times } };
  }
  yield { event: "end", data: { parts } };
}
