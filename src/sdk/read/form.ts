// The forms of an answer. What a read asks does not depend on the form, so every read that has several is written once.

import type { PlainRow } from "../native/decode";
import type { Ask, Reader } from "./reader";
import { type Prepared, readArrow, readRows } from "./scan";

/** Turns what a read asks into an answer. */
export interface Form {
  answer(reader: Reader, ask: () => Ask<unknown>): Promise<unknown>;
  scan(prepared: Prepared): AsyncGenerator<unknown, void, void>;
  /** What its answers have no place for. */
  readonly lacks?: readonly string[];
  /** The answer of a search that has nothing to search with; without it, one that finds nothing is made. */
  none?(reason: string): unknown;
}

/** An object for each row. */
export const ROWS: Form = {
  answer: (reader, ask) => reader.rows(ask),
  scan: readRows,
  none: (reason) => Object.defineProperty<PlainRow[]>([], "reason", { value: reason }),
};

/** An Arrow IPC stream. */
export const ARROW: Form = {
  answer: (reader, ask) => reader.stream(ask),
  scan: readArrow,
  lacks: ["facets", "highlight", "rerank", "confidence"],
};
