// Between a model and the page: only sentences that cite a passage pass. What a model was talked into by a passage cites none, or
// says things that are in none.

import type { Source } from "../library.ts";
import type { Part } from "./answerer.ts";
import { wordsOf } from "./words.ts";

/** A sentence with its marks, once the start of the next one is there; or a line. */
const SENTENCE = /^(?:([^\n]*?[.!?]["”’)]?(?:[ \t]*\[\d{1,2}\])*)[ \t]+(?=["“(]?[\p{Lu}\p{N}])|([^\n]*)\n+)/u;
const MARK = /\s*\[(\d{1,2})\]/g;
const ADDRESS = /:\/\/|\bwww\.|\bmailto:/i;
/** A model that never ends a sentence is cut off here. */
const SIZE = 2000;
/** The share of a sentence's words that must be in what it cites. */
const SUPPORTED = 0.5;

/** Takes text as it comes and gives the sentences that may be shown. */
export class CitationGuard {
  readonly #sources: readonly Source[];
  #text = "";
  /** How many sentences were left out. */
  dropped = 0;

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** More text of the model; what it completes. */
  *add(text: string): Generator<Part, void, void> {
    this.#text += text;
    for (let match = SENTENCE.exec(this.#text); match !== null; match = SENTENCE.exec(this.#text)) {
      this.#text = this.#text.slice(match[0].length);
      yield* this.#check(match[1] ?? match[2] ?? "");
    }
    if (this.#text.length > SIZE) yield* this.end();
  }

  /** What is left when the model has ended. */
  *end(): Generator<Part, void, void> {
    const rest = this.#text;
    this.#text = "";
    yield* this.#check(rest);
  }

  *#check(sentence: string): Generator<Part, void, void> {
    if (!/[\p{L}\p{N}]/u.test(sentence.replace(MARK, ""))) return;
    const cites = [...new Set([...sentence.matchAll(MARK)].map(([, number]) => Number(number)))];
    const known = cites.filter((cite) => this.#sources[cite - 1] !== undefined);
    const text = sentence.replace(MARK, "").trim();
    const cited = known.flatMap((cite) => this.#sources[cite - 1] ?? []);
    if (
      known.length > 0 &&
      isSupported(text, cited.map(({ title, heading, body }) => `${title} ${heading} ${body}`).join("\n"))
    )
      yield { text, cites: known, isQuote: false };
    else this.dropped += 1;
  }
}

/**
 * Whether half of the words of a sentence, and all of its numbers, stand in what it cites. It is no judge of truth: a lie in the words
 * of the passage gets through, with its citation beside it. An address never does.
 */
function isSupported(text: string, cited: string): boolean {
  if (ADDRESS.test(text)) return false;
  const numbers = text.match(/\d+/g) ?? [];
  const citedNumbers = new Set(cited.match(/\d+/g));
  if (numbers.some((number) => !citedNumbers.has(number))) return false;
  const words = [...wordsOf(text)];
  const citedWords = wordsOf(cited);
  return words.filter((word) => citedWords.has(word)).length >= words.length * SUPPORTED;
}
