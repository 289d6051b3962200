import type { ColumnDescription, TableDescription } from "varve";
import type { StudioColumn } from "../api-types";

const ORDERED: ReadonlySet<string> = new Set(["text", "int", "float", "boolean", "timestamp", "date"]);

/** The columns of a version, as the page needs them. */
export function studioColumns({ columns, primaryKey }: TableDescription): StudioColumn[] {
  return columns.map((column) => studioColumn(column, column.name === primaryKey));
}

function studioColumn(column: ColumnDescription, isKey: boolean): StudioColumn {
  const { name, kind, type, nullable, values, sources, dimensions, config } = column;
  return {
    name,
    kind,
    // It is opened so that whole numbers are exact, which says nothing of the table.
    type: type.replace(" (bigint)", ""),
    nullable,
    isKey,
    ordered: ORDERED.has(kind),
    indexed: column.indexed === true,
    words: column.search !== undefined,
    values: values ?? null,
    sources: sources ?? null,
    function: column.function ?? null,
    config: config ?? null,
    dimensions: dimensions ?? null,
  };
}
