// Every message about calls of databases and tables. Messages about declarations, filters, rows and embeddings stand beside what they
// are about: schema/schema-errors, query/filter-errors, native/row-errors, embed-errors.

import { messageOf } from "../../realm";
import { VarveError } from "../../varve-error";

const quote = (text: string): string => JSON.stringify(text);

/** An argument that makes no sense. */
export function badArgument(name: string, expected: string, found: string, table?: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}: expected ${expected}, found ${found}.`, {
    where: table === undefined ? {} : { table },
  });
}

/** An argument that cannot be read: a getter of the caller threw, or the memory of an array is gone. */
export function unreadableArgument(name: string, why: string, cause?: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name} cannot be read: ${why}.`, {
    hint:
      cause === undefined ? undefined : "The cause of this error is what the object threw when it was read.",
    cause,
  });
}

/** A change of all rows that nobody asked for explicitly. */
export function everythingMeant(call: string, table: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}: the filter is empty, so it would mean all rows of ${quote(table)}.`,
    {
      hint:
        call === "upsert"
          ? "To end all rows that are not written again use delete: { all: true }."
          : `To ${call} all rows write { all: true } instead of where.`,
      where: { table },
    },
  );
}

/** A database in memory that was given a name. */
export function namedMemory(location: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${quote(location)}: a database in memory has no name.`, {
    hint: 'Write "memory:", and share the database that connect returns.',
  });
}

/** A path that only a shell understands. */
export function homeFolder(location: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${quote(location)}: only a shell reads ~ as the home folder.`, {
    hint: 'Write join(homedir(), "data"), with join of node:path and homedir of node:os.',
  });
}

/** Something that leads to no database. Of an address only the scheme is shown: the rest may hold keys. */
export function noPlace(location: string, scheme?: string): VarveError {
  const isAddress = scheme !== undefined && location.includes("://");
  const shown = isAddress ? `An address of ${scheme}:` : JSON.stringify(location.slice(0, 80));
  const folder =
    scheme === undefined || isAddress
      ? ""
      : ` A folder of that name is written "./${location.slice(0, 80)}".`;
  return new VarveError("INVALID_ARGUMENT", `${shown} is not a place for a database.`, {
    hint: `Give the path of a folder, a file: URL, or "memory:".${folder}`,
  });
}

/** A file: URL that leads nowhere. */
export function badFileUrl(location: string, problem: string, cause?: unknown): VarveError {
  if (VarveError.is(cause)) return cause;
  return new VarveError("INVALID_ARGUMENT", `${quote(location)} cannot be used: ${problem}.`, {
    hint: 'Write "file:./data", "file:///srv/data", or the path alone.',
    cause,
  });
}

/** The address of a bucket that is none. It is not shown: it may hold a key by mistake. */
export function badBucket(scheme: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The address after "${scheme}:" is not that of a bucket.`, {
    hint: `Write "${scheme}://bucket/prefix".`,
  });
}

/** The function for credentials failed. What it threw may hold some, so that its words are only in the cause. */
export function noCredentials(cause: unknown): VarveError {
  return new VarveError("ACCESS_DENIED", "The function that gives the credentials of the bucket failed.", {
    hint: "The cause of this error is what it threw.",
    cause,
  });
}

/** An option that is for another kind of place. */
export function onlyForBuckets(name: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The option ${quote(name)} is for a bucket, and this is none.`, {
    hint: "Leave it out, or give an address such as s3://bucket/prefix.",
  });
}

/** The address of a server with more than a host and a path. */
export function badServer(): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    "The address of a server is a host and a path, and nothing else.",
    {
      hint: 'Write connect("https://tables.example.com", { token }).',
    },
  );
}

/** A token on its way to another machine, for all to read. */
export function openToken(): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    "The address of a server begins with https:, or names this machine.",
    {
      hint: "Use https:, or allowHttp: true in a network where nobody listens.",
    },
  );
}

/** An option of another kind of place. */
export function onlyForServers(name: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The option ${quote(name)} is for a server, and this is none.`, {
    hint: "Leave it out, or give an address such as https://tables.example.com.",
  });
}

/** A relative path, and nothing that it is relative to. */
export function noWorkingDirectory(path: string, cause: unknown): VarveError {
  const message = `The folder ${quote(path)} cannot be found: the working directory is gone.`;
  return new VarveError("IO", message, { hint: "Give an absolute path.", cause });
}

/** A write whose rows others changed again and again. */
export function changedTooOften(table: string, tries: number, ms: number): VarveError {
  const message = `Others changed the rows of ${quote(table)} each of the ${tries} times that the write was tried in ${(ms / 1000).toFixed(1)} s.`;
  return new VarveError("CONFLICT", message, {
    hint: "Try again when fewer others write; nothing was changed.",
    where: { table },
  });
}

/** A table that is to be created, and to have a version already. */
export function nothingOfVersion(table: string, version: number): VarveError {
  const message = `The call was for version ${version}, and there is no table ${quote(table)}.`;
  return new VarveError("CONFLICT", message, {
    hint: "Leave ifVersion out to create it, or say 0, the version that a new table has.",
    where: { table },
  });
}

/** A signal that was aborted. */
export function aborted(reason: unknown): VarveError {
  return new VarveError("ABORTED", "The call was aborted by its signal; nothing more was written.", {
    cause: reason,
  });
}

/** Something that is designed and not there. */
export function notYet(what: string, instead: string): VarveError {
  return new VarveError("NOT_YET", `${what} is not there yet.`, { hint: instead });
}

/** A column that was embedded again but for some rows that came at the end. */
export function notAllEmbedded(table: string, column: string, rows: number, cause: unknown): VarveError {
  const reason = messageOf(cause);
  const known = VarveError.is(cause) ? cause.code : "EMBEDDING_FAILED";
  const message = `${quote(column)} of ${quote(table)} has its new vectors, but ${rows} rows that were written meanwhile have none yet: ${reason}`;
  return new VarveError(known, message, {
    hint: "Open the table again and call backfill(). Search does not find these rows until then.",
    where: { table, column },
    cause,
  });
}

/** A look-up by key in a table that has none. */
export function noPrimaryKey(table: string): VarveError {
  return new VarveError("NO_PRIMARY_KEY", `The table ${quote(table)} has no primary key.`, {
    hint: "Use find({ where: ... }), or declare a column with .primaryKey().",
    where: { table },
  });
}

/** A search across time that cannot tell which rows are versions of one. */
export function noKeyForSpan(table: string): VarveError {
  return new VarveError(
    "NO_PRIMARY_KEY",
    `The table ${quote(table)} has no primary key to tell by which rows are versions of one.`,
    {
      hint: "Ask for everyVersion: true, or declare a column with .primaryKey().",
      where: { table },
    },
  );
}

/** A date that is no instant. */
export function badInstant(name: string, found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}: expected an instant, found ${found}.`, {
    hint: 'An instant is a valid Date, an ISO 8601 text with its zone ("2026-09-30T12:00:00Z"), or a date, which means its start in UTC.',
  });
}

/** A point in time that cannot be read. */
export function badAsOf(found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `asOf: expected a point in the history, found ${found}.`, {
    hint: "Give a Date, an ISO 8601 text, the number of a version, { tag }, or { effective: Date }.",
  });
}

/** A point in the history of one table, where a moment of all is meant. */
export function badMoment(found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `asOf: expected a moment of all tables, found ${found}.`, {
    hint: "Give a Date, an ISO 8601 text, or { effective: Date }: versions and tags are those of one table.",
  });
}

/** A table that has no commit by a moment. */
export function notBornYet(table: string): VarveError {
  return new VarveError("TABLE_NOT_FOUND", `The table ${quote(table)} had no commit yet at that moment.`, {
    hint: "db.asOf(…).tables() lists those that had.",
    where: { table },
  });
}

/** A text that is no point in the history, and why where that is known. */
export function notAPoint(text: string, why?: string): VarveError {
  const shown = quote(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  const message = `${shown} is not a point in the history${why === undefined ? "" : `: ${why}`}.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: 'Write a version (12, v12), a date, which means its start in UTC (2026-03-01), an instant with its zone (2026-03-01T12:00:00Z), now, today, yesterday, "3 days ago", "last tuesday", a tag (@launch), or what was true by a date (effective:2026-03-01).',
  });
}

/** A query that no column can answer. */
export function badQuery(table: string, found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `search: expected a text or a vector, found ${found}.`, {
    hint: "Vectors are a Float32Array or an array of numbers.",
    where: { table },
  });
}

/** A column that cannot be searched. */
export function notSearchable(
  table: string,
  column: string,
  type: string,
  vectors: readonly string[],
): VarveError {
  const list = vectors.length === 0 ? "The table has none." : `They are ${vectors.map(quote).join(", ")}.`;
  return new VarveError("INVALID_ARGUMENT", `${quote(column)} is ${type} and cannot be searched.`, {
    hint: `Search needs a vector column. ${list}`,
    where: { table, column },
  });
}

/** A text, and no column that is searched by text. */
export function noEmbeddedColumn(table: string, column?: string): VarveError {
  const message =
    column === undefined
      ? `The table ${quote(table)} has no column that is searched by text.`
      : `${quote(column)} is not computed from text, so it cannot be searched by text.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: "Declare one in the third argument of table(): (c) => ({ vec: embed(fn, c.body) }), or search with a vector.",
    where: column === undefined ? { table } : { table, column },
  });
}

/** A vector that fits several columns, or none. */
export function chooseColumn(
  table: string,
  dimensions: number,
  columns: readonly string[],
  fitting: number,
): VarveError {
  const count = fitting === 0 ? "no vector column" : `${fitting} vector columns`;
  const message = `The table ${quote(table)} has ${count} of ${dimensions} dimensions.`;
  const list =
    columns.length === 0 ? "It has no vector column." : `Its vector columns are ${columns.join(", ")}.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: fitting === 0 ? list : `Name one with the option column. ${list}`,
    where: { table },
  });
}

/** A vector of the wrong length or with something that is no number in it. */
export function badVector(table: string, column: string, expected: string, found: string): VarveError {
  const message = `search in ${quote(column)}: expected ${expected}, found ${found}.`;
  return new VarveError("INVALID_ARGUMENT", message, { where: { table, column } });
}

/** A column that cannot be ordered by. */
export function cannotOrder(table: string, column: string, type: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `Rows cannot be ordered by ${quote(column)}, which is ${type}.`, {
    hint: "Order by text, numbers, booleans, timestamps or dates.",
    where: { table, column },
  });
}

/** A step of an order that cannot be read. */
export function badOrder(found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `orderBy: expected columns, found ${found}.`, {
    hint: 'Write "price", { price: "desc" }, or { column: "price", descending: true }; for several columns a list of them.',
  });
}

/** A page that cannot be continued. */
export function cannotContinue(table: string, problem: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `after: ${problem}.`, {
    hint: "after takes the last row of the page before, with its key and every column of orderBy; the table needs a primary key.",
    where: { table },
  });
}

/** An update that sets a column that cannot be set. */
export function cannotSet(table: string, column: string, why: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `update cannot set ${quote(column)}: ${why}.`, {
    where: { table, column },
  });
}

/** Something to insert that cannot be iterated. */
export function notRows(found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `Expected rows, found ${found}.`, {
    hint: "Give an array, or any iterable or async iterable of rows; for one row write [row].",
  });
}

/** A column that cannot be dropped. */
export function cannotDrop(table: string, column: string, why: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The column ${quote(column)} cannot be dropped: ${why}.`, {
    where: { table, column },
  });
}

/** A function that should make a column and throws. */
export function brokenColumn(table: string, why: string, cause: unknown): VarveError {
  return new VarveError("INVALID_SCHEMA", `The function that makes the column threw: ${why}`, {
    hint: "It is given the columns of the table and returns what embed() returns: (c) => embed(fn, c.body).",
    where: { table },
    cause,
  });
}

/** A column that cannot become an embedded one. */
export function cannotEmbed(table: string, column: string, why: string, hint: string): VarveError {
  const message = `The column ${quote(column)} cannot become an embedded column: ${why}.`;
  return new VarveError("INVALID_ARGUMENT", message, { hint, where: { table, column } });
}

/** A pin that its owner has released. */
export function notHeld(version: number): VarveError {
  return new VarveError("CLOSED", `Version ${version} was released, so its pin cannot be renewed.`, {
    hint: `Pin it again: asOf(${version}).pin().`,
  });
}

/** A handle that means columns which are not what they were when it was opened. */
export function tableChanged(
  table: string,
  changes: readonly { readonly column: string; readonly what: string }[],
  cause?: unknown,
): VarveError {
  const what = changes.map((change) => change.what).join("; ");
  const column = changes[0]?.column;
  return new VarveError("CONFLICT", `The columns of ${quote(table)} changed since it was opened: ${what}.`, {
    hint: `Open the table again: db.table(declaration) with a declaration that fits, or db.openTable(${quote(table)}).`,
    where: column === undefined ? { table } : { table, column },
    cause,
  });
}

/** A change of columns of a table whose rows another library's schema checks. */
export function foreignSchema(table: string): VarveError {
  const message = `The columns of ${quote(table)} come from a schema of another library, which would not know of the change.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: `Change them by name, const t = await db.openTable(${quote(table)}), then declare the table with the new schema.`,
    where: { table },
  });
}

/** A backup to a place that only reads. */
export function backupToServer(): VarveError {
  return new VarveError("ACCESS_DENIED", "A backup cannot go to a server, which only reads.", {
    hint: 'Give the folder or the bucket itself: "s3://bucket/prefix".',
  });
}

/** A backup that would be gone with the process. */
export function backupToMemory(): VarveError {
  return new VarveError("INVALID_ARGUMENT", "A backup to a new database in memory would be gone at once.", {
    hint: 'Give a path or the address of a bucket, or a database that is open: backup(await connect("memory:")).',
  });
}
