// Every message about documents.

import { isError, messageOf } from "../realm";
import { VarveError } from "../varve-error";

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** An argument that makes no sense. */
export function badArgument(name: string, expected: string, found: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}: expected ${expected}, found ${describe(found)}.`);
}

/** An option that a call does not take. */
export function unknownOption(call: string, name: string, known: readonly string[]): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call} takes no option ${quote(name)}.`, {
    hint: `Its options are ${known.join(", ")}.`,
  });
}

/** Options that threw when they were read. */
export function unreadableOptions(call: string, cause: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call}: options cannot be read: ${messageOf(cause)}.`, {
    hint: "The cause of this error is what the object threw when it was read.",
    cause,
  });
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

function describe(value: unknown): string {
  if (typeof value === "string") return `the text ${quote(value)}`;
  if (typeof value === "number") return `the number ${value}`;
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "an array" : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
