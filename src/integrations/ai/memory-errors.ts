// What a model reads where a command of its memory cannot be done. Most of the words are those that Anthropic documents.

import { VarveError } from "varve";
import { describeValue } from "../../describe-value";

/** A command that failed, in words for the model. */
export function failed(message: string, cause?: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", message, { cause });
}

/** A file where a folder would have to be. */
export function fileAbove(path: string): VarveError {
  return failed(`Error: The path ${path} is a file, and nothing can be below it`);
}

/** A folder where a file would have to be. */
export function folderThere(path: string): VarveError {
  return failed(`Error: The path ${path} is a folder, and no file can be in its place`);
}

/** A table that cannot hold files. */
export function noFiles(table: string, problem: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `The table ${JSON.stringify(table)} cannot hold the files of a memory: ${problem}.`,
    {
      hint: "Make it with memoryTable(), or declare path: text().primaryKey() and text: text().",
      where: { table },
    },
  );
}

/** An argument of a program that makes no sense. */
export function badOption(call: string, name: string, expected: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}, ${name}: expected ${expected}, found ${describeValue(found)}.`,
  );
}

/** A file that was not there at that time. */
export function neverThere(path: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `There was no file ${JSON.stringify(path)} at that time.`, {
    hint: "history(path) shows from when until when a file was there.",
  });
}

/** Somebody else wrote again and again. */
export function tooBusy(path: string): VarveError {
  return new VarveError("CONFLICT", `Others kept changing ${JSON.stringify(path)}. Try again.`);
}
