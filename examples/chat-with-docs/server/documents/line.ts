import { plainText } from "varve/documents";

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

/** Longer lines are no headings. */
const HEADING_SIZE = 300;

/** The first heading of the first level. */
export function titleOf(text: string): string | undefined {
  for (const { text: line } of linesOf(text)) {
    if (!line.startsWith("# ") || line.length > HEADING_SIZE) continue;
    const title = plainText(line.slice(2).replace(/[ \t]+#*[ \t]*$/, ""));
    if (title !== "") return title;
  }
  return undefined;
}
