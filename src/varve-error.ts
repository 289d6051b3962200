import { hasBrand } from "./realm";

/** Every code there is. The engine has its own list of those that it can throw; a test compares the two. */
export const errorCodes = [
  "INVALID_NAME",
  "INVALID_SCHEMA",
  "INVALID_ROW",
  "INVALID_FILTER",
  "INVALID_ARGUMENT",
  "INVALID_DOCUMENT",
  "SCHEMA_MISMATCH",
  "TABLE_NOT_FOUND",
  "TABLE_EXISTS",
  "COLUMN_NOT_FOUND",
  "COLUMN_EXISTS",
  "NO_PRIMARY_KEY",
  "DUPLICATE_KEY",
  "VERSION_NOT_FOUND",
  "VERSION_EXPIRED",
  "TAG_NOT_FOUND",
  "TAG_EXISTS",
  "EFFECTIVE_DATE_BACKWARDS",
  "CONFLICT",
  "COMMIT_UNKNOWN",
  "CORRUPT",
  "UNSUPPORTED_FORMAT",
  "UNSAFE_INTEGER",
  "EMBEDDING_UNAVAILABLE",
  "EMBEDDING_FAILED",
  "ABORTED",
  "NATIVE_MISSING",
  "NOT_YET",
  "IO",
  "CLOSED",
  "INTERNAL",
] as const;

/**
 * What kind of failure it is. The union is closed: a program may switch over it.
 *
 * | Code | What to do |
 * |---|---|
 * | `INVALID_NAME` | Choose another name for the table, column or tag. |
 * | `INVALID_SCHEMA` | Change the declaration of the table. |
 * | `INVALID_ROW` | Change the row that `where` names; nothing of the write was committed. |
 * | `INVALID_FILTER` | Change the filter. |
 * | `INVALID_ARGUMENT` | Change the call. |
 * | `INVALID_DOCUMENT` | Leave the file out, or change it: it is not text in UTF-8, or is too large. |
 * | `SCHEMA_MISMATCH` | The declaration and the table on disk differ: change one of them. `reembed` moves a column to another model. |
 * | `TABLE_NOT_FOUND`, `TABLE_EXISTS`, `COLUMN_NOT_FOUND`, `COLUMN_EXISTS`, `TAG_NOT_FOUND`, `TAG_EXISTS` | Use another name. |
 * | `NO_PRIMARY_KEY` | Declare a primary key, or use `find`. |
 * | `DUPLICATE_KEY` | The key is in the table: use `upsert`, or another key. Or it is twice in one write: leave one of the rows out. |
 * | `VERSION_NOT_FOUND`, `VERSION_EXPIRED` | Ask for a version that `history()` shows. |
 * | `EFFECTIVE_DATE_BACKWARDS` | Write the older facts first. |
 * | `CONFLICT` | Somebody else changed the same rows: read again and repeat. |
 * | `COMMIT_UNKNOWN` | The store did not say whether the commit landed: look at `history()` before repeating. |
 * | `CORRUPT` | Restore the file that `where` names; `db.verify(table)` lists all that are damaged. |
 * | `UNSUPPORTED_FORMAT` | Update the package. |
 * | `UNSAFE_INTEGER` | Declare the column as `int({ bigint: true })`. |
 * | `EMBEDDING_UNAVAILABLE` | Register the embedding function, or search with a vector. |
 * | `EMBEDDING_FAILED` | The message says what was tried; the details are in `cause`. |
 * | `ABORTED` | The signal that was passed in was aborted; nothing was committed. |
 * | `NATIVE_MISSING` | The native module is not there, or is for another platform: the hint says what to do here. |
 * | `NOT_YET` | Use what the hint names. |
 * | `IO` | See the message: the disk or the store refused. |
 * | `CLOSED` | Open a new handle. |
 * | `INTERNAL` | A bug in Varve: please report it. |
 */
export type VarveErrorCode = (typeof errorCodes)[number];

/** Where it happened, as far as it is known. */
export interface ErrorPlace {
  /** The table. */
  readonly table?: string;
  /** The column; parts inside a struct or a list stand after it, as in `meta.author`. */
  readonly column?: string;
  /** The row of the write, counted from 0. */
  readonly row?: number;
  /** The file, relative to the database. */
  readonly file?: string;
}

/** What an error carries beside its code and its sentence. */
export interface ErrorDetails {
  /** What to do next. */
  readonly hint?: string | undefined;
  /** Where it happened. */
  readonly where?: ErrorPlace | undefined;
  /** What led to it. */
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for("varve.error");

/**
 * The only kind of error that Varve throws.
 *
 * The `code` never changes its meaning; the wording of `message` and `hint` may.
 *
 * @example
 * ```ts
 * try {
 *   await t.insert(rows);
 * } catch (error) {
 *   if (VarveError.is(error) && error.code === "DUPLICATE_KEY") await t.upsert(rows);
 *   else throw error;
 * }
 * ```
 */
export class VarveError extends Error {
  override readonly name = "VarveError";
  /** What kind of failure it is. */
  readonly code: VarveErrorCode;
  /** What to do next, where there is something to do. */
  readonly hint: string | undefined;
  /** Where it happened, as far as it is known. */
  readonly where: ErrorPlace;

  /** Made by Varve; a program catches these and does not make them. */
  constructor(code: VarveErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.where = Object.freeze({ ...details.where });
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether a caught value is a `VarveError`, also when two copies of the package are loaded. */
  static is(value: unknown): value is VarveError {
    return hasBrand(value, brand);
  }

  /** The parts that are worth logging, as plain data. */
  toJSON(): { code: VarveErrorCode; message: string; hint?: string; where: ErrorPlace } {
    const { code, message, hint, where } = this;
    return { code, message, ...(hint === undefined ? {} : { hint }), where };
  }
}
