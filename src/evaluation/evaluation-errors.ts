// Every message about evaluations.

import { VarveError } from "varve";
import { describeValue } from "../describe-value";

const FORM = 'A question is { "query": "…", "relevant": ["key", …] }, or "relevant": { "key": grade, … }.';

/** A line of a file of questions that is none. */
export function badLine(name: string, line: number, problem: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}, line ${line}: ${problem}.`, { hint: FORM });
}

/** A value among questions that is none. */
export function badQuestion(at: number, problem: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `evaluate: questions[${at}]: ${problem}.`, { hint: FORM });
}

/** Something else than a list of questions, or an empty one. */
export function noQuestions(found: unknown): VarveError {
  const message = `evaluate: questions: expected a list with one question at least, found ${describeValue(found)}.`;
  return new VarveError("INVALID_ARGUMENT", message, { hint: FORM });
}

/** A limit that is none. */
export function badLimit(found: unknown): VarveError {
  const message = `evaluate: limit: expected a whole number from 1 on, found ${describeValue(found)}.`;
  return new VarveError("INVALID_ARGUMENT", message);
}

/** Something else than searches by their names, or none. */
export function badWays(found: unknown): VarveError {
  const message = `evaluate: ways: expected options of a search by a name, found ${describeValue(found)}.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: 'Write ways: { words: { mode: "text" }, meaning: { mode: "vector" } }, or leave it out.',
  });
}

/** A way that sets what is one for all ways, or nobody's to set. */
export function sharedOption(way: string, name: string): VarveError {
  const message = `evaluate: ways.${way} sets ${name}, which is not one of a way.`;
  return new VarveError("INVALID_ARGUMENT", message, { hint: "limit, where and signal stand beside ways." });
}

/** A table whose rows have no names that a question could say. */
export function noKey(table: string): VarveError {
  return new VarveError(
    "NO_PRIMARY_KEY",
    `The table "${table}" has no primary key, so questions cannot name its rows.`,
    {
      hint: "Declare one: text().primaryKey().",
    },
  );
}

/** Questions about other rows than those that there are. */
export function nothingRelevant(table: string, version: number, keys: readonly string[]): VarveError {
  const shown = keys.slice(0, 3).map((key) => JSON.stringify(key));
  const message = `No question names a row of version ${version} of "${table}": it has none with the key ${shown.join(" or ")}.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: "Take the keys from hits of a search; `where` may have left their rows out.",
  });
}
