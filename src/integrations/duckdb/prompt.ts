import type { Database } from "varve";

/** What a model has to know to write a query. */
export async function describeTables(db: Database): Promise<string> {
  const names = await db.tables();
  const tables = await Promise.all(names.map((name) => describeOne(db, name)));
  return [...tables, FUNCTIONS].join("\n\n");
}

async function describeOne(db: Database, name: string): Promise<string> {
  const { columns, primaryKey } = await (await db.openTable(name)).describe();
  const lines = columns
    .filter(({ kind }) => kind !== "vector")
    .map((column) => {
      const key = column.name === primaryKey ? ", primary key" : "";
      const values = column.values === undefined ? "" : `: ${column.values.join(", ")}`;
      return `  ${column.name}: ${column.type}${column.nullable ? ", may be null" : ""}${key}${values}`;
    });
  return [`Table ${name}`, ...lines].join("\n");
}

const FUNCTIONS = `Functions, in SQL of DuckDB. Their arguments are constants:
  varve_search('table', 'words or a question', 10): the 10 rows that fit best, with _score (higher is better)
  varve_scan('table', as_of := '2026-03-01'): the table as it was
  varve_history('table'): its commits: version, committed_at, effective_at, operation, inserted, updated, deleted, message
  varve_diff('table', '2026-01-01', 'now'): rows with _change: added, removed, before, after
A point is a date, an instant with its zone, a version such as v12, or a tag such as @launch. varve_search and varve_scan take
as_of := 'point' and filter := 'condition'.
Examples:
  select lang, count(*) from docs group by lang
  select d.title, s._score from varve_search('docs', 'refund', 20) s join docs d using (id) order by s._score desc
  select _change, count(*) from varve_diff('docs', 'last week', 'now') group by 1`;
