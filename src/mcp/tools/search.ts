import { SearchReader } from "../../integrations/support/retrieval/search-reader";
import { limitPart } from "../../integrations/support/retrieval/tool-schema";
import type { SearchMode } from "../../integrations/support/search-mode";
import { openTable } from "../../open-table";
import { AS_OF, choicePart, flagPart, QUERY, SELECT, TABLE, WHERE } from "./input";
import { listOf, NOTE, objectOf, READ } from "./output";
import { readPoint } from "./read-point";
import { type Asked, DATA, FOUND, MORE, SEARCH_LIMITS, settingOf } from "./search-setting";
import { databaseTool } from "./tool";

interface AskedNow extends Asked {
  readonly as_of?: string;
  readonly mode?: SearchMode;
  readonly explain?: boolean;
}

/** Finds rows, now or as they were. */
export const searchTool = databaseTool<AskedNow>({
  name: "search",
  title: "Search a table",
  description: `Finds the rows of a table that fit a text best, by meaning and by words, now or at any point in the past (as_of). Cite results by their id and version. ${DATA}`,
  input: {
    table: TABLE,
    query: QUERY,
    as_of: AS_OF,
    mode: choicePart(
      'How to search: by meaning (vector), by words (text: names, codes, "these in a row", begin*, slip~, -excluded) or both (hybrid). As fits the table, if left out (auto).',
      ["auto", "hybrid", "vector", "text"],
    ),
    where: WHERE,
    select: SELECT,
    limit: limitPart("The most results", SEARCH_LIMITS),
    explain: flagPart("Also says how the search was answered, and how sure it is of what it found."),
  },
  output: objectOf(
    { ...READ, results: listOf(objectOf(FOUND), "The rows, the best first.") },
    {
      note: NOTE,
      explanation: {
        type: "object",
        description: "How it was answered: by what, how many rows were read, how sure it is and why.",
      },
    },
  ),
  run: async (input, context) => {
    const t = await openTable(context.db, input.table);
    const { view, description, said } = await readPoint(t, input.as_of);
    const reader = new SearchReader(await settingOf("search", t, description, input), MORE);
    const asked = { query: input.query };
    const { results, note } = await reader.at(view, asked, context.signal);
    const explained = input.explain === true && said.version > 0;
    return {
      ...said,
      results,
      ...(note === undefined ? {} : { note }),
      ...(explained ? { explanation: await reader.explanation(view, asked, context.signal) } : {}),
    };
  },
});
