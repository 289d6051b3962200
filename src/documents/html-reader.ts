// Reads a page as its visitor does: headings, and the text below them in blocks. There is no tree: it is enough to know which elements are
// open, for what is hidden and where a block ends.

import type { Block } from "./block";
import { HEADING_MAX } from "./heading";
import { entityText } from "./html-entities";
import { isHidden } from "./html-hiding";
import { OpenElements } from "./html-stack";
import { HtmlText } from "./html-text";
import { type HtmlToken, htmlTokens } from "./html-token";
import { Outline } from "./outline";
import type { Section } from "./passage";

/** A page as text, and the sections of that text. */
export interface HtmlPage {
  readonly text: HtmlText;
  readonly sections: readonly Section[];
}

/** Reads a page. */
export function readHtml(source: string): HtmlPage {
  return new HtmlReader(source).read();
}

type Open = Extract<HtmlToken, { readonly kind: "open" }>;

const BLOCKS = new Set(
  "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);
/** Elements that hold nothing, so that nothing ends them. */
const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
/** Elements that browsers open again where they were not ended. */
const FORMATTING = new Set("a b big code em font i nobr s small strike strong tt u".split(" "));
/** Blocks that follow each other on lines, and not after an empty one. */
const CLOSE = new Set(["li", "tr", "dt", "dd"]);

const CELLS = new Set(["td", "th"]);
/** Elements of other languages, where a tag that ends with a slash has no end tag. */
const FOREIGN = new Set(["svg", "math"]);
const HEADING = /^h[1-6]$/;
/** Characters that people do not see and a model reads nevertheless. */
const SHAPELESS = "\\u00ad\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\u{e0000}-\\u{e007f}";
const IS_SHAPELESS = new RegExp(`^[${SHAPELESS}]`, "u");
/** White space, a reference, what has no shape, or other text. */
const PART = new RegExp(
  `[\\t\\n\\f\\r ]+|&(?:#\\d{1,8}|#x[\\da-f]{1,8}|[a-z][\\da-z]{1,20});?|[${SHAPELESS}]+|[^\\t\\n\\f\\r &${SHAPELESS}]+|&`,
  "giu",
);

interface OpenHeading {
  /** How many elements are open around it. */
  readonly depth: number;
  readonly level: number;
  readonly id: string | undefined;
  /** How many blocks there were before it. */
  readonly blocks: number;
  text: string;
}

/** The element that hides what is being read. */
interface Hiding {
  readonly name: string;
  /** How many elements are open around it. */
  readonly depth: number;
}

interface OpenSection {
  headings: readonly string[];
  id: string | undefined;
  blocks: Block[];
}

class HtmlReader {
  readonly #source: string;
  readonly #text = new HtmlText();
  readonly #sections: OpenSection[] = [];
  readonly #open = new OpenElements();
  #outline = new Outline();
  #section: OpenSection = { headings: [], id: undefined, blocks: [] };
  #hiding: Hiding | undefined;
  #heading: OpenHeading | undefined;
  #hasTopHeading = false;
  #title: string | undefined;
  #isTitle = false;
  /** The sections that stand in the first `main`. */
  #main: { readonly from: number; to: number; readonly depth: number } | undefined;
  /** Where the block that is being written starts; undefined between blocks. */
  #blockStart: number | undefined;
  /** Where the last word ended. */
  #wordEnd = 0;
  /** White space that comes before the next word, where one comes. */
  #gap: { readonly start: number; readonly end: number } | undefined;
  /** What stands before the next block: its mark, and how it is set apart. */
  #mark = "";
  #block = "";
  #lastBlock = "";

  constructor(source: string) {
    this.#source = source;
  }

  read(): HtmlPage {
    for (const token of htmlTokens(this.#source)) {
      if (token.kind === "text") this.#readText(token.start, token.end);
      else if (token.kind === "open") this.#readOpen(token);
      else this.#readClose(token.name);
    }
    this.#endBlock();
    this.#endSection();
    return { text: this.#text, sections: this.#shown() };
  }

  /** The sections of `main`, where there is one that says something; else all of them. The title is above them where no `h1` is. */
  #shown(): readonly Section[] {
    const { from, to } = this.#main ?? { from: 0, to: 0 };
    const main = this.#sections.slice(from, to);
    const shown = main.some(({ blocks }) => blocks.length > 0) ? main : this.#sections;
    const title = (this.#title ?? "").replace(/\s+/g, " ").trim().slice(0, HEADING_MAX);
    if (title === "" || this.#hasTopHeading) return shown;
    return shown.map((section) => ({ ...section, headings: [title, ...section.headings] }));
  }

  #readOpen({ name, attributes, isClosed }: Open): void {
    if (isClosed && (FOREIGN.has(name) || this.#open.has("svg") || this.#open.has("math"))) return;
    if (name === "title" && this.#title === undefined) {
      this.#title = "";
      this.#isTitle = true;
      return;
    }
    const counts = this.#open.start(name);
    this.#leave(name, false);
    if (!counts) return;
    if (this.#hiding === undefined) {
      if (BLOCKS.has(name) || HEADING.test(name)) this.#startBlock(name);
      if (name === "br") this.#writeBreak();
    }
    if (VOID.has(name)) return;
    this.#open.push(name);
    if (this.#hiding !== undefined) return;
    const depth = this.#open.depth - 1;
    if (isHidden(name, attributes)) this.#hiding = { name, depth };
    else if (HEADING.test(name)) this.#startHeading(Number(name.charAt(1)), attributes.get("id"), depth);
    else if (name === "main") this.#startMain(depth);
  }

  #readClose(name: string): void {
    if (name === "title") this.#isTitle = false;
    // What browsers read after these stands in the page all the same.
    if (name === "body" || name === "html") return;
    // Browsers take this end tag for a start tag, and one of a paragraph that is not open for an empty paragraph.
    if (name === "br") {
      this.#readOpen({ kind: "open", name, attributes: new Map(), isClosed: false });
      return;
    }
    const ended = this.#open.end(name) || (name === "p" && !this.#open.has("select"));
    this.#leave(name, true);
    if (ended && this.#hiding === undefined && BLOCKS.has(name) && !CELLS.has(name)) this.#endBlock();
  }

  /** Sees to what ended with the last tag. */
  #leave(name: string, isEnd: boolean): void {
    const { depth } = this.#open;
    const hiding = this.#hiding;
    if (hiding !== undefined && depth <= hiding.depth) {
      const isOwn = isEnd && name === hiding.name;
      // Browsers open it again, and it hides again, up to its own end tag.
      if (isOwn || !FORMATTING.has(hiding.name)) this.#hiding = undefined;
    }
    if (this.#heading !== undefined && depth <= this.#heading.depth) this.#endHeading();
    if (this.#main !== undefined && depth <= this.#main.depth && this.#main.to === Number.POSITIVE_INFINITY)
      this.#endMain();
  }

  #startBlock(name: string): void {
    if (CELLS.has(name)) {
      if (this.#blockStart !== undefined && this.#block === "tr") this.#mark = " | ";
      else this.#endBlock();
      return;
    }
    this.#endBlock();
    this.#block = name;
    if (name === "li") this.#mark = "- ";
  }

  #endBlock(): void {
    this.#gap = undefined;
    if (this.#blockStart === undefined) return;
    this.#section.blocks.push({ start: this.#blockStart, end: this.#wordEnd });
    this.#blockStart = undefined;
    this.#lastBlock = this.#block;
    this.#mark = "";
    this.#block = "";
  }

  #startHeading(level: number, id: string | undefined, depth: number): void {
    const isAnchor = id !== undefined && /^[\p{L}\p{M}\p{N}_.:-]{1,80}$/u.test(id);
    const blocks = this.#section.blocks.length;
    this.#heading = { depth, level, id: isAnchor ? id : undefined, blocks, text: "" };
  }

  /** What was in a heading is no block; where it is too long for a heading, it is text. */
  #endHeading(): void {
    this.#endBlock();
    const heading = this.#heading;
    this.#heading = undefined;
    if (heading === undefined || heading.text.length > HEADING_MAX) return;
    this.#section.blocks.length = heading.blocks;
    const { level, id, text } = heading;
    if (level === 1 && text !== "") this.#hasTopHeading = true;
    this.#endSection();
    this.#outline.enter({ level, text });
    this.#section = { headings: this.#outline.headings(), id, blocks: [] };
  }

  #endSection(): void {
    this.#heading = undefined;
    if (this.#section.blocks.length > 0) this.#sections.push(this.#section);
    this.#section = { headings: this.#outline.headings(), id: undefined, blocks: [] };
  }

  #startMain(depth: number): void {
    this.#endSection();
    if (this.#main !== undefined) return;
    this.#outline = new Outline();
    this.#section.headings = [];
    this.#main = { from: this.#sections.length, to: Number.POSITIVE_INFINITY, depth };
  }

  #endMain(): void {
    this.#endBlock();
    this.#endSection();
    if (this.#main !== undefined) this.#main.to = Math.min(this.#main.to, this.#sections.length);
  }

  #readText(start: number, end: number): void {
    if (this.#hiding !== undefined) return;
    for (const { 0: part, index } of this.#source.slice(start, end).matchAll(PART)) {
      const from = start + index;
      if (" \t\n\f\r".includes(part.charAt(0))) {
        this.#readSpace(part, from);
        continue;
      }
      const word = part.startsWith("&") ? (entityText(part) ?? part) : part;
      if (!IS_SHAPELESS.test(word)) this.#readWord(word, from, from + part.length);
    }
  }

  #readSpace(part: string, start: number): void {
    if (this.#isTitle) this.#addToTitle(" ");
    else if (this.#blockStart === undefined) return;
    else if (this.#open.has("pre")) this.#text.add(part, start, start + part.length);
    else this.#gap ??= { start, end: start + part.length };
  }

  #writeBreak(): void {
    this.#gap = undefined;
    if (this.#blockStart !== undefined) this.#mark = "\n";
  }

  #readWord(word: string, start: number, end: number): void {
    if (this.#isTitle) {
      this.#addToTitle(word);
      return;
    }
    const isNew = this.#blockStart === undefined;
    const isApart = isNew || this.#mark !== "" || this.#gap !== undefined;
    if (isNew) {
      if (this.#text.length > 0) this.#text.write(this.#separator());
      this.#blockStart = this.#text.length;
    }
    if (this.#mark !== "") this.#text.write(this.#mark);
    else if (this.#gap !== undefined) this.#text.add(" ", this.#gap.start, this.#gap.end);
    this.#mark = "";
    this.#gap = undefined;
    this.#text.add(word, start, end);
    this.#wordEnd = this.#text.length;
    this.#addToHeading(word, isApart);
  }

  #addToTitle(word: string): void {
    const title = this.#title ?? "";
    if (title.length <= HEADING_MAX) this.#title = title + word;
  }

  #separator(): string {
    return CLOSE.has(this.#block) && this.#block === this.#lastBlock ? "\n" : "\n\n";
  }

  #addToHeading(word: string, isApart: boolean): void {
    const heading = this.#heading;
    if (heading === undefined || heading.text.length > HEADING_MAX) return;
    heading.text += isApart && heading.text !== "" ? ` ${word}` : word;
  }
}
