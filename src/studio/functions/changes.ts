import { DiffReader } from "../../integrations/support/retrieval/diff-reader";
import { rowSetting } from "../../integrations/support/retrieval/row-setting";
import { limitPart } from "../../integrations/support/retrieval/tool-schema";
import { pointPart, TABLE, WHERE } from "../../mcp/tools/input";
import { ofBoth } from "../../mcp/tools/past";
import { readPoint } from "../../mcp/tools/read-point";
import { openTable } from "../../open-table";
import { typedFilter } from "../../typed-filter";
import { studioFunction } from "../studio-function";

const LIMITS = { limit: 100, maxLimit: 500 };
/** Words are compared, so texts are shown in full where that can be. */
const TEXT = 20_000;
const ANSWER = 2_000_000;

/** What changed between two points: the tool `diff`, for somebody who can read more. */
export const changesFunction = studioFunction<{
  readonly table: string;
  readonly from: string;
  readonly to?: string;
  readonly where?: string;
  readonly limit?: number;
}>(
  "changes",
  {
    table: TABLE,
    from: pointPart("The point before", false),
    to: pointPart("The point after; now, if left out", true),
    where: WHERE,
    limit: limitPart("The most rows of each kind", LIMITS),
  },
  async ({ table, from, to, where, limit = LIMITS.limit }, { db, signal }) => {
    const t = await openTable(db, table);
    const [before, after] = [await readPoint(t, from), await readPoint(t, to)];
    const setting = rowSetting("changes", t, ofBoth(before.description, after.description), {
      where: where === undefined ? undefined : typedFilter(where),
      limit,
      maxLimit: LIMITS.maxLimit,
      maxText: TEXT,
      maxAnswer: ANSWER,
    });
    const points = { from: `${before.said.version}`, to: `${after.said.version}` };
    return await new DiffReader(setting).between(points, signal);
  },
);
