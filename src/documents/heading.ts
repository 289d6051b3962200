/** A heading of a document. Level 0 is a title that stands outside of the text. */
export interface Heading {
  readonly level: number;
  readonly text: string;
}

/** A line longer than this is text, whatever it starts with. */
const LINE_MAX = 1000;
/** The most characters of a heading; more are text. */
export const HEADING_MAX = 200;
const ANCHOR_MAX = 80;

/** The heading that a line is, written with `#` or as HTML. */
export function headingOf(line: string): Heading | undefined {
  if (line.length > LINE_MAX) return undefined;
  const marks = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(line);
  if (marks?.[1] !== undefined) {
    const text = line
      .slice(marks[0].length)
      .trim()
      .replace(/(^|[ \t])#+$/, "");
    return shortHeading(marks[1].length, plainText(text));
  }
  const html = /^ {0,3}<h([1-6])\b[^>]*>(.*)<\/h\1>[ \t]*$/i.exec(line);
  return html === null ? undefined : shortHeading(Number(html[1]), plainText(html[2] ?? ""));
}

function shortHeading(level: number, text: string): Heading | undefined {
  return text.length > HEADING_MAX ? undefined : { level, text };
}

/** The level of the heading that a line underlines. */
export function underlineLevel(line: string): number | undefined {
  const mark = /^ {0,3}(=+|-+)[ \t]*$/.exec(line)?.[1];
  if (mark === undefined) return undefined;
  return mark.startsWith("=") ? 1 : 2;
}

/**
 * An anchor for a heading, as code hosts make them, or the `id` that the document gives it. `taken` counts the anchors of the
 * document so far.
 */
export function headingAnchor(heading: string, taken: Map<string, number>, id?: string): string {
  const words = heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
  const plain = id ?? [...words].slice(0, ANCHOR_MAX).join("");
  let count = taken.get(plain) ?? 0;
  while (count > 0 && taken.has(`${plain}-${count}`)) count += 1;
  const anchor = count === 0 ? plain : `${plain}-${count}`;
  taken.set(plain, count + 1);
  if (anchor !== plain) taken.set(anchor, 1);
  return anchor;
}

const LINK = /!?\[([^[\]]*)\](?:\([^()]*\)|\[[^[\]]*\])/g;
const EMPHASIS = /(?<![\w*/\\])(\*{1,3})(?=\S)([^*]*[^*\s])\1(?![\w*/])/g;
const TAG =
  /<!--[^<>]*-->|<\/?(?:a|b|br|center|code|div|em|font|h[1-6]|i|img|kbd|p|picture|small|source|span|strong|su[bp])(?:\s[^<>]*)?>/gi;

/**
 * Markdown as words in one line, for headings and excerpts: without the marks of emphasis and code, the targets of links, and the tags of
 * HTML.
 *
 * @example
 * ```ts
 * plainText("The `cut()` **of** [text](https://x.example)"); // "The cut() of text"
 * ```
 */
export function plainText(text: string): string {
  // Twice, because the text of a link can be an image.
  const plain = text
    .replace(LINK, "$1")
    .replace(LINK, "$1")
    .replace(TAG, "")
    .replace(EMPHASIS, "$2")
    .replace(/`+/g, "")
    .replace(/\\([!-/:-@[-`{-~])/g, "$1");
  return plain.replace(/\s+/g, " ").trim();
}
