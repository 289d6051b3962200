import type { Kind } from "../passages.ts";

/** A document as text that people see: headings are lines that begin with `#`, blocks stand between empty lines. */
export interface DocumentText {
  readonly kind: Kind;
  readonly title: string;
  readonly text: string;
  /** Where each page of a PDF starts in the text. */
  readonly pages?: readonly number[];
}

/** What nobody sees and a model reads all the same: zero-width and direction marks, and the "tag" copies of ASCII. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** Text without characters that have no shape, with line ends as `\n`. */
export function visibleText(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(INVISIBLE, "");
}

/** What Markdown takes for a heading, code, a comment or front matter. */
const STRUCTURE = /^(?=#|`{3}|~{3}|<h[1-6]\b|<!--|(?:-{3}|\+{3})$|(?:[-*+]|\d{1,9}[.)])\s+(?:`{3}|~{3}))/i;

/** Words that are only words: a page cannot write headings or code by spelling them. */
export function literal(words: string): string {
  return words.replace(STRUCTURE, "\\");
}
