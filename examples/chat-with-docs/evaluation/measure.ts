import type { Confidence } from "varve";
import type { Answerer } from "../server/answer/answerer.ts";
import type { Library } from "../server/library.ts";
import questions from "./questions.json" with { type: "json" };

/** What was measured. */
export interface Report {
  /** Questions that the documents answer, with the place of the first gold passage among the first five, from 1. */
  readonly questions: readonly {
    readonly question: string;
    readonly rank: number | undefined;
    readonly confidence: Confidence;
  }[];
  /** Questions that they do not answer. */
  readonly strangers: readonly { readonly question: string; readonly confidence: Confidence }[];
  /** How many passages the answers cite, each once for an answer. */
  readonly citations: number;
  /** How many of them are gold passages. */
  readonly goldCitations: number;
}

const RECALL_AT = 5;

/** Asks every question of the evaluation. */
export async function measure(library: Library, answerer: Answerer): Promise<Report> {
  const view = await library.open(undefined);
  const { signal } = new AbortController();
  const asked: Report["questions"][number][] = [];
  let citations = 0;
  let goldCitations = 0;
  for (const { question, gold } of questions.answerable) {
    const { sources, confidence } = await library.search(view, question);
    const isGold = sources.map(({ id }) => gold.includes(sectionOf(id)));
    const rank = isGold.slice(0, RECALL_AT).indexOf(true) + 1;
    asked.push({ question, rank: rank === 0 ? undefined : rank, confidence });
    if (confidence === "none") continue;
    const cited = new Set<number>();
    for await (const { cites } of answerer.answer(question, sources, signal))
      for (const cite of cites) cited.add(cite);
    citations += cited.size;
    goldCitations += [...cited].filter((cite) => isGold[cite - 1]).length;
  }
  const strangers: Report["strangers"][number][] = [];
  for (const question of questions.unanswerable) {
    const { confidence } = await library.search(view, question, { limit: 1 });
    strangers.push({ question, confidence });
  }
  return { questions: asked, strangers, citations, goldCitations };
}

/** A long section is cut into several passages: the gold is the section. */
export function sectionOf(id: string): string {
  return id.replace(/~\d+$/, "");
}
