import type { Commit } from "./call/commit";
import { count, type OptionRules, sent } from "./call/options";
import { severalTables } from "./several-tables";

/** Options of the `history` of a database. */
export interface DatabaseHistoryOptions {
  /**
   * The most commits.
   * @default 20
   */
  readonly limit?: number | undefined;
}

/** A commit, and the table that it was made in. */
export interface TableCommit extends Commit {
  /** The name of the table. */
  readonly table: string;
}

export const DATABASE_HISTORY: OptionRules<DatabaseHistoryOptions> = { limit: sent(count(1)) };
const LIMIT = 20;

/** The newest commits of several tables, newest first. */
export async function databaseHistory(
  names: readonly string[],
  historyOf: (name: string, limit: number) => Promise<Commit[]>,
  { limit = LIMIT }: DatabaseHistoryOptions,
): Promise<TableCommit[]> {
  let newest: TableCommit[] = [];
  for await (const some of severalTables(names, async (name) => await historyOf(name, limit))) {
    const commits = some.flatMap(({ name: table, answer }) => answer.map((commit) => ({ table, ...commit })));
    newest = [...newest, ...commits].sort(byDate).slice(0, limit);
  }
  return newest;
}

/** Newest first; of one table, the higher version first, as several may have one date. */
function byDate(a: TableCommit, b: TableCommit): number {
  const later = b.committedAt.getTime() - a.committedAt.getTime();
  if (later !== 0 || a.table !== b.table) return later;
  return b.version - a.version;
}
