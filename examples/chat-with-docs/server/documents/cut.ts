// Cuts the text of a document into passages: at headings, and inside a section between blocks.

import type { DocumentText } from "./document.ts";
import { type Heading, headingOf, linesOf } from "./line.ts";

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

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Section {
  readonly headings: readonly string[];
  readonly blocks: Range[];
}

/** The most characters of a passage. */
export const PASSAGE_SIZE = 900;

/** Cuts a document into passages. A heading without text of its own gives none. */
export function cut({ title, text, pages }: DocumentText, size: number = PASSAGE_SIZE): Passage[] {
  const taken = new Map<string, number>();
  return sectionsOf(text).flatMap(({ headings, blocks }) => {
    const packed = pack(text, blocks, size);
    if (packed.length === 0) return [];
    const below = headings[0] === title ? headings.slice(1) : headings;
    const anchor = unique(slug(below.at(-1) ?? "top"), taken);
    return packed.map(({ start, end }, index) => ({
      heading: below.join(" › "),
      anchor: index === 0 ? anchor : `${anchor}~${index + 1}`,
      body: text.slice(start, end),
      start,
      end,
      page: pages === undefined ? null : pages.filter((page) => page <= start).length,
    }));
  });
}

/** The sections of a text, with the blocks that stand between empty lines. Code is one block, whatever is in it. */
function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ headings: [], blocks: [] }];
  const path: Heading[] = [];
  let fence: string | undefined;
  let open: { start: number; end: number } | undefined;
  for (const line of linesOf(text)) {
    const trimmed = line.text.trim();
    const mark = /^(`{3,}|~{3,})/.exec(trimmed)?.[1];
    const heading = fence === undefined ? headingOf(line.text) : undefined;
    if (heading !== undefined) {
      while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
      path.push(heading);
      sections.push({ headings: path.map((above) => above.text), blocks: [] });
      open = undefined;
      continue;
    }
    if (trimmed === "" && fence === undefined) {
      open = undefined;
      continue;
    }
    const end = line.start + line.text.trimEnd().length;
    if (open === undefined) {
      open = { start: line.start, end };
      sections.at(-1)?.blocks.push(open);
    } else if (trimmed !== "") open.end = end;
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) && trimmed === mark) fence = undefined;
  }
  return sections;
}

/** Puts blocks together while they fit; a block that is too long alone is cut between lines, or between words. */
function pack(text: string, blocks: readonly Range[], size: number): Range[] {
  const packed: { start: number; end: number }[] = [];
  for (const block of blocks.flatMap((range) => split(text, range, size))) {
    const last = packed.at(-1);
    if (last !== undefined && block.end - last.start <= size) last.end = block.end;
    else packed.push({ ...block });
  }
  return packed.filter(({ start, end }) => /[\p{L}\p{N}]/u.test(text.slice(start, end)));
}

function split(text: string, { start, end }: Range, size: number): Range[] {
  const parts: Range[] = [];
  let from = start;
  while (end - from > size) {
    const piece = text.slice(from, from + size);
    const cuts = [piece.lastIndexOf("\n"), piece.lastIndexOf(". ") + 1, piece.lastIndexOf(" "), size - 1];
    const at = cuts.find((cut) => cut > size / 3) ?? size - 1;
    parts.push({ start: from, end: from + at });
    from += at;
    while (/\s/.test(text.charAt(from))) from += 1;
  }
  return from < end ? [...parts, { start: from, end }] : parts;
}

function slug(heading: string): string {
  const words = heading.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join("-").slice(0, 60) || "section";
}

function unique(name: string, taken: Map<string, number>): string {
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : `${name}-${count}`;
}
