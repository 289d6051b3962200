/**
 * SQL over the tables of a database, by DuckDB: joins, windows and aggregates of tables, searches, and the past.
 *
 * @example
 * ```ts
 * import { duckdb } from "varve/duckdb";
 *
 * const sql = await duckdb(db);
 * const rows = await sql`select author, max(h._score) as best from ${docs.arrow.search("refund", { limit: 100 })} h group by author`;
 * ```
 *
 * @module
 */

export type { AnswerNotes, SqlRows } from "./answer";
export {
  type AttachOptions,
  type DuckdbOptions,
  type DuckdbSql,
  duckdb,
  type QueryOptions,
} from "./duckdb";
export type { DuckdbModule } from "./duckdb-module";
export type { SqlName } from "./sql-template";
