import type { TableDescription, TableView, UntypedTable } from "varve";
import { AS_OF, TABLE } from "../../mcp/tools/input";
import { readPoint } from "../../mcp/tools/read-point";
import { openTable } from "../../open-table";
import type { Coverage, SchemaAnswer } from "../api-types";
import { studioFunction } from "../studio-function";
import { studioColumns } from "./shown-columns";

/** A table in full: its columns at a point, what it takes on disk, and how far its indexes reach. */
export const schemaFunction = studioFunction<{ readonly table: string; readonly as_of?: string }>(
  "schema",
  { table: TABLE, as_of: AS_OF },
  async ({ table, as_of }, { db }): Promise<SchemaAnswer> => {
    const t = await openTable(db, table);
    const { view, description, said } = await readPoint(t, as_of);
    return {
      ...said,
      primaryKey: description.primaryKey,
      columns: studioColumns(description),
      rows: said.version === 0 ? 0 : await view.count(),
      tags: (await t.tags()).map(({ name, version }) => ({ name, version })),
      stats: { ...(await t.stats()) },
      coverage: said.version === 0 ? [] : await coverageOf(view, description),
    };
  },
);

/** How far the indexes of each column reach, as a search or a count of it would meet them. */
async function coverageOf(view: TableView<UntypedTable>, description: TableDescription): Promise<Coverage[]> {
  const covered: Coverage[] = [];
  for (const { name: column, kind, dimensions = 0, indexed } of description.columns) {
    if (kind === "vector") {
      const query = new Float32Array(dimensions).fill(1 / Math.sqrt(Math.max(1, dimensions)));
      const work = await view.explain(query, { column, limit: 1 });
      const isThere = work.indexes > 0;
      covered.push({
        column,
        of: "vectors",
        rows: work.rows,
        uncovered: isThere ? work.uncovered : null,
        recall: isThere ? work.recall : null,
      });
    }
    if (indexed === true) {
      const { uncovered } = await view.explainFind({ orderBy: { column }, limit: 1 });
      covered.push({ column, of: "values", rows: await view.count(), uncovered, recall: null });
    }
  }
  return covered;
}
