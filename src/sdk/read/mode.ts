// By words, by vectors or by both: what a search looks for, and why.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { badArgument } from "../call/errors";
import { isFloats } from "../schema/floats";
import type { Field, TableSchema, VectorField } from "../schema/table-schema";
import type { SearchRequest } from "./search-options";

/** What a search looks for, and why. */
export interface ChosenMode {
  readonly mode: "hybrid" | "vector";
  /** Why, where nobody said so. */
  readonly because?: string;
  /** The columns whose words are looked for, where both are; all that are searched by their words where there are none. */
  readonly words?: readonly Field[];
}

/** What a query says: a text, what is near, or both. A text that is searched for by its vector is near to itself. */
export interface QueryParts {
  readonly text?: string;
  readonly near: unknown;
  /** Whether the vector was brought beside the text. */
  readonly isPair: boolean;
}

/** The parts of a query; what is none of the forms is left for who looks for a column. */
export function queryParts(query: unknown): QueryParts {
  if (typeof query === "string") return { text: query, near: query, isPair: false };
  if (!isPlainObject(query)) return { near: query, isPair: false };
  const { text, vector, ...others } = query;
  if (typeof text !== "string" || Object.keys(others).length > 0) return { near: query, isPair: false };
  return { text, near: vector, isPair: true };
}

/** Options that say something of vectors alone. */
const OF_VECTORS = ["maxDistance", "during", "everyVersion"] as const;

function saidOfVectors(request: SearchRequest): (typeof OF_VECTORS)[number] | undefined {
  return OF_VECTORS.find((name) => request[name] !== undefined && request[name] !== false);
}

/** What is asked for: whoever brings a text and a vector wants both. */
function wanted({ mode = "auto" }: SearchRequest, isPair: boolean): "auto" | "hybrid" | "vector" | "text" {
  return isPair && mode === "auto" ? "hybrid" : mode;
}

/** Refuses what a search by words and vectors cannot keep to. */
export function checkHybrid(table: string, { text, near, isPair }: QueryParts, request: SearchRequest): void {
  const mode = wanted(request, isPair);
  const { fuse, highlight } = request;
  if (mode === "vector" && isPair)
    throw badArgument("query", 'a text or a vector for mode: "vector"', "both", table);
  if (mode === "vector" && fuse !== undefined)
    throw badArgument("fuse", 'mode: "hybrid" beside it', 'mode: "vector"', table);
  if (mode === "vector" && highlight !== undefined)
    throw badArgument("highlight", 'mode: "text" or "hybrid" beside it', 'mode: "vector"', table);
  if (mode !== "hybrid") return;
  const said = saidOfVectors(request);
  if (said !== undefined) throw badArgument(said, 'mode: "vector" beside it', 'mode: "hybrid"', table);
  if (isPair && !isFloats(near))
    throw badArgument("query.vector", "a Float32Array or an array of numbers", describeValue(near), table);
  if (text === undefined)
    throw badArgument("query", 'a text, or { text, vector }, for mode: "hybrid"', describeValue(near), table);
}

/** What is searched where a column of vectors is meant. `newest` is the newest version, which says which columns are searched by words. */
export function chooseMode(
  { newest, schema }: { readonly newest: TableSchema; readonly schema: TableSchema },
  field: VectorField,
  { text, isPair }: QueryParts,
  request: SearchRequest,
): ChosenMode {
  const { fields } = request;
  const mode = wanted(request, isPair);
  if (mode === "vector") return { mode };
  const words = sourcesOf(schema, field).filter((source) => isSearched(newest, source));
  if (mode === "hybrid")
    return isPair && request.mode !== mode
      ? { mode, because: "the query is a text and a vector", words }
      : { mode, words };
  const vector = (because: string): ChosenMode => ({ mode: "vector", because });
  if (text === undefined) return vector("the query is no text");
  const said = saidOfVectors(request);
  if (said !== undefined) return vector(`${said} says something of vectors alone`);
  if (words.length === 0 && fields === undefined)
    return vector(`no column that ${JSON.stringify(field.name)} is embedded from is searched by its words`);
  const named = words.map(({ name }) => JSON.stringify(name)).join(", ");
  const where = fields === undefined ? `${named} is searched by its words` : "fields says where words are";
  return { mode: "hybrid", because: `the query is a text, and ${where}`, words };
}

function sourcesOf(schema: TableSchema, { embed }: VectorField): Field[] {
  return (embed?.sources ?? []).flatMap((name) => schema.get(name) ?? []);
}

/** Whether a column from which another is embedded is searched by its words. What the newest version says of it holds for all. */
function isSearched(newest: TableSchema, source: Field): boolean {
  const said = newest.fields.find(({ id }) => id === source.id)?.text ?? source.text;
  return said?.search ?? source.type.kind === "text";
}
