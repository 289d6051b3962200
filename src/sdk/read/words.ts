// Searches by words: what is asked, in which columns, and what does not go with it.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { toWellFormed } from "../../unicode";
import { badArgument } from "../call/errors";
import type { Field, TableSchema } from "../schema/table-schema";
import { columnJson } from "./hit-shape";
import type { SearchRequest } from "./search-options";

const PARTS: Readonly<Record<string, true>> = {
  match: true,
  phrase: true,
  prefix: true,
  must: true,
  not: true,
  fuzzy: true,
};

/** Options that are about vectors, groups of rows, or spans. */
const NOT_BY_WORDS = [
  "column",
  "exact",
  "recall",
  "maxDistance",
  "diversity",
  "facets",
  "groupBy",
  "during",
  "everyVersion",
  "fuse",
] as const;

/** What a search by words looks for, as the engine is asked. */
export function wordsJson(schema: TableSchema, query: unknown, request: SearchRequest): object {
  for (const name of NOT_BY_WORDS)
    if (request[name] !== undefined)
      throw badArgument(name, 'no mode: "text" beside it', "one", schema.table);
  return { query: queryJson(schema, query), columns: columnsJson(schema, request.fields) };
}

function queryJson(schema: TableSchema, query: unknown): string | object {
  if (typeof query === "string") return toWellFormed(query);
  const wanted = "a text, or { match, phrase, prefix, must, not, fuzzy }";
  if (!isPlainObject(query)) throw badArgument("query", wanted, describeValue(query), schema.table);
  for (const [name, part] of Object.entries(query)) {
    if (!Object.hasOwn(PARTS, name)) throw badArgument("query", wanted, JSON.stringify(name), schema.table);
    if (part === undefined) continue;
    const isPart =
      name === "fuzzy"
        ? [0, 1, 2].includes(part as number)
        : [part].flat().every((one) => typeof one === "string");
    const expected = name === "fuzzy" ? "0, 1 or 2" : "a text or an array of texts";
    if (!isPart) throw badArgument(`query.${name}`, expected, describeValue(part), schema.table);
  }
  return Object.fromEntries(Object.entries(query).map(([name, part]) => [name, allWellFormed(part)]));
}

/** Texts as they are searched: half of a character, which nobody meant to type, is none. */
function allWellFormed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(allWellFormed);
  return typeof part === "string" ? toWellFormed(part) : part;
}

/** What a search by words and vectors looks for of words; `sources` is where, unless it was said. */
export function hybridWordsJson(
  schema: TableSchema,
  query: string,
  fields: unknown,
  sources: readonly Field[],
): object {
  const columns =
    fields === undefined && sources.length > 0 ? sources.map(columnJson) : columnsJson(schema, fields);
  return { query: toWellFormed(query), columns };
}

function columnsJson(schema: TableSchema, fields: unknown): readonly object[] | undefined {
  if (fields === undefined) return undefined;
  const weights = weightsOf(fields);
  if (weights.length === 0)
    throw badArgument(
      "fields",
      "names of columns, or a weight for each",
      describeValue(fields),
      schema.table,
    );
  return weights.map(([name, weight]) => {
    if (typeof name !== "string")
      throw badArgument("fields", "names of columns", describeValue(name), schema.table);
    if (typeof weight !== "number" || !Number.isFinite(weight) || weight <= 0)
      throw badArgument(`fields.${name}`, "a number above 0", describeValue(weight), schema.table);
    return { ...columnJson(schema.field(name)), weight };
  });
}

/** Names with what each counts for; none where they are neither a list nor an object. */
function weightsOf(fields: unknown): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(fields)) return fields.map((name: unknown) => [name, 1]);
  if (!isPlainObject(fields)) return [];
  return Object.entries(fields).filter(([, weight]) => weight !== undefined);
}
