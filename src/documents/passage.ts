import { ownOptions, refuseMore } from "../own-options";
import { type Block, packBlocks } from "./block";
import { headingAnchor } from "./heading";
import { checkCount, checkText } from "./option-check";

/** A part of a document that stands under one heading. */
export interface Passage {
  /** What it says. Of Markdown and of plain text it is `source.slice(start, end)`, exactly; of HTML what a visitor reads there. */
  readonly text: string;
  /** Where it starts in the source, in UTF-16 units as strings are counted in JavaScript. */
  readonly start: number;
  /** Where it ends in the source. */
  readonly end: number;
  /** The headings above it, the outermost first. */
  readonly headings: readonly string[];
  /**
   * Names the passage in its document: the anchor of its heading, and `~2`, `~3` where several passages stand under it. It stays the
   * same when other sections change, so that a passage that changed is a new version of the same row.
   */
  readonly anchor: string;
}

/** What the splitters take beside the source. */
export interface SplitOptions {
  /**
   * The most characters of a passage, in UTF-16 units.
   * @default 1,500
   */
  readonly size?: number | undefined;
}

/** A part of a document between two headings. */
export interface Section {
  readonly headings: readonly string[];
  /** The anchor that the document itself gives it. */
  readonly id?: string | undefined;
  readonly blocks: readonly Block[];
}

const SIZE = 1500;

/** Checks a source and its options, and returns the size of passages. */
export function checkSplit(
  call: string,
  source: unknown,
  options: SplitOptions | undefined,
  more: readonly unknown[],
): number {
  refuseMore(call, more);
  checkText(call, source);
  const { size = SIZE } = ownOptions(call, options, { size: true });
  // A character may take two units.
  checkCount(`${call}, size`, size, 2);
  return size;
}

/** The passages of the sections of a text; those without a word are left out. */
export function passagesOf(text: string, sections: Iterable<Section>, size: number): Passage[] {
  const taken = new Map<string, number>();
  const passages: Passage[] = [];
  for (const { headings, id, blocks } of sections) {
    const packed = packBlocks(text, blocks, size).filter(({ start, end }) =>
      hasWords(text.slice(start, end)),
    );
    if (packed.length === 0) continue;
    const anchor = headingAnchor(headings.at(-1) ?? "", taken, id);
    for (const [index, { start, end }] of packed.entries()) {
      const name = index === 0 ? anchor : `${anchor}~${index + 1}`;
      passages.push({ text: text.slice(start, end), start, end, headings, anchor: name });
    }
  }
  return passages;
}

/** Whether there is something to find: a letter, a digit or a picture. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}\p{Emoji_Presentation}]/u.test(text);
}
