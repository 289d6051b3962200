import { clip, clipStart, excerpt } from "./shown-text";
import type { Terminal } from "./terminal";

/** A row that a search found. */
export type FoundRow = Readonly<Record<string, unknown>> & { readonly _score: number };

/** What stands before the lines of a row. */
export const ROW_INDENT = " ".repeat(10);

/** A row for people: where a passage of a document is and how it begins; of other rows the columns, on one line. */
export function rowLines(terminal: Terminal, found: FoundRow): string[] {
  const width = terminal.width - ROW_INDENT.length;
  const { path, heading, body } = found;
  if (typeof path === "string" && typeof heading === "string" && typeof body === "string") {
    const where = clip(path, width);
    const under = clipStart(heading, width - where.length - 2);
    const first = `${terminal.paint("bold", where)}  ${terminal.paint("cyan", under)}`;
    return [first, ...excerpt(body, width, 2)];
  }
  const { _score, _distance, _textScore, _textRank, _vectorRank, ...row } = found;
  return [clip(JSON.stringify(row), width)];
}
