import type { DuckDBResultReader } from "@duckdb/node-api";
import { type FromDuckdb, fromDuckdb } from "./js-value";

/** What the rows of a statement say beside themselves. */
export interface AnswerNotes {
  /** The columns with DuckDB's names of their types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** The versions of the tables that were read; where those of two databases have one name, the second stands as `name (2)`. */
  readonly versions: Readonly<Record<string, number>>;
  /** Whether there are more rows than were asked for. */
  readonly truncated: boolean;
}

/** The rows of a statement. */
export type SqlRows<R = Record<string, unknown>> = R[] & AnswerNotes;

/** The rows of a result, as plain objects. */
export function rowsOf<R>(
  reader: DuckDBResultReader,
  how: FromDuckdb,
  {
    versions,
    limit,
  }: { readonly versions: ReadonlyMap<string, number>; readonly limit?: number | undefined },
): SqlRows<R> {
  const names = reader.deduplicatedColumnNames();
  const types = reader.columnTypes();
  const all = reader.getRows();
  const shown = limit === undefined ? all : all.slice(0, limit);
  const rows = shown.map((cells) => {
    const entries = cells.map((cell, at) => {
      const type = types[at] ?? how.api.SQLNULL;
      return [names[at] ?? "", fromDuckdb(cell, type, how)] as const;
    });
    return Object.fromEntries(entries) as R;
  });
  const notes: AnswerNotes = {
    columns: names.map((name, at) => ({ name, type: types[at]?.alias ?? String(types[at]) })),
    versions: Object.fromEntries(versions),
    truncated: shown.length < all.length,
  };
  const hidden = Object.entries(notes).map(([name, value]) => [name, { value }] as const);
  return Object.defineProperties(rows, Object.fromEntries(hidden)) as SqlRows<R>;
}
