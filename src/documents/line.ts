/** A line of a text, without what ends it. */
export interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The lines of a text, whether they end as on Unix, on Windows or on an old Mac. A byte order mark is not a part of the first. */
export function* linesOf(text: string): Generator<Line, void, void> {
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    yield { text: text.slice(start, match.index), start, end: match.index };
    start = match.index + match[0].length;
  }
  yield { text: text.slice(start), start, end: text.length };
}
