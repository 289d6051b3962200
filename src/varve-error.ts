import { hasBrand } from "./realm";

/** All codes. The engine has its own list of those that it can throw, and a test compares the two. */
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
  "BRANCH_NOT_FOUND",
  "BRANCH_EXISTS",
  "MERGE_CONFLICT",
  "EFFECTIVE_DATE_BACKWARDS",
  "CONFLICT",
  "COMMIT_UNKNOWN",
  "CORRUPT",
  "UNSUPPORTED_FORMAT",
  "UNSAFE_INTEGER",
  "ACCESS_DENIED",
  "UNSUPPORTED_STORE",
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
 * The kind of a failure. The union is closed, so a program can switch over it.
 *
 * | Code | What to do |
 * |---|---|
 * | `INVALID_NAME` | Choose another name for the table, column or tag. |
 * | `INVALID_SCHEMA` | Change the declaration of the table. |
 * | `INVALID_ROW` | Change the row that `where` names; nothing of the write was committed. |
 * | `INVALID_FILTER` | Change the filter. |
 * | `INVALID_ARGUMENT` | Change the call. |
 * | `INVALID_DOCUMENT` | Leave the file out, or change it: it is not UTF-8 text, or it is too large. |
 * | `SCHEMA_MISMATCH` | The declaration and the table differ: change one of them. `reembed` moves a column to another model. |
 * | `TABLE_NOT_FOUND`, `TABLE_EXISTS`, `COLUMN_NOT_FOUND`, `COLUMN_EXISTS`, `TAG_NOT_FOUND`, `TAG_EXISTS`, `BRANCH_NOT_FOUND`, `BRANCH_EXISTS` | Use another name. |
 * | `MERGE_CONFLICT` | Say what becomes of rows that both lines changed: `onConflict`. |
 * | `NO_PRIMARY_KEY` | Declare a primary key, or use `find`. |
 * | `DUPLICATE_KEY` | If the key is already in the table, use `upsert` or another key. If two rows of the write have it, leave one of them out. |
 * | `VERSION_NOT_FOUND`, `VERSION_EXPIRED` | Ask for a version that `history()` shows. |
 * | `EFFECTIVE_DATE_BACKWARDS` | Write the older facts first. |
 * | `CONFLICT` | Somebody else changed the same rows or columns: read again and repeat the call. |
 * | `COMMIT_UNKNOWN` | The store did not say whether the commit landed: look at `history()` before you repeat the call. |
 * | `CORRUPT` | Restore the file that `where` names; `db.verify(table)` lists all that are damaged. |
 * | `UNSUPPORTED_FORMAT` | Update the package. |
 * | `UNSAFE_INTEGER` | Declare the column as `int({ bigint: true })`. |
 * | `ACCESS_DENIED` | Check the credentials of the bucket and their rights, or the token of the server, which only reads. Nothing was written. |
 * | `UNSUPPORTED_STORE` | Use a store that can do what the message names. |
 * | `EMBEDDING_UNAVAILABLE` | Register the embedding function, or search with a vector. |
 * | `EMBEDDING_FAILED` | The message says what was tried; the details are in `cause`. |
 * | `ABORTED` | The signal was aborted; nothing was committed. |
 * | `NATIVE_MISSING` | The native module is missing, or was built for another platform: the hint says what to do. |
 * | `NOT_YET` | Use the alternative that the hint names. |
 * | `IO` | The disk or the store failed: see the message. |
 * | `CLOSED` | Open a new handle. |
 * | `INTERNAL` | A bug in Varve: please report it. |
 */
export type VarveErrorCode = (typeof errorCodes)[number];

/** Where the error happened, as far as is known. */
export interface ErrorPlace {
  /** The table. */
  readonly table?: string;
  /** The column, followed by the part inside a struct or a list, as in `meta.author`. */
  readonly column?: string;
  /** The index of the row in the write, starting at 0. */
  readonly row?: number;
  /** The file, relative to the database. */
  readonly file?: string;
}

/** The details of an error, apart from its code and message. */
export interface ErrorDetails {
  /** What to do next. */
  readonly hint?: string | undefined;
  /** Where it happened. */
  readonly where?: ErrorPlace | undefined;
  /** What caused it. */
  readonly cause?: unknown;
}

const brand: unique symbol = Symbol.for("varve.error");

/**
 * The error that Varve throws; it throws no other.
 *
 * The meaning of a `code` never changes. The wording of `message` and `hint` may.
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
  /** The kind of the failure. */
  readonly code: VarveErrorCode;
  /** What to do next, if there is something to do. */
  readonly hint: string | undefined;
  /** Where the error happened, as far as is known. */
  readonly where: ErrorPlace;

  /** Varve makes these errors; programs only catch them. */
  constructor(code: VarveErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.where = Object.freeze({ ...details.where });
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether a caught value is a `VarveError`, even one of another copy of the package. */
  static is(value: unknown): value is VarveError {
    return hasBrand(value, brand);
  }

  /** The error as plain data, for logs. */
  toJSON(): { code: VarveErrorCode; message: string; hint?: string; where: ErrorPlace } {
    const { code, message, hint, where } = this;
    return { code, message, ...(hint === undefined ? {} : { hint }), where };
  }
}
