import type { Source } from "../library.ts";

/** A part of an answer, with the sources that it rests on. */
export interface Part {
  readonly text: string;
  /** Numbers of sources, from 1. A part without any is never shown. */
  readonly cites: readonly number[];
  /** Whether the text is a passage's own, word for word. */
  readonly isQuote: boolean;
}

/** What turns a question and passages into an answer, part by part. */
export interface Answerer {
  /** What users are told: who speaks. */
  readonly name: string;
  readonly usesModel: boolean;
  answer(question: string, sources: readonly Source[], signal: AbortSignal): AsyncGenerator<Part, void, void>;
}
