// What can be called in a text of SQL: the functions with their parameters, and what each answers.

import type { DuckDBTableFunctionBindInfo, DuckDBType } from "@duckdb/node-api";
import {
  type AnyTable,
  type AsOf,
  type Commit,
  type Database,
  parsePoint,
  type Snapshot,
  sql,
  type Table,
} from "varve";
import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { badCall, noJson } from "./duckdb-errors";
import type { Duckdb, DuckdbModule } from "./duckdb-module";
import {
  arrowRelation,
  type Budget,
  type Relation,
  type RelationColumn,
  typedRelation,
  viewRelation,
} from "./relation";

/** A call of a function: its arguments by their names. */
export interface Call {
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** Where the functions read. */
export interface Source {
  readonly db: Database;
  readonly duckdb: Duckdb;
  readonly budget: Budget;
  /** The point at which tables are read by default. */
  readonly asOf: AsOf | undefined;
  /** The versions that a statement reads, so that it sees each table at one. */
  readonly versions: Map<string, number>;
  /**
   * The newest versions of the tables of each database, from when they are first asked for: relations of a statement are read side by
   * side.
   */
  readonly newest: Map<object, Map<string, Promise<number>>>;
}

interface Signature {
  readonly positional: readonly (readonly [string, Kind])[];
  readonly named: Readonly<Record<string, Kind>>;
  answer(call: Call, source: Source): Promise<Relation>;
}

type Kind = "text" | "count" | "flag" | "number";

/** The number of a relation that was put into a template. */
export const RELATION = "varve_relation";

/** The functions that a text may call. */
export const FUNCTIONS: Readonly<Record<string, Signature>> = {
  varve_scan: {
    positional: [["table", "text"]],
    named: { as_of: "text", filter: "text", vectors: "flag" },
    answer: scan,
  },
  varve_search: {
    positional: [
      ["table", "text"],
      ["query", "text"],
      ["k", "count"],
    ],
    named: { as_of: "text", filter: "text", column: "text", mode: "text", recall: "number" },
    answer: search,
  },
  varve_history: { positional: [["table", "text"]], named: {}, answer: history },
  varve_diff: {
    positional: [
      ["table", "text"],
      ["from", "text"],
      ["to", "text"],
    ],
    named: { filter: "text" },
    answer: diff,
  },
};

/** The types of a function's parameters. */
export function parametersOf(
  { positional, named }: Signature,
  api: DuckdbModule,
): { parameterTypes: DuckDBType[]; namedParameterTypes: Record<string, DuckDBType> } {
  const typeOf = (kind: Kind): DuckDBType =>
    ({ text: api.VARCHAR, count: api.BIGINT, flag: api.BOOLEAN, number: api.DOUBLE })[kind];
  const names = Object.entries(named).map(([name, kind]) => [name, typeOf(kind)] as const);
  return {
    parameterTypes: positional.map(([, kind]) => typeOf(kind)),
    namedParameterTypes: Object.fromEntries(names),
  };
}

/** The call that DuckDB is about to make. */
export function callOf(
  name: string,
  { positional, named }: Signature,
  info: DuckDBTableFunctionBindInfo,
): Call {
  const given: Record<string, unknown> = {};
  for (const [at, [parameter]] of positional.entries()) given[parameter] = plain(info.getParameter(at));
  for (const parameter of Object.keys(named)) {
    const value = info.getNamedParameter(parameter);
    if (value !== null) given[parameter] = plain(value);
  }
  return { name, given };
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

async function scan(call: Call, source: Source): Promise<Relation> {
  const view = await viewOf(call, source);
  const { filter, vectors } = call.given;
  const asked = filter === undefined ? {} : { where: filterOf(call, filter) };
  return await viewRelation({ view, ...asked, vectors: vectors === true }, source.duckdb, source.budget);
}

async function search(call: Call, source: Source): Promise<Relation> {
  const { query, k, filter, column, mode, recall } = call.given;
  const view = await viewOf(call, source);
  const options = {
    limit: k,
    ...(filter === undefined ? {} : { where: filterOf(call, filter) }),
    ...(column === undefined ? {} : { column }),
    ...(mode === undefined ? {} : { mode }),
    ...(recall === undefined ? {} : { recall }),
  };
  const bytes = await view.arrow.search(textOf(call, "query", query), options as never);
  return await arrowRelation([bytes as unknown as Uint8Array], view.name, source.duckdb, source.budget);
}

const COMMITS = 1000;

async function history(call: Call, source: Source): Promise<Relation> {
  const table = await tableOf(call, source);
  const rows: Record<string, unknown>[] = [];
  let before: number | undefined;
  while (true) {
    const commits: Commit[] = await table.history({
      limit: COMMITS,
      ...(before === undefined ? {} : { before }),
    });
    rows.push(...commits.map(commitRow));
    before = commits.at(-1)?.version;
    if (commits.length < COMMITS || before === undefined || before <= 1) break;
  }
  return typedRelation(historyColumns(source.duckdb.api), rows, source.duckdb);
}

function commitRow(commit: Commit): Record<string, unknown> {
  const { version, operation, inserted, updated, deleted, message, properties, tags } = commit;
  const { committedAt: committed_at, effectiveAt: effective_at } = commit;
  return {
    version,
    committed_at,
    effective_at,
    operation,
    inserted,
    updated,
    deleted,
    message,
    properties,
    tags,
  };
}

function historyColumns(api: DuckdbModule): RelationColumn[] {
  const types: Record<string, DuckDBType> = {
    version: api.BIGINT,
    committed_at: api.TIMESTAMPTZ,
    effective_at: api.TIMESTAMPTZ,
    operation: api.VARCHAR,
    inserted: api.BIGINT,
    updated: api.BIGINT,
    deleted: api.BIGINT,
    message: api.VARCHAR,
    properties: api.DuckDBVarCharType.create("JSON"),
    tags: api.LIST(api.VARCHAR),
  };
  return Object.entries(types).map(([name, type]) => ({ name, type }));
}

async function diff(call: Call, source: Source): Promise<Relation> {
  const table = await tableOf(call, source);
  const [from, to] = [pointOf(call, "from"), pointOf(call, "to")];
  const [first, last] = await Promise.all([table.asOf(from).version(), table.asOf(to).version()]);
  const { filter } = call.given;
  const options = filter === undefined ? {} : { where: filterOf(call, filter) };
  const { added, removed, changed } = await table.diff(first, last, options as never);
  const later = await viewRelation({ view: table.asOf(Math.max(first, last)) }, source.duckdb, source.budget);
  const marked = (change: string, rows: readonly object[]) =>
    rows.map((row) => ({ _change: change, ...row }));
  const rows = [
    ...marked("added", added),
    ...marked("removed", removed),
    ...changed.flatMap(({ before, after }) => [...marked("before", [before]), ...marked("after", [after])]),
  ];
  const columns = [{ name: "_change", type: source.duckdb.api.VARCHAR }, ...later.columns];
  return typedRelation(columns, rows, source.duckdb);
}

async function tableOf(call: Call, { db }: Source): Promise<Table<AnyTable>> {
  return (await db.openTable(textOf(call, "table", call.given["table"]))) as unknown as Table<AnyTable>;
}

/** The table at the point that the call names, or at the one that the statement reads. */
async function viewOf(call: Call, source: Source): Promise<Snapshot<AnyTable>> {
  const table = await tableOf(call, source);
  const { as_of: given } = call.given;
  const at = given === undefined ? source.asOf : pointOf(call, "as_of");
  const snapshot = at === undefined ? await newest(table, source) : table.asOf(at);
  if (at !== undefined)
    source.versions.set(`${table.name} as of ${describeValue(at)}`, await snapshot.version());
  return snapshot;
}

/** The table at its newest version, the same in all of a statement. */
export async function newest(table: Table<AnyTable>, source: Source): Promise<Snapshot<AnyTable>> {
  const { name, origin } = table;
  const known = source.newest.get(origin) ?? new Map<string, Promise<number>>();
  source.newest.set(origin, known);
  const asked = known.get(name) ?? table.version();
  known.set(name, asked);
  const version = await asked;
  const place = [...source.newest.values()].filter((all) => all.has(name)).indexOf(known);
  source.versions.set(place === 0 ? name : `${name} (${place + 1})`, version);
  return table.asOf(version);
}

function textOf({ name }: Call, parameter: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw badCall(name, `a text for ${parameter}`, value);
}

function pointOf(call: Call, parameter: string): AsOf {
  return parsePoint(textOf(call, parameter, call.given[parameter]));
}

/** A filter in a text: as JSON, or as the SQL of filters. */
function filterOf(call: Call, value: unknown): unknown {
  const text = textOf(call, "filter", value);
  if (!text.trimStart().startsWith("{")) return sql(Object.assign([text], { raw: [text] }));
  const filter = parsed(call, text);
  if (isPlainObject(filter)) return filter;
  throw badCall(call.name, "a filter", text);
}

function parsed({ name }: Call, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw noJson(name, cause);
  }
}
