// Cuts the text of a document into passages: at headings, and inside a section between blocks.

import { splitMarkdown } from "varve/documents";
import type { DocumentText } from "./document.ts";

/** A part of a document. `text.slice(start, end)` is `body`, exactly. */
export interface Passage {
  /** The headings above it without the title of the document, joined by " › ". */
  readonly heading: string;
  /** Names the passage in its document. */
  readonly anchor: string;
  readonly body: string;
  readonly start: number;
  readonly end: number;
  readonly page: number | null;
}

/** The most characters of a passage. */
export const PASSAGE_SIZE = 900;

/** Cuts a document into passages. A heading without text of its own gives none. */
export function cut({ title, text, pages }: DocumentText, size: number = PASSAGE_SIZE): Passage[] {
  return splitMarkdown(text, { size }).map(({ text: body, headings, anchor, start, end }) => {
    const below = headings[0] === title ? headings.slice(1) : headings;
    const page = pages === undefined ? null : pages.filter((page) => page <= start).length;
    return { heading: below.join(" › "), anchor, body, start, end, page };
  });
}
