// What a text may ask that somebody else wrote, such as a model: one SELECT, over tables of the database and functions of ours. It runs on a
// DuckDB of its own, which has nothing else and opens no file.

import type { DuckDBConnection } from "@duckdb/node-api";
import { isPlainObject } from "../../realm";
import { duckdbFailed, notAllowed } from "./duckdb-errors";
import { quotedText } from "./sql-template";
import { FUNCTIONS } from "./table-functions";

/** Statements that shut a DuckDB off. They cannot be taken back. */
export const SEALED: readonly string[] = [
  "SET memory_limit = '1GB'",
  "SET temp_directory = ''",
  "SET autoinstall_known_extensions = false",
  "SET autoload_known_extensions = false",
  "SET enable_external_access = false",
  "SET lock_configuration = true",
];

const TEXT_MAX = 100_000;
const HARMLESS = ["range", "generate_series", "unnest"];
/** What may stand behind FROM. */
const SOURCES: ReadonlySet<string> = new Set([
  "BASE_TABLE",
  "SUBQUERY",
  "JOIN",
  "TABLE_FUNCTION",
  "EXPRESSION_LIST",
  "EMPTY",
  "PIVOT",
]);

/** A query that may be run. */
export interface Allowed {
  /** The query as DuckDB writes it: what was checked is what runs. */
  readonly text: string;
  /** The tables that it names, as they are called. */
  readonly tables: readonly string[];
}

/** Checks a text; throws INVALID_ARGUMENT for what may not be run. */
export async function allowed(
  text: unknown,
  tables: readonly string[],
  connection: DuckDBConnection,
): Promise<Allowed> {
  if (typeof text !== "string" || text.length > TEXT_MAX)
    throw notAllowed(`it is no text of at most ${TEXT_MAX} characters`);
  const tree = JSON.parse(await one(`SELECT json_serialize_sql(${quotedText(text)})`, connection)) as Tree;
  if (tree.error) throw notAllowed(String(tree.error_message ?? "it cannot be read"));
  if (tree.statements?.length !== 1) throw notAllowed("it is not one statement");
  const found: Found = { tables: new Set(), functions: new Set(), local: new Set(), odd: new Set() };
  visit(tree.statements, found, 0);
  const named = namedTables(found, tables);
  const again = `SELECT json_deserialize_sql(json_serialize_sql(${quotedText(text)}))`;
  return { text: await one(again, connection), tables: named };
}

interface Tree {
  readonly error: boolean;
  readonly error_message?: unknown;
  readonly statements?: readonly unknown[];
}

interface Found {
  readonly tables: Set<string>;
  readonly functions: Set<string>;
  /** Names that the query itself gives to parts of it. */
  readonly local: Set<string>;
  readonly odd: Set<string>;
}

function namedTables({ tables, functions, local, odd }: Found, known: readonly string[]): string[] {
  const [strange] = odd;
  if (strange !== undefined) throw notAllowed(`it reads from ${strange}`);
  const call = [...functions].find((name) => !Object.hasOwn(FUNCTIONS, name) && !HARMLESS.includes(name));
  if (call !== undefined) throw notAllowed(`it calls ${call}`);
  const byName = new Map(known.map((name) => [name.toLowerCase(), name]));
  return [...tables].flatMap((name) => {
    const table = byName.get(name.toLowerCase());
    if (table !== undefined) return [table];
    if (local.has(name.toLowerCase())) return [];
    throw notAllowed(
      `there is no table ${JSON.stringify(name)}; the tables are ${known.join(", ") || "none"}`,
    );
  });
}

const DEPTH_MAX = 1000;

function visit(node: unknown, found: Found, depth: number): void {
  if (depth > DEPTH_MAX) throw notAllowed("it lies too deep");
  if (Array.isArray(node)) for (const one of node) visit(one, found, depth + 1);
  if (!isPlainObject(node)) return;
  if (node["type"] === "BASE_TABLE") baseTable(node, found);
  if (node["type"] === "TABLE_FUNCTION") tableFunction(node["function"], found);
  for (const [key, value] of Object.entries(node)) {
    if (key === "from_table") source(value, found);
    if (key === "cte_map") names(value, found);
    visit(value, found, depth + 1);
  }
}

/** What stands behind FROM: a tree of joins whose leaves are tables, functions and subqueries. */
function source(node: unknown, found: Found): void {
  if (!isPlainObject(node)) return;
  const { type } = node;
  if (typeof type !== "string" || !SOURCES.has(type)) found.odd.add(String(type));
  for (const side of ["left", "right", "source"]) source(node[side], found);
}

function baseTable(node: Readonly<Record<string, unknown>>, found: Found): void {
  const { schema_name: schema, catalog_name: catalog, table_name: name } = node;
  if (schema !== "" || catalog !== "") found.odd.add(`${catalog}.${schema}.${name}`);
  found.tables.add(String(name));
}

function tableFunction(called: unknown, found: Found): void {
  const { function_name: name, schema = "" } = isPlainObject(called) ? called : {};
  found.functions.add(schema === "" ? String(name).toLowerCase() : `${schema}.${name}`);
}

function names(map: unknown, { local }: Found): void {
  const entries: unknown = isPlainObject(map) ? map["map"] : [];
  for (const entry of Array.isArray(entries) ? entries : [])
    if (isPlainObject(entry)) local.add(String(entry["key"]).toLowerCase());
}

async function one(text: string, connection: DuckDBConnection): Promise<string> {
  try {
    return String((await connection.runAndReadAll(text)).getRows()[0]?.[0]);
  } catch (cause) {
    throw duckdbFailed(cause);
  }
}
