// What tools look like to the AI SDK, and what they answer.

import type { ToolSchema } from "./tool-schema";

/**
 * A tool as `generateText` and `streamText` take it.
 *
 * @typeParam I - what the model says
 * @typeParam O - what it is told
 */
export interface RetrievalTool<I, O> {
  /** What the tool is for, in the words that the model reads. */
  readonly description: string;
  /** What the model may say; it is checked before the tool runs. */
  readonly inputSchema: ToolSchema<I>;
  /** Runs the tool. Throws errors whose message is written for the model. */
  readonly execute: (input: I, options?: { readonly abortSignal?: AbortSignal | undefined }) => Promise<O>;
}

/** A value of a row as a model reads it: texts are cut, dates are ISO 8601, numbers beyond JavaScript's are texts. */
export type ShownValue = string | number | boolean | null | ShownValue[] | { [key: string]: ShownValue };

/** Where something was read: enough to show it to somebody who doubts it. */
export interface Citation {
  /** The value of the primary key. */
  id: string | number;
  /** The version of the table that was read: `t.asOf(version).get(id)` finds the same row again. */
  version: number;
}

/** A row that a search found. */
export interface FoundRow extends Citation {
  /** How near it is; higher is better. With a reranking model, that model's relevance. */
  score: number;
  /** Its columns. */
  row: Record<string, ShownValue>;
}

/** What `search` answers. */
export interface SearchResult {
  /** The table. */
  table: string;
  /** The version that was read. */
  version: number;
  /** The rows, the best first. */
  results: FoundRow[];
  /** What the model should know of the answer, such as why it is empty or cut. */
  note?: string;
}

/** What `searchAsOf` answers. */
export interface AsOfResult extends SearchResult {
  /** The point that was asked for. */
  asOf: string;
  /** When the version was committed; null before the first one. */
  committedAt: string | null;
  /** Since when its facts are true, where that was said. */
  effectiveAt: string | null;
}

/** A version, and when it was committed. */
export interface ShownMoment {
  /** The version. */
  version: number;
  /** The instant of its commit, in ISO 8601. */
  at: string;
}

/** A row that a search across time found, as it was for a while. */
export interface FoundSpanRow extends FoundRow {
  /** The commit that wrote it. */
  from: ShownMoment;
  /** The commit that ended it; null where it still holds. */
  to: ShownMoment | null;
}

/** What a search across time answers. */
export interface SpanResult {
  /** The table. */
  table: string;
  /** The first version. */
  from: number;
  /** The last version. */
  to: number;
  /** The rows, the best first; one may be there several times, as it was at different times. */
  results: FoundSpanRow[];
  /** What the model should know of the answer, such as why it is empty or cut. */
  note?: string;
}

/** A version, when it was committed, and since when its facts are true, where that was said. */
export interface ShownDatedMoment extends ShownMoment {
  /** Since when its facts are true, in ISO 8601. */
  effectiveAt?: string;
}

/** A time in which one row was the nearest. */
export interface ShownPeriod extends FoundRow {
  /** The commit since which it was the nearest; where it was so before, the first version that was read. */
  from: ShownDatedMoment;
  /** The commit by which it was so no longer; null where it is so in the last version that was read. */
  to: ShownDatedMoment | null;
}

/** What `timeline` answers. */
export interface TimelineResult {
  /** The table. */
  table: string;
  /** The first version. */
  from: number;
  /** The last version. */
  to: number;
  /** The periods, the oldest first; there is none where no row was there. */
  periods: ShownPeriod[];
  /** What the model should know of the answer, such as why it is empty or cut. */
  note?: string;
}

/** What `diff` answers. */
export interface DiffResult {
  /** The table. */
  table: string;
  /** The version before. */
  from: number;
  /** The version after. */
  to: number;
  /** How many rows there are of each kind, also of those that are not shown. */
  counts: { added: number; removed: number; changed: number };
  /** Rows that are new, of the version after. */
  added: (Citation & { row: Record<string, ShownValue> })[];
  /** Rows that are gone, of the version before. */
  removed: (Citation & { row: Record<string, ShownValue> })[];
  /** Rows that are different: the columns that differ, of both versions. */
  changed: {
    id: string | number;
    before: Record<string, ShownValue>;
    after: Record<string, ShownValue>;
  }[];
  /** What the model should know of the answer, such as that it is cut. */
  note?: string;
}
