// Every message about the vector store of Mastra.

import { VarveError } from "varve";

const quote = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** An argument that makes no sense. */
export function badParam(method: string, name: string, expected: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${method}, ${name}: expected ${expected}, found ${quote(found)}.`,
  );
}

/** Two ways to say which vectors, where one is meant. */
export function exclusive(method: string, one: string, other: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${method}: ${one} and ${other} are mutually exclusive.`, {
    hint: "Give the one that is meant.",
  });
}

/** No way to say which vectors. */
export function missing(method: string, one: string, other: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${method}: Either ${one} or ${other} must be provided.`);
}

/** A filter that lets everything through, where something is changed. */
export function emptyFilter(method: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${method}: an empty filter would mean every vector.`, {
    hint: "To remove all of them, delete the index.",
  });
}

/** A list of ids without any. */
export function emptyIds(): VarveError {
  return new VarveError("INVALID_ARGUMENT", "deleteVectors: empty ids array: there is nothing to delete.");
}

/** An update that sets nothing. */
export function emptyUpdate(): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    "updateVector: No updates provided: give a vector, metadata or both.",
  );
}

/** Something that Mastra's interface has and the store does not. */
export function noSparse(): VarveError {
  return new VarveError("NOT_YET", "Sparse vectors are not there yet.", {
    hint: "Use dense vectors; a filter with $regex or $contains finds words.",
  });
}

/** An operator that there is not. */
export function unknownOperator(operator: string): VarveError {
  return new VarveError("INVALID_FILTER", `The operator ${quote(operator)} is not known here.`, {
    hint:
      "Fields take $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $all, $contains, $exists, $regex with $options, $elemMatch, $size and $not; " +
      "$and, $or, $nor and $not join filters.",
  });
}

/** An operator with something that it cannot take. */
export function wrongOperand(operator: string, expected: string, found: unknown): VarveError {
  return new VarveError("INVALID_FILTER", `${operator} takes ${expected}; found ${quote(found)}.`);
}

/** A regular expression beyond what is evaluated. */
export function regexTooMuch(pattern: string, what: string): VarveError {
  return new VarveError("INVALID_FILTER", `The regular expression ${quote(pattern)} has ${what}.`, {
    hint: "Filters understand text, ., .*, .+, ?, character classes, groups with |, ^, $ and (?i); everything is answered in linear time.",
  });
}

/** A thread that is not there. */
export function noThread(method: string, id: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${method}: there is no thread ${quote(id)}.`);
}

/** A memory that others write to without a pause. */
export function tooBusy(method: string): VarveError {
  return new VarveError("CONFLICT", `${method}: others kept writing to the memory.`, {
    hint: "Repeat the call.",
  });
}
