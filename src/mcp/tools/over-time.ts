import { parsePoint } from "varve";
import { SearchReader } from "../../integrations/support/retrieval/search-reader";
import { checkOrder, TimelineReader } from "../../integrations/support/retrieval/timeline-reader";
import { limitPart } from "../../integrations/support/retrieval/tool-schema";
import { openTable } from "../../open-table";
import { pointPart, QUERY, SELECT, TABLE, WHERE } from "./input";
import { countOf, listOf, NOTE, objectOf, orNull, textOf } from "./output";
import { readPoint } from "./read-point";
import { type Asked, DATA, FOUND, MORE, SEARCH_LIMITS, settingOf } from "./search-setting";
import { databaseTool, type ToolContext } from "./tool";

const TIMELINE_LIMITS = { limit: 20, maxLimit: 50 };

interface AskedOverTime extends Asked {
  readonly from?: string;
  readonly to?: string;
}

const MOMENT = objectOf({ version: countOf("The version."), at: textOf("When it was committed.") });

const DATED = objectOf(
  { version: countOf("The version."), at: textOf("When it was committed.") },
  { effectiveAt: textOf("Since when it is true, where that was said.") },
);

const SPAN = {
  table: TABLE,
  query: QUERY,
  from: pointPart("The first point; the oldest version that is kept, if left out", true),
  to: pointPart("The last point; now, if left out", true),
  where: WHERE,
  select: SELECT,
};

const SPAN_READ = {
  table: textOf("The table."),
  version: countOf("The last version that was read."),
  asOf: orNull(textOf("The last point that was asked for; null for now.")),
  from: countOf("The first version that was read."),
  to: countOf("The last version that was read."),
};

/** Finds rows as they were at any moment of a span. */
export const searchOverTimeTool = databaseTool<AskedOverTime>({
  name: "search_over_time",
  title: "Search all versions",
  description: `Finds by meaning what a table said at any moment between two points, and from when until when it said so: use it to collect what was ever said of something, and timeline to ask when the answer changed. A row that was changed is found once for each thing it said. ${DATA}`,
  input: { ...SPAN, limit: limitPart("The most results", SEARCH_LIMITS) },
  output: objectOf(
    {
      ...SPAN_READ,
      results: listOf(
        objectOf({
          ...FOUND,
          from: MOMENT,
          to: orNull({ ...MOMENT, description: "What ended it; null where it still holds." }),
        }),
        "The rows as they were, the best first.",
      ),
    },
    { note: NOTE },
  ),
  run: async (input, context) => {
    const { table, description, span } = await spanOf(input, context);
    const setting = await settingOf("search_over_time", table, description, { ...input, mode: "vector" });
    const found = await new SearchReader(setting, MORE).during(span, { query: input.query }, context.signal);
    return { ...found, version: found.to, asOf: input.to ?? null };
  },
});

/** Says which row was the nearest, from when until when. */
export const timelineTool = databaseTool<AskedOverTime>({
  name: "timeline",
  title: "When the answer changed",
  description: `Says how the answer to a question changed over time: for each period the one row that was the nearest by meaning, and from when until when it was. Use it to ask when something changed, or since when it holds; search_over_time shows all that was near, the best first. Columns that select leaves out begin no period. ${DATA}`,
  input: { ...SPAN, limit: limitPart("The most periods; of more, the newest are shown", TIMELINE_LIMITS) },
  output: objectOf(
    {
      ...SPAN_READ,
      periods: listOf(
        objectOf({
          ...FOUND,
          from: {
            ...DATED,
            description:
              "Since when it was the nearest; the first version that was read, where it was so before.",
          },
          to: orNull({
            ...DATED,
            description: "What ended that; null where it is so in the last version that was read.",
          }),
        }),
        "The periods, the oldest first; there is none for the time in which no row was there.",
      ),
    },
    { note: NOTE },
  ),
  run: async (input, context) => {
    const { table, description, span } = await spanOf(input, context);
    const asked = { ...input, mode: "vector" } as const;
    const setting = await settingOf("timeline", table, description, asked, TIMELINE_LIMITS);
    const found = await new TimelineReader(setting, MORE).during(
      span,
      { query: input.query },
      context.signal,
    );
    return { ...found, version: found.to, asOf: input.to ?? null };
  },
});

/** The table, and the versions of it that are read, with the columns of the last one. */
async function spanOf(input: AskedOverTime, { db }: ToolContext) {
  const table = await openTable(db, input.table);
  const [first, last] = [input.from, input.to].map((text) =>
    text === undefined ? undefined : parsePoint(text),
  );
  checkOrder(first, last);
  const from = first ?? (await table.stats()).oldestVersion;
  const { description, said } = await readPoint(table, input.to);
  return { table, description, span: { from, to: said.version } };
}
