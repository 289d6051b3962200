// Answers without a language model: the sentences of the passages that are nearest to the question, word for word.

import { builtin } from "varve/embeddings";
import { isInstruction } from "../documents/instruction.ts";
import type { Source } from "../library.ts";
import type { Answerer, Part } from "./answerer.ts";
import { sentencesOf } from "./sentence.ts";
import { sharedWords } from "./words.ts";

interface Candidate {
  readonly text: string;
  readonly cite: number;
  readonly score: number;
}

/** The most quotes of an answer. */
const QUOTES = 3;
/** A quote is shown if it scores at least this share of the best one. */
const NEAR_BEST = 0.95;
/** The passages that are quoted from. */
const QUOTED = 4;
/** How much the passage counts, the sentence's meaning, the words that both share, and a number where one is asked for. */
const WEIGHTS = { passage: 0.5, sentence: 0.3, words: 0.2, number: 0.1 };
const ASKS_NUMBER =
  /\b(how (many|much|long|large|old|often|far)|what (age|time|temperature)|when|until|price|cost|period|deadline|fee|rent|deposit|size)/i;
const NUMBER = /\d+|\b(two|three|four|five|six|seven|eight|nine|ten|twelve|half|free|nothing)\b/i;

const ASKS_WHO = /^\W*(who|whose|whom)\b/i;
const SOMEBODY =
  /(?<=\p{L}[ ,;(]+)\p{Lu}\p{L}+|\b(we|us|you|I|anyone|everyone|somebody|nobody|members?|people|persons?|parents?)\b/u;

/** Whether a text is of the kind that a question asks for: a number for "how long", somebody for "who". */
export function isOfKind(question: string, text: string): boolean {
  if (ASKS_NUMBER.test(question)) return NUMBER.test(text);
  return !ASKS_WHO.test(question) || SOMEBODY.test(text);
}

/** The default: quotes passages, and says that it does. */
export function extractive(): Answerer {
  return { name: "Quotes, no language model", usesModel: false, answer: quote };
}

async function* quote(
  question: string,
  sources: readonly Source[],
  signal: AbortSignal,
): AsyncGenerator<Part, void, void> {
  const candidates = await rank(question, sources.slice(0, QUOTED), signal);
  const least = (candidates[0]?.score ?? 0) * NEAR_BEST;
  const seen = new Set<string>();
  for (const { text, cite, score } of candidates) {
    if (seen.size >= QUOTES || score < least) return;
    const words = text.toLowerCase();
    if (seen.has(words)) continue;
    seen.add(words);
    yield { text, cites: [cite], isQuote: true };
  }
}

async function rank(question: string, sources: readonly Source[], signal: AbortSignal): Promise<Candidate[]> {
  const sentences = sources.flatMap((source, index) =>
    sentencesOf(source.body)
      // What speaks to a machine, asks, or leads to what follows answers nobody.
      .filter(({ text }) => !isInstruction(text) && !/[?:]$/.test(text))
      .map(({ text }) => ({ text, source, cite: index + 1 })),
  );
  const fn = builtin();
  const [asked] = await fn.embed([question], { kind: "query", signal });
  const inHeading = sentences.map(({ text, source }) => `${source.heading}: ${text}`);
  const vectors = await fn.embed(inHeading, { kind: "document", signal });
  const shared = sharedWords(question, inHeading);
  return sentences
    .map(({ text, source, cite }, index) => ({
      text,
      cite,
      score:
        WEIGHTS.passage * source.score +
        WEIGHTS.sentence * similarity(asked, vectors[index]) +
        WEIGHTS.words * (shared[index] ?? 0) +
        WEIGHTS.number * numberOf(question, text),
    }))
    .sort((a, b) => b.score - a.score);
}

/** How well a text has the number that is asked for: fully where the unit of "how many days" follows it. */
function numberOf(question: string, text: string): number {
  if (!ASKS_NUMBER.test(question) || !NUMBER.test(text)) return 0;
  const unit = /\bhow many ([\p{L}]{3,})/iu.exec(question)?.[1];
  return unit === undefined || new RegExp(`(${NUMBER.source}) ${unit}`, "i").test(text) ? 1 : 0.5;
}

/** Cosine, moved to 0 to 1 as `_score` is. */
function similarity(a: Float32Array | null | undefined, b: Float32Array | null | undefined): number {
  if (!a || !b) return 0;
  const length = Math.sqrt(dot(a, a) * dot(b, b));
  return length === 0 ? 0 : (1 + dot(a, b) / length) / 2;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}
