// Markdown is split by its headings. It is read line by line: what stands in blocks of code and in comments is never a heading.

import { type Block, extendBlock } from "./block";
import { HEADING_MAX, type Heading, headingOf, underlineLevel } from "./heading";
import { type Line, linesOf } from "./line";
import { Outline } from "./outline";
import { checkSplit, type Passage, passagesOf, type Section, type SplitOptions } from "./passage";

/** Opens a block of code, also one in a list. */
const FENCE = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})/;

/**
 * Splits Markdown into passages: at its headings, and in a section between paragraphs, lists and blocks of code where it is too long. A
 * heading is in the `headings` of what stands below it and in no text; front matter is in none either, but its `title` is the outermost
 * heading. Nothing else is lost but white space, and passages without a letter, a digit or an emoji.
 *
 * @example
 * ```ts
 * for (const { headings, anchor, text } of splitMarkdown(source)) console.log(anchor, headings.join(" > "), text);
 * ```
 */
export function splitMarkdown(source: string, options?: SplitOptions, ...more: readonly never[]): Passage[] {
  const size = checkSplit("splitMarkdown", source, options, more);
  return passagesOf(source, new SectionReader(source).read(), size);
}

type IsLast = (line: string) => boolean;

class SectionReader {
  readonly #source: string;
  readonly #outline = new Outline();
  #blocks: Block[] = [];
  /** Whether the next line goes on with the last block. */
  #open = false;
  /** The only line of the open block, which may turn out to be a heading. */
  #only: Line | undefined;
  /** Says which line ends the block of code or the comment that is being read. */
  #isLast: IsLast | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** The sections, each when it ends. */
  *read(): Generator<Section, void, void> {
    const { title, end } = frontMatterOf(this.#source);
    if (title !== undefined) this.#outline.enter({ level: 0, text: title });
    for (const line of linesOf(this.#source)) {
      if (line.start < end || this.#readVerbatim(line)) continue;
      const heading = headingOf(line.text) ?? this.#underlined(line);
      if (heading === undefined) {
        this.#readLine(line);
      } else {
        yield this.#endSection();
        this.#outline.enter(heading);
      }
    }
    yield this.#endSection();
  }

  #readLine(line: Line): void {
    if (line.text.trim() === "") {
      this.#open = false;
      return;
    }
    extendBlock(this.#blocks, line, this.#open);
    this.#only = this.#open ? undefined : line;
    this.#open = true;
  }

  /** Takes a line of a block of code or of a comment; false where it is none. */
  #readVerbatim(line: Line): boolean {
    const isLast = this.#isLast;
    const starts = isLast === undefined ? closingOf(line.text) : undefined;
    if (isLast === undefined && starts === undefined) return false;
    if (line.text.trim() !== "") {
      extendBlock(this.#blocks, line, this.#open);
      this.#only = undefined;
      this.#open = true;
    }
    if (isLast === undefined) {
      this.#isLast = starts;
    } else if (isLast(line.text)) {
      this.#isLast = undefined;
      this.#open = false;
    }
    return true;
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

  #endSection(): Section {
    const section = { headings: this.#outline.headings(), blocks: this.#blocks };
    this.#open = false;
    this.#blocks = [];
    return section;
  }
}

/** The title of the front matter, and where what follows it starts: 0 where there is no front matter. */
function frontMatterOf(source: string): { readonly title?: string; readonly end: number } {
  let mark: string | undefined;
  let title: string | undefined;
  for (const line of linesOf(source)) {
    const text = line.text.trimEnd();
    if (mark === undefined) {
      if (text !== "---" && text !== "+++") return { end: 0 };
      mark = text;
    } else if (text === mark) {
      return title === undefined ? { end: line.end + 1 } : { title, end: line.end + 1 };
    } else {
      title ??= titleOf(text);
    }
  }
  return { end: 0 };
}

function titleOf(line: string): string | undefined {
  const value = /^title[ \t]*[:=](.+)$/.exec(line)?.[1]?.trim();
  const text = /^(["'])(.*)\1$/.exec(value ?? "")?.[2] ?? value;
  return text === "" ? undefined : text?.slice(0, HEADING_MAX);
}

/** Says of a line whether it ends what a line starts; undefined where that line starts neither code nor a comment. */
function closingOf(line: string): IsLast | undefined {
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
