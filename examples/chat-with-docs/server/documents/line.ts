/** A line: its text, and where it starts and where the next one does. */
export interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The lines of a text. */
export function* linesOf(text: string): Generator<Line, void, void> {
  let start = 0;
  while (start < text.length) {
    const at = text.indexOf("\n", start);
    const end = at < 0 ? text.length : at + 1;
    yield { text: text.slice(start, at < 0 ? end : at), start, end };
    start = end;
  }
}

/** A heading, and how far down it stands: 1 to 6. */
export interface Heading {
  readonly level: number;
  readonly text: string;
}

/** Longer lines are no headings. */
const HEADING_SIZE = 300;

/** The heading that a line is. */
export function headingOf(line: string): Heading | undefined {
  if (line.length > HEADING_SIZE) return undefined;
  const [, marks, rest] = /^(#{1,6})[ \t]+(.+)$/.exec(line) ?? [];
  const text = rest
    ?.replace(/[ \t]+#*[ \t]*$/, "")
    .replaceAll("`", "")
    .trim();
  return marks === undefined || text === undefined || text === "" ? undefined : { level: marks.length, text };
}

/** The first heading of the first level. */
export function titleOf(text: string): string | undefined {
  for (const line of linesOf(text)) {
    const heading = line.text.startsWith("# ") ? headingOf(line.text) : undefined;
    if (heading !== undefined) return heading.text;
  }
  return undefined;
}
