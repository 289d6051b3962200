// Cuts documents into pieces that are worth embedding: by heading, and inside a section at paragraphs.

import { type Block, packBlocks } from "./block";
import { type Heading, headingAnchor, headingOf, underlineLevel } from "./heading";
import { type Line, linesOf } from "./line";

/** A piece of a document. `text.slice(start, end)` is `body`, exactly; offsets count UTF-16 units, as strings do in JavaScript. */
export interface Piece {
  /** The headings above it, the outermost first. */
  readonly headings: readonly string[];
  /** Names the piece in its document: the anchor of its heading, with a number where that is not enough. */
  readonly anchor: string;
  /** The text. */
  readonly body: string;
  /** Where it starts in the document. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

interface Section {
  readonly headings: readonly string[];
  readonly blocks: Block[];
}

/** The default of the most characters of a piece. */
export const PIECE_SIZE = 1500;

/** Opens a block of code, also one in a list. */
const FENCE = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})/;

/**
 * Cuts Markdown into pieces of at most `size` characters. A heading without text of its own gives no piece, front matter gives
 * none either (its `title` becomes the outermost heading), and what looks like a heading inside a code block is not one.
 */
export function cutMarkdown(text: string, size: number = PIECE_SIZE): Piece[] {
  return toPieces(text, new SectionReader(text).read(), size);
}

/** Cuts text without any markup into pieces of at most `size` characters. */
export function cutText(text: string, size: number = PIECE_SIZE): Piece[] {
  const blocks: Block[] = [];
  let open = false;
  for (const line of linesOf(text)) {
    const isBlank = line.text.trim() === "";
    if (!isBlank) addLine(blocks, line, open);
    open = !isBlank;
  }
  return toPieces(text, [{ headings: [], blocks }], size);
}

function toPieces(text: string, sections: readonly Section[], size: number): Piece[] {
  const taken = new Map<string, number>();
  return sections.flatMap(({ headings, blocks }) => {
    const packed = packBlocks(text, blocks, size).filter(({ start, end }) =>
      hasWords(text.slice(start, end)),
    );
    if (packed.length === 0) return [];
    const anchor = headingAnchor(headings.at(-1) ?? "", taken);
    return packed.map(({ start, end }, index) => ({
      headings,
      anchor: index === 0 ? anchor : `${anchor}~${index + 1}`,
      body: text.slice(start, end),
      start,
      end,
    }));
  });
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Adds a line that is not blank to the last block, or begins another. */
function addLine(blocks: Block[], line: Line, goesOn: boolean): void {
  const last = goesOn ? blocks.at(-1) : undefined;
  const end = line.start + line.text.trimEnd().length;
  if (last === undefined) blocks.push({ start: line.start, end });
  else last.end = end;
}

class SectionReader {
  readonly #lines: readonly Line[];
  readonly #sections: Section[] = [];
  readonly #path: Heading[] = [];
  #blocks: Block[] = [];
  /** Whether the next line goes on with the last block. */
  #open = false;
  /** The only line of the open block, which may turn out to be a heading. */
  #only: Line | undefined;

  constructor(text: string) {
    this.#lines = [...linesOf(text)];
  }

  read(): readonly Section[] {
    this.#startSection();
    let verbatim = 0;
    for (const [at, line] of this.#lines.entries()) {
      if (at < verbatim) continue;
      verbatim = at === 0 ? this.#frontMatterEnd(line) : 0;
      if (verbatim === 0) verbatim = this.#verbatimEnd(at, line);
      if (verbatim === 0) this.#readLine(line);
    }
    return this.#sections;
  }

  #readLine(line: Line): void {
    const heading = headingOf(line.text) ?? this.#underlined(line);
    if (heading !== undefined) {
      this.#enter(heading);
    } else if (line.text.trim() === "") {
      this.#open = false;
    } else {
      addLine(this.#blocks, line, this.#open);
      this.#only = this.#open ? undefined : line;
      this.#open = true;
    }
  }

  /** Takes a block of code or a comment that starts here, and returns the line after it; 0 where none starts. */
  #verbatimEnd(at: number, line: Line): number {
    const isLast = closingOf(line.text);
    if (isLast === undefined) return 0;
    let last = at + 1;
    while (last < this.#lines.length && !isLast(this.#lines[last]?.text ?? "")) last += 1;
    for (const inside of this.#lines.slice(at, last + 1)) {
      if (inside.text.trim() === "") continue;
      addLine(this.#blocks, inside, this.#open);
      this.#open = true;
    }
    this.#open = false;
    return last + 1;
  }

  /** The heading that stood in the line before, where this line underlines it. */
  #underlined(line: Line): Heading | undefined {
    const level = underlineLevel(line.text);
    if (level === undefined || !this.#open || this.#only === undefined) return undefined;
    if (/^\s*(?:[-*+>|]|\d{1,9}[.)]\s)/.test(this.#only.text)) return undefined;
    const heading = headingOf(`${"#".repeat(level)} ${this.#only.text.trim()}`);
    if (heading !== undefined) this.#blocks.pop();
    return heading;
  }

  #enter(heading: Heading): void {
    while ((this.#path.at(-1)?.level ?? -1) >= heading.level) this.#path.pop();
    const above = this.#path.at(-1);
    const repeatsTitle = above?.level === 0 && above.text === heading.text;
    if (!repeatsTitle) this.#path.push(heading);
    this.#startSection();
  }

  #startSection(): void {
    this.#open = false;
    this.#blocks = [];
    const headings = this.#path.map(({ text }) => text).filter((text) => text !== "");
    this.#sections.push({ headings, blocks: this.#blocks });
  }

  /** The line after the front matter; its title becomes a heading above all others. 0 where there is none. */
  #frontMatterEnd(first: Line): number {
    const mark = first.text.trimEnd();
    if (mark !== "---" && mark !== "+++") return 0;
    const end = this.#lines.findIndex((line, at) => at > 0 && line.text.trimEnd() === mark);
    if (end < 0) return 0;
    const titles = this.#lines.slice(1, end).map(({ text }) => titleOf(text));
    const title = titles.find((found) => found !== undefined);
    if (title !== undefined) this.#enter({ level: 0, text: title });
    return end + 1;
  }
}

/** Says of a line whether it ends what a line starts; undefined where that line starts neither code nor a comment. */
function closingOf(line: string): ((text: string) => boolean) | undefined {
  const match = FENCE.exec(line);
  const fence = match?.[1];
  if (match !== null && fence !== undefined) {
    const isInline = fence.startsWith("`") && line.slice(match[0].length).includes("`");
    return isInline ? undefined : (text) => isFence(text.trim(), fence);
  }
  const isComment = line.trimStart().startsWith("<!--") && !line.includes("-->");
  return isComment ? (text) => text.includes("-->") : undefined;
}

function isFence(mark: string, fence: string): boolean {
  return mark.length >= fence.length && mark === fence.charAt(0).repeat(mark.length);
}

function titleOf(line: string): string | undefined {
  const value = /^title[ \t]*[:=](.+)$/.exec(line)?.[1]?.trim();
  const text = /^(["'])(.*)\1$/.exec(value ?? "")?.[2] ?? value;
  return text === "" ? undefined : text?.slice(0, 200);
}
