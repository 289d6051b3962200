// What the page and the server say to each other, beside the answers of the tools of a database. Types only: the page is a bundle of its own.

import type { Explanation, TableStats } from "varve";

/** A value as a list shows it: long ones are cut, vectors are sketched, bytes are counted. */
export type Cell =
  | null
  | boolean
  | number
  | string
  /** A text that is longer than what is shown of it. */
  | { readonly text: string; readonly more: number }
  /** What is nested, as the beginning of its JSON. */
  | { readonly json: string; readonly more: number }
  /** A vector: some of its numbers, in their order, and how many there are. */
  | { readonly vector: readonly number[]; readonly length: number }
  /** Bytes, and what kind of picture they are where they are one. */
  | { readonly bytes: number; readonly image: string | null };

/** The value of a primary key. */
export type Key = string | number;

/** A column, as the page needs it. */
export interface StudioColumn {
  readonly name: string;
  readonly kind: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly isKey: boolean;
  /** Whether rows can be ordered by it. */
  readonly ordered: boolean;
  readonly indexed: boolean;
  readonly words: boolean;
  readonly values: readonly string[] | null;
  readonly sources: readonly string[] | null;
  readonly function: string | null;
  readonly config: unknown;
  readonly dimensions: number | null;
}

/** Which version was read. */
export interface ReadVersion {
  readonly table: string;
  readonly version: number;
  readonly asOf: string | null;
  readonly committedAt: string | null;
  readonly effectiveAt: string | null;
}

/** A row of a list. */
export interface ShownRow {
  readonly id: Key | null;
  readonly cells: readonly Cell[];
}

/** Rows, and how many there are. */
export interface RowsAnswer extends ReadVersion {
  readonly columns: readonly StudioColumn[];
  /** How many rows match. */
  readonly count: number;
  /** How many rows there are. */
  readonly total: number;
  readonly rows: readonly ShownRow[];
}

/** A commit. */
export interface StudioCommit {
  readonly version: number;
  readonly committedAt: string;
  readonly effectiveAt: string | null;
  readonly operation: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly message: string | null;
  readonly tags: readonly string[];
}

/** The commits of a table, the oldest first. */
export interface TimelineAnswer {
  readonly table: string;
  readonly version: number;
  readonly oldestVersion: number;
  readonly commits: readonly StudioCommit[];
  /** How many older ones are left out. */
  readonly older: number;
}

/** A stretch of a text. */
export interface Mark {
  readonly start: number;
  readonly end: number;
}

/** A part of a text, and the words that were found in it, counted from where the part starts. */
export interface Part {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** A commit that wrote or ended a row. */
export interface ShownMoment {
  readonly version: number;
  readonly at: string;
}

/** A row that was found. */
export interface ShownHit extends ShownRow {
  readonly score: number;
  readonly textScore: number | null;
  readonly distance: number | null;
  readonly textRank: number | null;
  readonly vectorRank: number | null;
  readonly parts: readonly Part[];
  readonly from: ShownMoment | null;
  readonly to: ShownMoment | null;
}

/** What a search found. */
export interface HitsAnswer extends ReadVersion {
  /** What was looked for: words, vectors, or both. */
  readonly mode: "hybrid" | "vector" | "text";
  /** Of a search across versions: the first one. */
  readonly from: number | null;
  readonly columns: readonly StudioColumn[];
  /** The column that the parts are of. */
  readonly partsOf: string | null;
  readonly hits: readonly ShownHit[];
  readonly reason: string | null;
  readonly confidence: string | null;
  readonly ms: number;
}

/** How a search was answered. */
export interface ExplainAnswer {
  readonly explanation: Explanation;
}

/** A table in full. */
export interface SchemaAnswer extends ReadVersion {
  readonly primaryKey: string | null;
  readonly columns: readonly StudioColumn[];
  readonly rows: number;
  readonly tags: readonly { readonly name: string; readonly version: number }[];
  readonly stats: TableStats;
  readonly coverage: readonly Coverage[];
}

/** How far an index of a column reaches. */
export interface Coverage {
  readonly column: string;
  /** What is indexed. */
  readonly of: "vectors" | "values";
  readonly rows: number;
  /** Rows that it does not cover yet; null where nothing is indexed, so that all are read. */
  readonly uncovered: number | null;
  /** The share of the true nearest rows that a search finds. */
  readonly recall: number | null;
}

/** A value in full. Bytes are answered as bytes. */
export interface CellAnswer {
  readonly column: string;
  readonly kind: string;
  readonly value: unknown;
}

/** Points of a map: the rows of a version, by the place that they have among those of the newest one. */
export interface MapAnswer extends ReadVersion {
  readonly column: string;
  readonly ids: readonly (Key | null)[];
  /** Two numbers for each id, from -1 to 1. */
  readonly places: readonly number[];
  /** A short text for each id. */
  readonly labels: readonly string[];
  /** How many rows are left out. */
  readonly left: number;
  /** The share of what differs that two dimensions show. */
  readonly share: number;
}

/** A failure. */
export interface FailureAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}
