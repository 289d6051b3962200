import { VarveError } from "varve";
import { describeValue } from "../../describe-value";
import { messageOf } from "../../realm";

/** The package is missing. */
export function noDuckdb(cause: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    "varve/duckdb needs the package @duckdb/node-api, which cannot be loaded.",
    { hint: "Install it with: npm install @duckdb/node-api. Or pass it as the option `api`.", cause },
  );
}

/** DuckDB refused a statement. */
export function duckdbFailed(cause: unknown): VarveError {
  const message = messageOf(cause).trim();
  if (/^interrupt/i.test(message))
    return new VarveError("ABORTED", "The query was ended before it was done.", {
      hint: "Ask for less, or give it more time with the option `timeout`.",
      cause,
    });
  return new VarveError("INVALID_ARGUMENT", `DuckDB cannot run the query: ${message}`, {
    hint: "The message is DuckDB's. A statement of sql`…` is one statement; values go into ${…}.",
    cause,
  });
}

/** Bytes that are no stream of Varve's. */
export function damagedStream(why: string, cause?: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `The bytes are not a stream of Arrow as Varve writes it: ${why}.`,
    {
      hint: "Give what t.arrow.find, t.arrow.search or t.arrow.scan answer. DuckDB reads other files itself.",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** A column of a type that Varve does not write. */
export function foreignColumn(column: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `The column "${column}" is of an Arrow type that Varve does not write.`,
    {
      hint: "Give what t.arrow.find, t.arrow.search or t.arrow.scan answer.",
      where: { column },
    },
  );
}

/** A value that cannot be bound. */
export function notBindable(place: number, value: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `Value ${place} of the statement is ${describeValue(value)}, which is neither a value nor a relation.`,
    {
      hint: "Values are texts, numbers, bigints, booleans, dates, bytes, vectors, null and lists of these. Relations are tables, snapshots, promises of rows, scans, and streams of t.arrow.",
    },
  );
}

/** What a promise gave is no relation. */
export function notRows(place: number, value: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `Value ${place} of the statement gave ${describeValue(value)}, which is no list of rows.`,
    { hint: "Give the promise of a find, a search or a scan; await what should be bound as a value." },
  );
}

/** Rows whose columns cannot be known. */
export function noColumns(place: number): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `Value ${place} of the statement has no rows, so that its columns are unknown.`,
    {
      hint: "Ask through t.arrow, whose answers name their columns even without rows: ${t.arrow.search(…)}.",
    },
  );
}

/** A value of a row that does not fit the column, which the first rows have made. */
export function unevenRows(column: string, row: number, value: unknown): VarveError {
  return new VarveError(
    "INVALID_ROW",
    `Row ${row}, "${column}": ${describeValue(value)} does not fit the values of the rows before.`,
    { hint: "A column has one type. Or ask through t.arrow, which knows them.", where: { column, row } },
  );
}

/** More than a statement may hold in memory. */
export function tooMuch(table: string, limit: number): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `The statement reads more than ${limit} bytes, the last of them of "${table}".`,
    {
      hint: "Name fewer columns, filter with varve_scan(…, filter := '…'), or raise the option `maxBytes`.",
    },
  );
}

/** An argument of a table function that it does not understand. */
export function badCall(name: string, expected: string, value: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}: expected ${expected}, found ${describeValue(value)}.`, {
    hint: "docs/integrations/duckdb.md lists the functions with their arguments.",
  });
}

/** A filter in a text that is no JSON. */
export function noJson(name: string, cause: unknown): VarveError {
  return new VarveError("INVALID_FILTER", `${name}: filter is no JSON: ${messageOf(cause)}`, {
    hint: `Such as filter := '{"lang":"en"}', or in SQL: filter := 'views > 3'.`,
    cause,
  });
}

/** A name of a view that something else has. */
export function nameTaken(name: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `A view cannot be named "${name}": the connection has a table or a view of this name.`,
    {
      hint: "Give attach a `prefix`.",
    },
  );
}

/** An option with a value that it does not take. */
export function badOption(name: string, expected: string, value: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}: expected ${expected}, found ${describeValue(value)}.`);
}

/** An instance of DuckDB that has a session already. */
export function inUse(): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    "This DuckDB instance has, or had, a session of varve/duckdb already.",
    {
      hint: "Use that one, or make another instance: its functions are those of one database.",
    },
  );
}

/** A text that may not be run. */
export function notAllowed(what: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The query may not be run: ${what}.`, {
    hint: "A query is one SELECT over the tables of the database, varve_search, varve_scan, varve_history, varve_diff, range and unnest.",
  });
}

/** What was closed. */
export function duckdbClosed(): VarveError {
  return new VarveError("CLOSED", "This session of DuckDB was closed.", {
    hint: "Make another one with duckdb(db).",
  });
}
