import type { Line } from "./line";

/** A range of a text that should stay together: a paragraph, a list, a block of code. */
export interface Block {
  readonly start: number;
  end: number;
}

/** Adds a line that is not blank to the last block, or begins another. */
export function extendBlock(blocks: Block[], line: Line, goesOn: boolean): void {
  const last = goesOn ? blocks.at(-1) : undefined;
  const end = line.start + line.text.trimEnd().length;
  if (last === undefined) blocks.push({ start: line.start, end });
  else last.end = end;
}

/** Joins neighbouring blocks while they fit into `size` characters, and cuts those that alone do not. */
export function packBlocks(text: string, blocks: readonly Block[], size: number): Block[] {
  const packed: Block[] = [];
  for (const { start, end } of blocks) {
    const last = packed.at(-1);
    if (last !== undefined && end - last.start <= size) last.end = end;
    else for (const part of cutBlock(text, start, end, size)) packed.push(part);
  }
  return packed;
}

function* cutBlock(text: string, start: number, end: number, size: number): Generator<Block, void, void> {
  let from = start;
  while (end - from > size) {
    const cut = from + cutIn(text.slice(from, from + size + 1), size);
    yield { start: from, end: from + text.slice(from, cut).trimEnd().length };
    from = nextStart(text, cut, end);
  }
  yield { start: from, end };
}

/** Where to cut: where a line ends, else after a sentence, else at a space, else anywhere but inside a character. */
function cutIn(window: string, size: number): number {
  const least = size / 2;
  const line = window.lastIndexOf("\n", size);
  if (line >= least) return line;
  for (const mark of [". ", "! ", "? ", " "]) {
    const after = window.lastIndexOf(mark, size + 1 - mark.length) + mark.length - 1;
    if (after >= least) return after;
  }
  const isInsideCharacter = /^[\uDC00-\uDFFF]/.test(window.charAt(size));
  return isInsideCharacter ? size - 1 : size;
}

/** The next place that is not blank, or the start of its line. */
function nextStart(text: string, cut: number, end: number): number {
  let at = cut;
  while (at < end && text.charAt(at).trim() === "") at += 1;
  const line = text.slice(cut, at).lastIndexOf("\n");
  return line < 0 ? at : cut + line + 1;
}
