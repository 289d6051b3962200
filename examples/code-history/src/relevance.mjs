// How much a change says about a question: what the passage is about, which of the question's words the change wrote or took away, what the
// commit says of itself, and how much else it did. The weights were chosen on eval/tuning.json, never on eval/fixes.json.
import { codeWords, wordsOf } from "./code-words.mjs";

const WEIGHTS = { passage: 0.7, words: 0.5, name: 0.25, said: 0.5, meant: 0.5, size: -0.1, ended: -0.3 };
/** Of the message of a commit; without them, only what changed counts. */
const OF_MESSAGES = new Set(["said", "meant"]);

const ENDINGS = /(?:ing|ed|es|s|ly)$/;
const COMMON = new Set(
  "a an the is are was does do when what which of in on to for with and or not no by be as it its at from that than into after can still there this has have had how many long".split(
    " ",
  ),
);

/** The beginnings of the words of a text that mean something, lower case. */
function stemsOf(words) {
  const stems = new Set();
  for (const word of words) {
    const lower = word.toLowerCase();
    const stem = lower.replace(ENDINGS, "");
    const kept = stem.length >= 3 ? stem : lower;
    if (!COMMON.has(kept)) stems.add(kept);
  }
  return stems;
}

/** The words of a list that another does not have, counted. */
export function without(words, others) {
  const counts = new Map();
  for (const word of others) counts.set(word, (counts.get(word) ?? 0) + 1);
  return words.filter((word) => {
    const left = counts.get(word) ?? 0;
    if (left > 0) counts.set(word, left - 1);
    return left === 0;
  });
}

/** The share of words that two texts have in common. */
export function likeness(a, b) {
  const [left, right] = [a, b].map(wordsOf);
  return (
    1 - without(left, right).concat(without(right, left)).length / Math.max(1, left.length + right.length)
  );
}

/** What a change wrote and took away, as words; what only moved within the passage is neither. */
function changedWords({ before, after }) {
  const [old, fresh] = [before?.body ?? "", after?.body ?? ""].map(wordsOf);
  return [...without(fresh, old), ...without(old, fresh)];
}

/** Measures changes against a question: changes are `{ before, after, subject, size }`. Adds `relevance` to each. */
export async function measure(question, changes, { messages = true } = {}) {
  const asked = stemsOf(wordsOf(question));
  const found = changes.map((change) => ({
    words: stemsOf(changedWords(change)),
    name: stemsOf(wordsOf((change.after ?? change.before).id)),
    said: stemsOf(wordsOf(change.subject)),
  }));
  const rarity = raritiesOf(asked, found);
  const passages = changes.map(
    ({ before, after }) => `${(after ?? before).symbol} ${(after ?? before).body}`,
  );
  const near = await similarities(question, [...passages, ...changes.map(({ subject }) => subject)]);
  return changes.map((change, at) => {
    const values = {
      // As search scores it: 1 for the same direction, 0 for the opposite.
      passage: (1 + near[at]) / 2,
      meant: near[changes.length + at],
      size: Math.log(1 + change.size),
      ended: change.after === undefined ? 1 : 0,
    };
    for (const [kind, stems] of Object.entries(found[at])) values[kind] = shareOf(rarity, stems);
    let relevance = 0;
    for (const [kind, weight] of Object.entries(WEIGHTS)) {
      if (messages || !OF_MESSAGES.has(kind)) relevance += weight * values[kind];
    }
    return { ...change, values, relevance };
  });
}

/** How much each word of the question tells: the more, the fewer changes have it. */
function raritiesOf(asked, found) {
  const rarity = new Map();
  for (const word of asked) {
    const having = found.filter(({ words }) => words.has(word)).length;
    rarity.set(word, Math.log(1 + found.length / (1 + having)));
  }
  return rarity;
}

/** The share of the question that a set of words has, rare words counting more. */
function shareOf(rarity, stems) {
  let all = 0;
  let had = 0;
  for (const [word, weight] of rarity) {
    all += weight;
    if (stems.has(word)) had += weight;
  }
  return all === 0 ? 0 : had / all;
}

/** How near texts are to a question, from -1 to 1; 0 for a text without a known word. */
async function similarities(question, texts) {
  const model = codeWords();
  const [asked] = await model.embed([question], { kind: "query" });
  const vectors = await model.embed(texts, { kind: "document" });
  return vectors.map((vector) =>
    vector && asked ? vector.reduce((sum, value, at) => sum + value * asked[at], 0) : 0,
  );
}
