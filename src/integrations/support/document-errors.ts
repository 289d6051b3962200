// Every message about documents in tables.

import { VarveError } from "varve";

const quote = (text: string): string => JSON.stringify(text);

/** A table that cannot hold documents, or not without being told how. */
export function layoutProblem(table: string, problem: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `The table ${quote(table)} cannot be read as documents: ${problem}.`,
    {
      hint: "A document has a text primary key, a text, a vector and metadata; the options content, vector and metadata name the columns.",
      where: { table },
    },
  );
}

/** Metadata with a key for which there is no column. */
export function noMetadataColumn(
  table: string,
  key: string,
  row: number,
  columns: readonly string[],
): VarveError {
  const known = columns.length === 0 ? "There are none." : `They are ${columns.map(quote).join(", ")}.`;
  return new VarveError(
    "INVALID_ROW",
    `The metadata of document ${row} has the key ${quote(key)}, which is no column of metadata.`,
    {
      hint: `${known} A column of JSON named as \`metadata\` takes any key.`,
      where: { table, column: key, row },
    },
  );
}

/** Vectors, ids or the like that are not as many as the documents. */
export function differentCounts(what: string, count: number, documents: number): VarveError {
  return new VarveError("INVALID_ARGUMENT", `There are ${count} ${what} for ${documents} documents.`, {
    hint: `Give one of the ${what} for each document, in the same order.`,
  });
}

/** A deletion that does not say what, or says it in more than one way. */
export function deleteWhat(found: readonly string[]): VarveError {
  const given = found.length === 0 ? "none of them was given" : `${found.join(" and ")} were given`;
  return new VarveError("INVALID_ARGUMENT", `delete: expected one of ids, filter and deleteAll; ${given}.`, {
    hint: "Write { ids: [...] }, { filter: {...} }, or { deleteAll: true }.",
  });
}

/** A deletion by a filter that lets everything through. */
export function emptyDeleteFilter(): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    "delete: the filter is empty, so it would delete every document.",
    {
      hint: "Write { deleteAll: true } where that is meant.",
    },
  );
}

/** A write to a store of the past. */
export function readOnly(method: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${method}: this store shows the table as it was, and cannot be written to.`,
    {
      hint: "Write to the store on which asOf was called.",
    },
  );
}

/** A store without a database, or with two. */
export function noDatabase(both: boolean): VarveError {
  const problem = both ? "both db and location were given" : "neither db nor location was given";
  return new VarveError("INVALID_ARGUMENT", `The store needs one database; ${problem}.`, {
    hint: 'Write { db: await connect("./data") }, { location: "./data" }, or { location: "memory:" } for one that is gone with the process.',
  });
}

/** A table that has to be there and is not. */
export function noSuchTable(table: string): VarveError {
  return new VarveError("TABLE_NOT_FOUND", `There is no table ${quote(table)}.`, {
    hint: "The first documents that are added make it.",
    where: { table },
  });
}

/** A component that is of none of the kinds that can be used. */
export function notUsable(what: string, expected: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${what}: expected ${expected}.`);
}
