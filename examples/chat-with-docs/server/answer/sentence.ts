/** A sentence, and where it stands in its text. */
export interface Sentence {
  readonly text: string;
  readonly start: number;
}

/** The most characters of a quote. */
const SIZE = 400;

/** The sentences of a passage: also items of a list and rows of a table. Code and lines without words are none. */
export function sentencesOf(body: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const { text, start } of blocksOf(body)) {
    // A sentence ends at a mark that a space and the start of another one follow.
    const ends = [...text.matchAll(/[.!?:][)"”’]?\s+(?=[\p{Lu}\p{N}"“(])/gu)].map(
      ({ index, 0: mark }) => index + mark.length,
    );
    let from = 0;
    for (const end of [...ends, text.length]) {
      const piece = text.slice(from, end);
      const lead = piece.length - piece.trimStart().length;
      const words = piece.trim();
      if (words.length <= SIZE && (words.match(/\p{L}{2,}/gu)?.length ?? 0) >= 3)
        sentences.push({ text: words, start: start + from + lead });
      from = end;
    }
  }
  return sentences;
}

/** Paragraphs, list items and rows of tables, without code. */
function blocksOf(body: string): Sentence[] {
  const blocks: { text: string; start: number }[] = [];
  let fence: string | undefined;
  let goesOn = false;
  let start = 0;
  for (const line of body.split("\n")) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      goesOn = false;
    } else if (fence === undefined) {
      const item = /^\s*(?:[-*+•▪]|\d{1,3}[.)])\s+/.exec(line)?.[0].length ?? 0;
      const isRow = line.includes(" | ") || line.startsWith("|");
      const last = blocks.at(-1);
      if (line.trim() !== "" && goesOn && item === 0 && !isRow && last !== undefined)
        last.text += `\n${line}`;
      else if (line.trim() !== "") blocks.push({ text: line.slice(item), start: start + item });
      goesOn = line.trim() !== "" && !isRow;
    }
    start += line.length + 1;
  }
  return blocks;
}
