// The words of the documents: which words of a question they lack, and which of those are typing errors.

import { wordsOf } from "../answer/words.ts";
import type { PassageTable } from "../passages.ts";

/** The most words that are kept: more have only texts that are not prose. */
const SIZE = 200_000;
/** Shorter words are too near to each other, unless two letters changed places. */
const LETTERS = 5;

/** A word that begins with a known one of so many letters is a form of it: "rental" of "rent". */
const ROOT = 4;

/** The words that documents have, and how often. */
export class Vocabulary {
  readonly #counts = new Map<string, number>();
  readonly #stems = new Set<string>();

  /** Reads the words of the newest version. */
  static async read(t: PassageTable): Promise<Vocabulary> {
    const vocabulary = new Vocabulary();
    for await (const rows of t.scan({ select: ["title", "heading", "body"] }))
      for (const { title, heading, body } of rows) vocabulary.add(`${title} ${heading} ${body}`);
    return vocabulary;
  }

  /** Adds the words of a text. */
  add(text: string): void {
    for (const word of lettersOf(text)) {
      const count = this.#counts.get(word);
      if (count === undefined && this.#counts.size >= SIZE) continue;
      this.#counts.set(word, (count ?? 0) + 1);
      if (count === undefined) for (const stem of wordsOf(word)) this.#stems.add(stem);
    }
  }

  /** The words of a question that carry meaning and that no document has, in no form. */
  unknown(question: string): string[] {
    return [...new Set(lettersOf(question))].filter((word) => {
      const [stem] = wordsOf(word);
      return (
        stem !== undefined &&
        word.length > 2 &&
        !this.#stems.has(stem) &&
        !this.#counts.has(word.slice(0, ROOT))
      );
    });
  }

  /** The words of a question that are typing errors, and what was meant. */
  mistyped(question: string): { readonly word: string; readonly meant: string }[] {
    const unknown = new Set(this.unknown(question));
    return [...new Set(lettersOf(question))].flatMap((word) => {
      if (this.#counts.has(word) || wordsOf(word).size === 0) return [];
      const meant = this.#nearest(word);
      // "prices" is no typing error of "price".
      const isKnown = meant === undefined || (!unknown.has(word) && isForm(word, meant));
      return isKnown ? [] : [{ word, meant }];
    });
  }

  #nearest(word: string): string | undefined {
    let best: { readonly word: string; readonly count: number; readonly errors: number } | undefined;
    for (const [known, count] of this.#counts) {
      if (known[0] !== word[0] || Math.abs(known.length - word.length) > 1 || known.length < 4) continue;
      const errors = errorsBetween(word, known);
      if (errors === undefined) continue;
      if (best === undefined || errors < best.errors || (errors === best.errors && count > best.count))
        best = { word: known, count, errors };
    }
    return best?.word;
  }
}

function lettersOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** Whether two words differ by their end alone, as forms of a word do. */
function isForm(word: string, other: string): boolean {
  const stem = Math.min(word.length, other.length) - 1;
  return word.length !== other.length && word.slice(0, stem) === other.slice(0, stem);
}

/** 1 where two letters changed places, 2 where one letter is different, too many or missing; undefined where it is more. */
function errorsBetween(word: string, known: string): number | undefined {
  let start = 0;
  while (start < word.length && word[start] === known[start]) start += 1;
  const rest = (text: string, skipped: number): string => text.slice(start + skipped);
  const isSwapped = word[start] === known[start + 1] && word[start + 1] === known[start];
  if (isSwapped && rest(word, 2) === rest(known, 2)) return 1;
  if (word.length < LETTERS) return undefined;
  const isNear =
    rest(word, 1) === rest(known, 1) || rest(word, 1) === rest(known, 0) || rest(word, 0) === rest(known, 1);
  return isNear ? 2 : undefined;
}
