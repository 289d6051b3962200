// What a question means before anything is searched: its date, the question that it follows, and typing errors. Each is said to whoever
// asked, who can take it away.

import { wordsOf } from "../answer/words.ts";
import type { Library } from "../library.ts";
import type { PointInput } from "../point.ts";
import { readWhen, type When } from "./when.ts";

/** What a question was taken for, which can be taken away. */
export type Reading =
  | {
      readonly kind: "time";
      /** The words of the question. */
      readonly words: string;
      readonly asOf: string | number;
      /** False where the question may be about the date itself: then it is only offered. */
      readonly isApplied: boolean;
      /** The passage whose change was meant. */
      readonly change?: string;
    }
  | { readonly kind: "follow-up"; readonly words: string }
  | { readonly kind: "spelling"; readonly words: string; readonly as: string };

/** A question as it was asked. */
export interface Asked {
  readonly question: string;
  readonly asOf: PointInput;
  /** The question before it in the conversation, as it was understood, and its point in time. */
  readonly after?: { readonly question: string; readonly asOf: PointInput } | undefined;
  /** What whoever asked does not want to be read into the question. */
  readonly without: readonly Reading["kind"][];
  /** Only documents below this folder. */
  readonly folder?: string | undefined;
  readonly signal: AbortSignal;
}

/** A question as it was understood. */
export interface Understood {
  /** With what it follows, and without its date and typing errors. */
  readonly question: string;
  readonly asOf: PointInput;
  readonly readings: readonly Reading[];
}

/** Words at the beginning that go on with what was said. */
const GOES_ON = /^(and|but|or|also|then|so|what about|how about)\b/i;
const REFERS = /\b(it|its|they|them|their|that|those|these|there|one|ones)\b/i;
/** More words of its own make a question stand for itself. */
const OWN_WORDS = { goesOn: 5, refers: 2 };

/** Reads a question. */
export async function understand(library: Library, asked: Asked): Promise<Understood> {
  const reads = (kind: Reading["kind"]): boolean => !asked.without.includes(kind);
  const readings: Reading[] = [];
  let { question, asOf } = asked;

  const calendar = { today: new Date(), known: await library.span() };
  const when = reads("time") ? readWhen(question, calendar) : undefined;
  const isFollowing = reads("follow-up") && asked.after !== undefined && isFollowUp(when?.rest ?? question);
  if (isFollowing && asked.after !== undefined) {
    readings.push({ kind: "follow-up", words: asked.after.question });
    asOf ??= asked.after.asOf;
  }
  const standalone = (own: string): string =>
    isFollowing && asked.after !== undefined ? joined(asked.after.question, own) : own;

  const time = when && (await timeOf(library, standalone(when.rest), when, asked));
  if (time !== undefined) {
    readings.push(time);
    if (time.isApplied) {
      asOf = time.asOf;
      question = when?.rest ?? question;
    }
  }
  question = standalone(question);
  if (reads("spelling")) {
    const vocabulary = await library.vocabulary();
    for (const { word, meant } of vocabulary.mistyped(question)) {
      readings.push({ kind: "spelling", words: word, as: meant });
      question = question.replace(new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, "giu"), meant);
    }
  }
  return { question, asOf, readings };
}

function isFollowUp(question: string): boolean {
  const own = wordsOf(question).size;
  if (own === 0) return true;
  return GOES_ON.test(question) ? own <= OWN_WORDS.goesOn : REFERS.test(question) && own <= OWN_WORDS.refers;
}

/** A question after the one that it follows. */
function joined(before: string, own: string): string {
  return wordsOf(own).size === 0 ? before : `${before} ${own}`;
}

async function timeOf(
  library: Library,
  question: string,
  { words, at, isDoubtful }: When,
  { asOf, folder, signal }: Asked,
): Promise<(Reading & { readonly kind: "time" }) | undefined> {
  // Whoever names a version has chosen: an address that is opened again must not mean another "last week".
  if (typeof asOf === "number") return { kind: "time", words, asOf, isApplied: true };
  if ("day" in at) {
    return { kind: "time", words, asOf: at.day, isApplied: !isDoubtful };
  }
  const change = await library.lastChange(`${question} ${at.topic}`.trim(), { folder, signal });
  if (change === undefined) return undefined;
  const { version } = change[at.side];
  const name = change.heading === "" ? change.title : `${change.title} › ${change.heading}`;
  return { kind: "time", words, asOf: version, isApplied: !isDoubtful, change: name };
}
