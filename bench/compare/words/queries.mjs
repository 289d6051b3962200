// Queries that the texts answer: words of mixed frequency, words that many texts have, codes, phrases and beginnings of words.

import { random } from "../../support.mjs";
import { codeOf } from "./texts.mjs";

/** Frequencies are counted in so many texts at most. */
const COUNTED = 20_000;
/** What a peer might leave out as a word that says nothing, and what is asked for that reason by nobody. */
const STOP = new Set(
  (
    "a an and are as at be but by for from has have if in into is it its no not of on or so such that the their then there these they " +
    "this to was were will with you your we our can all any do does may when which who what how where than more other some also only using being doing going"
  ).split(" "),
);

export const KINDS = ["words", "frequent", "code", "phrase", "prefix"];

/** Words as every peer sees them: letters a to z only, in lower case. */
export const wordsOf = (text) => text.toLowerCase().match(/\b[a-z]{3,}\b/g) ?? [];

/** `count` queries of each kind, { kind, text, words }: `words` are those of which a hit has one. */
export function makeQueries(text, rows, count) {
  const next = random(4711);
  const { frequent, middle, rare } = byFrequency(text, rows);
  // The stem of a shorter word may be shorter than its beginning.
  const long = middle.filter((word) => word.length >= 8);
  const one = (list) => list[Math.floor(next() * list.length)];
  const some = (make) => Array.from({ length: count }, make);
  const query = (kind, words, typed = words.join(" ")) => ({ kind, text: typed, words });
  return [
    ...some((_, i) =>
      query("words", i % 2 === 0 ? [one(frequent), one(rare)] : [one(frequent), one(middle), one(rare)]),
    ),
    ...some(() => query("frequent", [one(frequent), one(frequent)])),
    ...some(() => {
      const row = Math.floor(next() * rows);
      return { ...query("code", codeOf(row).toLowerCase().split("-"), codeOf(row)), row };
    }),
    ...some(() => query("phrase", phraseOf(text(Math.floor(next() * rows)), next))),
    ...some(() => query("prefix", [one(long).slice(0, 4)])),
  ];
}

/** Words that one text in 20 has or more, one in 200 or more, and of those that were counted three at least. */
function byFrequency(text, rows) {
  const counted = Math.min(rows, COUNTED);
  const counts = new Map();
  for (let row = 0; row < counted; row += 1)
    for (const word of new Set(wordsOf(text(row)))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const between = (least, most) =>
    [...counts]
      .filter(([word, n]) => word.length >= 5 && !STOP.has(word) && n >= least && n < most)
      .map(([word]) => word)
      .sort();
  return {
    frequent: between(counted / 20, counted),
    middle: between(counted / 200, counted / 20),
    rare: between(3, counted / 200),
  };
}

/** Two or three words that stand in a row in a text, with nothing but a space between them. */
function phraseOf(text, next) {
  const found = [...text.matchAll(/(?<= )[a-z]{4,} [a-z]{4,}(?: [a-z]{4,})?(?= |$)/g)].map(([run]) => run);
  const fit = found.filter((run) => run.split(" ").every((word) => !STOP.has(word)));
  const run = fit[Math.floor(next() * fit.length)] ?? found[0] ?? "of the";
  return run.split(" ");
}
