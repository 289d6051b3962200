// Every message about documents.

import { describeValue } from "../describe-value";
import { isError, messageOf } from "../realm";
import { VarveError } from "../varve-error";

/** An argument that makes no sense. */
export function badArgument(name: string, expected: string, found: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}: expected ${expected}, found ${describeValue(found)}.`);
}

/** A path that leads to something else than a folder. */
export function notAFolder(path: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${path} is not a folder.`, {
    hint: "Name the folder that the file is in.",
  });
}

/** A folder or a file that the system does not let be read. */
export function unreadable(path: string, cause: unknown): VarveError {
  return new VarveError("IO", `${path} cannot be read: ${reasonOf(cause)}.`, { cause });
}

/** A file that is no document, and why. */
export function notADocument(path: string, why: string, hint?: string): VarveError {
  return new VarveError("INVALID_DOCUMENT", `${path} is not a document: ${why}.`, { hint });
}

/** A walk whose signal was aborted. */
export function walkAborted(reason: unknown): VarveError {
  return new VarveError("ABORTED", "The walk was aborted by its signal.", { cause: reason });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "this is not permitted",
  EPERM: "this is not permitted",
};

function reasonOf(cause: unknown): string {
  const code: unknown = isError(cause) && "code" in cause ? cause.code : undefined;
  return REASONS[String(code)] ?? messageOf(cause);
}
