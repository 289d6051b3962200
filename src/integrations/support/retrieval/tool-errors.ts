// Every message about retrieval tools: those for the program that makes them, and those for the model that calls them.

import { VarveError, type VarveErrorCode } from "varve";

/** An option that makes no sense. */
export function badOption(call: string, name: string, expected: string, found: unknown): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call}, ${name}: expected ${expected}, found ${shown(found)}.`);
}

/** A table whose rows cannot be cited. */
export function noKey(table: string): VarveError {
  const message = `The table ${JSON.stringify(table)} has no primary key, so a model could not say which row it cites.`;
  return new VarveError("NO_PRIMARY_KEY", message, {
    hint: "Declare a column with .primaryKey().",
    where: { table },
  });
}

/** A table that is not searched by text. */
export function noTextSearch(table: string): VarveError {
  const message = `The table ${JSON.stringify(table)} has no column that is searched by text.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: "Declare one in the third argument of table(): (c) => ({ vec: embed(fn, c.body) }).",
    where: { table },
  });
}

/** A table without vectors, which has no timeline. */
export function noTimeline(table: string): VarveError {
  const message = `The table ${JSON.stringify(table)} is not searched by meaning, and a timeline goes by meaning alone.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: "Search it as of several points instead.",
    where: { table },
  });
}

/** A span of dates that ends before it begins. */
export function spanBackwards(from: Date, to: Date): VarveError {
  const message = `The span ends before it starts: from is ${from.toISOString()}, to is ${to.toISOString()}.`;
  return new VarveError("INVALID_ARGUMENT", message, { hint: "Swap from and to." });
}

/** A table that is not searched by words. */
export function noWordSearch(table: string): VarveError {
  const message = `The table ${JSON.stringify(table)} has no column that is searched by its words.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: "Declare one: text({ search: true }).",
    where: { table },
  });
}

/** What a model said that is not what the schema says. The words are for the model. */
export function badInput(path: string, expected: string, found: unknown): string {
  return `${path}: expected ${expected}, found ${shown(found)}.`;
}

/** A ranking that does not fit what was ranked. */
export function badRanking(why: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The answer of rerank cannot be used: ${why}.`, {
    hint: "Return what the AI SDK's rerank returns: { ranking: [{ originalIndex, score }] }.",
  });
}

/** A query that a reranking model cannot read. */
export function noTextQuery(found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `rerankWith: expected a text as the query, found ${shown(found)}.`,
    {
      hint: "Search with the text itself, not with its vector.",
    },
  );
}

/** The codes of failures that a model can do something about, by asking otherwise. */
export const REPAIRABLE: ReadonlySet<VarveErrorCode> = new Set<VarveErrorCode>([
  "INVALID_FILTER",
  "INVALID_ARGUMENT",
  "COLUMN_NOT_FOUND",
  "VERSION_NOT_FOUND",
  "VERSION_EXPIRED",
  "TAG_NOT_FOUND",
  "INVALID_NAME",
]);

/**
 * A failure as a model may read it. What it can repair is said in full, hint included; of everything else, which may name files,
 * servers or keys, only the code. The whole error is the `cause`.
 */
export function forModel(tool: string, error: unknown): VarveError {
  if (!VarveError.is(error)) {
    return new VarveError("INTERNAL", `${tool} failed; trying again may help.`, { cause: error });
  }
  const { code, message, hint, where } = error;
  if (code === "ABORTED") return error;
  if (!REPAIRABLE.has(code)) {
    return new VarveError(code, `${tool} failed (${code}); the table cannot be read now.`, { cause: error });
  }
  return new VarveError(code, hint === undefined ? message : `${message} ${hint}`, { where, cause: error });
}

function shown(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
