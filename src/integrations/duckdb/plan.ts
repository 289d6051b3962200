import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { isPlainObject } from "../../realm";

/** A statement that can be explained. */
interface Explained {
  readonly text: string;
  readonly values: readonly DuckDBValue[];
  readonly types: readonly DuckDBType[];
}

/** The columns that each function is asked for, in all of its calls together; undefined where DuckDB does not say. */
export async function projectedColumns(
  connection: DuckDBConnection,
  { text, values, types }: Explained,
): Promise<ReadonlyMap<string, ReadonlySet<string>> | undefined> {
  try {
    const explain = `EXPLAIN (FORMAT json) ${text}`;
    const reader = await connection.runAndReadAll(explain, [...values], [...types]);
    const plan: unknown = JSON.parse(String(reader.getRows()[0]?.[1]));
    const columns = new Map<string, Set<string>>();
    collect(plan, columns);
    return columns;
  } catch {
    // Not every statement can be explained. Then all columns are read.
    return undefined;
  }
}

function collect(node: unknown, columns: Map<string, Set<string>>): void {
  if (Array.isArray(node)) for (const one of node) collect(one, columns);
  if (!isPlainObject(node)) return;
  const { children, extra_info: said } = node;
  if (isPlainObject(said) && typeof said["Function"] === "string") {
    const name = said["Function"].toLowerCase();
    const known = columns.get(name) ?? new Set();
    const projections: unknown = said["Projections"] ?? [];
    for (const column of Array.isArray(projections) ? projections : [projections]) known.add(String(column));
    columns.set(name, known);
  }
  collect(children, columns);
}
