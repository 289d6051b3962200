import { limitPart } from "../../integrations/support/retrieval/tool-schema";
import { TABLE } from "../../mcp/tools/input";
import { shownCommit } from "../../mcp/tools/past";
import { openTable } from "../../open-table";
import type { TimelineAnswer } from "../api-types";
import { studioFunction } from "../studio-function";

const LIMITS = { limit: 5000, maxLimit: 20_000 };

/** The commits of a table. */
export const timelineFunction = studioFunction<{ readonly table: string; readonly limit?: number }>(
  "timeline",
  { table: TABLE, limit: limitPart("The most commits", LIMITS) },
  async ({ table, limit = LIMITS.limit }, { db }): Promise<TimelineAnswer> => {
    const t = await openTable(db, table);
    const { version, oldestVersion } = await t.stats();
    const commits = (await t.history({ limit })).map(shownCommit).toReversed();
    const first = commits[0]?.version ?? 1;
    return { table: t.name, version, oldestVersion, commits, older: Math.max(0, first - 1) };
  },
);
