// Parts of texts that show what a search for words found in them.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { badArgument } from "../call/errors";
import type { OptionRule } from "../call/options";
import type { TableSchema } from "../schema/table-schema";
import { columnJson } from "./hit-shape";

/** Of which texts parts are shown. */
export interface HighlightOptions<N extends string = string> {
  /** The column, one of those whose words are looked for. */
  readonly column: N;
  /**
   * The most parts of each text, up to 100.
   * @default 3
   */
  readonly fragments?: number | undefined;
  /**
   * About how long a part is, in characters as JavaScript counts them.
   * @default 160
   */
  readonly size?: number | undefined;
}

const WANTED = "the name of a column, or { column, fragments, size }";
const FRAGMENTS_MAX = 100;
const SIZE_MAX = 100_000;

export const HIGHLIGHT: OptionRule = {
  kind: "data",
  check: (name, highlight) => {
    if (typeof highlight === "string") return;
    if (!isPlainObject(highlight)) throw badArgument(name, WANTED, describeValue(highlight));
    const { column, fragments, size, ...others } = highlight;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw badArgument(name, WANTED, JSON.stringify(unknown));
    if (typeof column !== "string")
      throw badArgument(`${name}.column`, "the name of a column", describeValue(column));
    checkPart(`${name}.fragments`, fragments, FRAGMENTS_MAX);
    checkPart(`${name}.size`, size, SIZE_MAX);
  },
};

function checkPart(name: string, count: unknown, most: number): void {
  if (count === undefined) return;
  if (Number.isSafeInteger(count) && (count as number) >= 1 && (count as number) <= most) return;
  throw badArgument(name, `a whole number from 1 to ${most}`, describeValue(count));
}

/** Of which texts parts are shown, as the engine is asked. */
export function highlightJson(
  schema: TableSchema,
  highlight: string | HighlightOptions | undefined,
): object | undefined {
  if (highlight === undefined) return undefined;
  const said: HighlightOptions = typeof highlight === "string" ? { column: highlight } : highlight;
  const { column, fragments, size } = said;
  return { ...columnJson(schema.field(column)), fragments, size };
}
