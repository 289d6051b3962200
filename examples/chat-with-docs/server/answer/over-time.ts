// What the passage of an answer said in its place at other times, and from when until when.

import type { Library } from "../library.ts";
import type { Point } from "../point.ts";
import { sentencesOf } from "./sentence.ts";
import { wordsOf } from "./words.ts";

/** A time in which a passage said one thing in place of what was answered. */
export interface Spoken {
  /** The words that differ from the other times, with some around them. */
  readonly text: string;
  readonly from: Point;
  /** Null where it still says so. */
  readonly to: Point | null;
}

/** Sentences that share less than this of their words are about something else. */
const ALIKE = 0.4;
/** The words that are shown on each side of those that differ. */
const AROUND = 2;
/** The most words that are shown of one time. */
const SHOWN = 14;

/** The periods of an answer, oldest first. Empty if the answer never changed. */
export async function overTime(
  library: Library,
  asked: {
    readonly question: string;
    readonly id: string;
    readonly said: string;
    readonly signal: AbortSignal;
  },
): Promise<Spoken[]> {
  const times: { readonly text: string; readonly from: Point; to: Point | null }[] = [];
  for (const { body, from, to } of await library.timeline(asked.question, asked.id, asked.signal)) {
    const text = likest(asked.said, body);
    const before = times.at(-1);
    if (text === undefined) continue;
    if (before?.text === text && before.to?.version === from.version) before.to = to;
    else times.push({ text, from, to });
  }
  if (times.length < 2) return [];
  const shown = differing(times.map(({ text }) => text));
  return times.map(({ from, to }, index) => ({ text: shown[index] ?? "", from, to }));
}

/** The sentence of a passage that says the likest of what was said; undefined where none is about it. */
function likest(said: string, body: string): string | undefined {
  const words = wordsOf(said);
  const [best] = sentencesOf(body)
    .map(({ text }) => ({ text: text.replace(/\s+/g, " "), alike: likeness(words, wordsOf(text)) }))
    .sort((a, b) => b.alike - a.alike);
  return best !== undefined && best.alike >= ALIKE ? best.text : undefined;
}

/** The share of words that two texts have in common, from 0 to 1. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  return a.size + b.size === 0 ? 0 : (2 * shared) / (a.size + b.size);
}

/** Of each text the part in which it differs from the others: what all begin and end with is left out. */
export function differing(texts: readonly string[]): string[] {
  const all = texts.map((text) => text.split(" "));
  const [first = []] = all;
  const least = Math.min(...all.map(({ length }) => length));
  let start = 0;
  while (start < least && all.every((words) => words[start] === first[start])) start += 1;
  let end = 0;
  while (end < least - start && all.every((words) => words.at(-1 - end) === first.at(-1 - end))) end += 1;
  const [before, after] = [Math.max(0, start - AROUND), Math.max(0, end - AROUND)];
  return all.map((words) => {
    const part = words.slice(before, words.length - after);
    const isCut = part.length > SHOWN;
    return [before > 0 ? "… " : "", part.slice(0, SHOWN).join(" "), isCut || after > 0 ? " …" : ""].join("");
  });
}
