// One question, from search to the last part of the answer, as events for a client.

import type { Confidence } from "varve";
import { isInstruction } from "../documents/instruction.ts";
import type { Library, Source } from "../library.ts";
import type { Point } from "../point.ts";
import { type Asked, type Reading, understand } from "../question/understand.ts";
import type { Answerer, Part } from "./answerer.ts";
import { isOfKind } from "./extractive.ts";
import { overTime, type Spoken } from "./over-time.ts";
import { wordsOf } from "./words.ts";

/** What a client is told, in this order: sources, then parts or a refusal, then when it changed, then the end. */
export type AnswerEvent =
  | {
      readonly event: "sources";
      readonly data: {
        readonly point: Point;
        readonly sources: readonly Source[];
        readonly confidence: Confidence;
        /** The question as it was understood, and what was read into it. */
        readonly question: string;
        readonly readings: readonly Reading[];
        /** The words of the question that no document has. */
        readonly unknown: readonly string[];
      };
    }
  | { readonly event: "part"; readonly data: Part }
  | { readonly event: "refusal"; readonly data: { readonly reason: string } }
  | { readonly event: "certainty"; readonly data: { readonly confidence: Confidence } }
  | { readonly event: "times"; readonly data: { readonly times: readonly Spoken[] } }
  | { readonly event: "end"; readonly data: { readonly parts: number } }
  | { readonly event: "error"; readonly data: { readonly message: string } };

/** "How large" asks for a size, and not for the word "large". */
const HOW = /\bhow (many|much|long|large|big|old|often|far|soon|high)\b/gi;
/** Words that begin with the same letters are forms of one: "rental" and "renting". */
const ROOT = 4;

/** Answers a question from the documents as they were at a point in time. */
export async function* answer(
  library: Library,
  answerer: Answerer,
  asked: Asked,
): AsyncGenerator<AnswerEvent, void, void> {
  const { signal } = asked;
  const { question, asOf, readings } = await understand(library, asked);
  const { view, ...point } = await library.open(asOf);
  const found = await library.search({ view, ...point }, question, { folder: asked.folder });
  const { sources } = found;
  const unknown = (await library.vocabulary()).unknown(question);
  // A question with a word that no document has is not surely answered by them.
  const confidence = found.confidence === "strong" && unknown.length > 0 ? "weak" : found.confidence;
  yield { event: "sources", data: { point, sources, confidence, question, readings, unknown } };
  if (confidence === "none") {
    yield { event: "refusal", data: { reason: await reasonOf(library, point, unknown) } };
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
  if (confidence === "strong" && first !== undefined && !isSurely(question, first, cited))
    yield { event: "certainty", data: { confidence: "weak" } };
  if (first !== undefined && cited !== undefined) {
    const times = await overTime(library, { question, id: cited.id, said: first.text, signal });
    if (times.length > 0) yield { event: "times", data: { times } };
  }
  yield { event: "end", data: { parts } };
}

/**
 * Whether an answer may be called sure: its passage has every word of the question that carries meaning, what is said is of the kind that is
 * asked for, and whoever asks does not speak to a machine.
 */
function isSurely(question: string, said: Part, cited: Source | undefined): boolean {
  if (cited === undefined || isInstruction(question)) return false;
  const rootsOf = (text: string): string[] => [...wordsOf(text)].map((word) => word.slice(0, ROOT));
  const roots = new Set(rootsOf(`${cited.title} ${cited.heading} ${cited.body}`));
  const asked = rootsOf(question.replace(HOW, " "));
  return asked.every((root) => roots.has(root)) && isOfKind(question, said.text);
}

/** Why there is no answer. */
async function reasonOf(library: Library, { version }: Point, unknown: readonly string[]): Promise<string> {
  if (version === 0) {
    const from = (await library.span())?.from.toISOString().slice(0, 10);
    return from === undefined
      ? "The library is empty: nothing has been crawled yet."
      : `The library begins on ${from}: it does not know what held before.`;
  }
  if (unknown.length === 0) return "Nothing certain: the documents do not seem to speak of this.";
  const words = unknown.map((word) => `“${word}”`).join(", ");
  return `Nothing certain: no document has the word${unknown.length > 1 ? "s" : ""} ${words}.`;
}
