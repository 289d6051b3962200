// Every message about documents in tables.

import { VarveError } from "varve";
import { describeValue } from "../../describe-value";
import { messageOf } from "../../realm";

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

/** Whose metadata: the column that holds it, and the number of the document. */
export interface MetadataPlace {
  readonly table: string;
  readonly column: string;
  readonly row: number;
}

/** A part of metadata that JSON cannot hold. */
export function badMetadata(
  place: MetadataPlace,
  way: readonly (string | number)[],
  expected: string,
  found: unknown,
): VarveError {
  return new VarveError(
    "INVALID_ROW",
    `Row ${place.row}, ${quote(placeOf(place, way))}: expected ${expected}, found ${describeValue(found)}.`,
    {
      hint: "JSON and dates are kept: leave that part out, or write it as a text. Nothing was written.",
      where: { ...place },
    },
  );
}

/** A part of metadata that threw when it was read. */
export function brokenMetadata(
  place: MetadataPlace,
  way: readonly (string | number)[],
  cause: unknown,
): VarveError {
  const why = messageOf(cause);
  return new VarveError(
    "INVALID_ROW",
    `Row ${place.row}, ${quote(placeOf(place, way))}: reading it threw: ${why}`,
    {
      hint: "The cause of this error is what it threw. Nothing was written.",
      where: { ...place },
      cause,
    },
  );
}

const STEPS_SHOWN = 12;

function placeOf({ column }: MetadataPlace, way: readonly (string | number)[]): string {
  const steps = way.slice(0, STEPS_SHOWN).map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step) ? `.${step}` : `[${quote(step)}]`;
  });
  return `${column}${steps.join("")}${way.length > STEPS_SHOWN ? "…" : ""}`;
}

/** Vectors, ids or the like that are not as many as the documents. */
export function differentCounts(what: string, count: number, documents: number): VarveError {
  return new VarveError("INVALID_ARGUMENT", `There are ${count} ${what} for ${documents} documents.`, {
    hint: `Give one of the ${what} for each document, in the same order.`,
  });
}

/** Something that is no list of ids. */
export function notIds(call: string, name: string, found: unknown): VarveError {
  const list = typeof found === "string" ? `Write [${quote(found.slice(0, 40))}]. ` : "";
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}, ${name}: expected a list of texts, found ${describeValue(found)}.`,
    { hint: `${list}A text is no list of ids, and nothing was done.` },
  );
}

/** Something that is no id. */
export function notAnId(call: string, name: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}, ${name}: expected a text, found ${describeValue(found)}.`,
    {
      hint: "Ids are texts: write String(id) for others. Nothing was done.",
    },
  );
}

/** Something that is no document, or no list of them. */
export function notDocuments(call: string, name: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}, ${name}: expected ${name === "documents" ? "a list of documents" : "a document with a text"}, found ${describeValue(found)}.`,
    { hint: "A document has a pageContent of text, and an id of text or none. Nothing was written." },
  );
}

/** A deletion that does not say what, or says it in more than one way. */
export function deleteWhat(found: readonly string[]): VarveError {
  const given = found.length === 0 ? "none of them was given" : `${found.join(" and ")} were given`;
  return new VarveError("INVALID_ARGUMENT", `delete: expected one of ids, filter and deleteAll; ${given}.`, {
    hint: "Write { ids: [...] }, { filter: {...} }, or { deleteAll: true }.",
  });
}

/** A deletion of everything that is neither asked for nor clearly not. */
export function badDeleteAll(found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `delete, deleteAll: expected true or false, found ${describeValue(found)}.`,
    { hint: "Nothing was deleted." },
  );
}

/** A change or a deletion by a filter that lets everything through. */
export function emptyFilter(call: string, instead: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}: the filter is empty, so it would mean every document.`,
    {
      hint: `${instead} Nothing was changed.`,
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

/** A store that was closed. */
export function storeClosed(): VarveError {
  return new VarveError("CLOSED", "The store is closed.", {
    hint: "Make a new one. What was in memory: is gone with it.",
  });
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

/** A way to search that there is not. */
export function badSearchMode(call: string, modes: readonly unknown[], found: unknown): VarveError {
  const known = modes.map((mode) => quote(String(mode))).join(", ");
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}, searchMode: expected one of ${known}, found ${describeValue(found)}.`,
  );
}

/** Two rankings that should become one, where only one is asked for. */
export function nothingToFuse(call: string, mode: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call}: fuse goes with no searchMode ${quote(mode)}.`, {
    hint: 'Take searchMode: "hybrid" or "auto", or leave fuse out.',
  });
}

/** Hits that should differ from each other, in a search that has no vectors to tell. */
export function diverseWords(mode: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `A retriever with searchType "mmr" takes no searchMode ${quote(mode)}.`,
    {
      hint: "Maximal marginal relevance compares vectors: leave one of the two out.",
    },
  );
}
