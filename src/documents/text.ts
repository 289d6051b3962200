import { type Block, extendBlock } from "./block";
import { linesOf } from "./line";
import { checkSplit, type Passage, passagesOf, type SplitOptions } from "./passage";

/**
 * Splits text without markup into passages, at the ends of its paragraphs; a paragraph that is too long alone is cut between lines,
 * sentences or words. Nothing is lost but white space, and passages without a letter, a digit or an emoji.
 *
 * @example
 * ```ts
 * for (const { text, start, end } of splitText(source, { size: 800 })) console.log(start, end, text);
 * ```
 */
export function splitText(source: string, options?: SplitOptions, ...more: readonly never[]): Passage[] {
  const size = checkSplit("splitText", source, options, more);
  const blocks: Block[] = [];
  let open = false;
  for (const line of linesOf(source)) {
    const isBlank = line.text.trim() === "";
    if (!isBlank) extendBlock(blocks, line, open);
    open = !isBlank;
  }
  return passagesOf(source, [{ headings: [], blocks }], size);
}
