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
   * The most parts of each text.
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
    for (const [option, count] of Object.entries({ fragments, size }))
      if (count !== undefined && !isCount(count))
        throw badArgument(`${name}.${option}`, `a whole number from 1 to ${SIZE_MAX}`, describeValue(count));
  },
};

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= SIZE_MAX;
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
