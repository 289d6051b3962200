// Search: which column is meant, what the query is as a vector, and what is asked of the native module.

import { describeValue } from "../../describe-value";
import type { EmbeddingInput } from "../../embeddings/embedding-function";
import { isBytes } from "../../realm";
import {
  badArgument,
  badQuery,
  badVector,
  chooseColumn,
  noEmbeddedColumn,
  noKeyForSpan,
  notSearchable,
} from "../call/errors";
import { sentOptions } from "../call/options";
import { checkSignal } from "../call/progress";
import { inTurn } from "../call/turn";
import type { TableEmbedder } from "../embed/table-embedder";
import type { Plan } from "../handle/plan";
import type { TableHandle } from "../handle/table-handle";
import type { HitShape, PlainRow } from "../native/decode";
import { NOTHING } from "../query/check-filter";
import { describeType } from "../schema/column-type";
import { firstNotFinite, isFloats, toFloats } from "../schema/floats";
import { isVector, type TableSchema, type VectorField } from "../schema/table-schema";
import type { Explanation } from "./explanation";
import { type Form, ROWS } from "./form";
import { fuseJson } from "./fuse";
import { highlightJson } from "./highlight";
import { columnJson, facetsOf, groupOf, splitSelect, withoutScore } from "./hit-shape";
import { type ChosenMode, checkHybrid, chooseMode, type QueryParts, queryParts } from "./mode";
import { type Reader, readerAt } from "./reader";
import { inNewOrder, type Rerank, withBeside } from "./rerank";
import { type EmbedCallOptions, SEARCH, type SearchRequest } from "./search-options";
import { resolveSpan } from "./span";
import { hybridWordsJson, wordsJson } from "./words";

/** A query that has become a vector, or has not and why. */
export interface PreparedQuery {
  readonly reader: Reader;
  readonly plan: Plan;
  readonly chosen: Pick<ChosenMode, "because"> & { readonly mode: ChosenMode["mode"] | "text" };
  /** The column of the vectors; none for a search by words. */
  readonly field: VectorField | undefined;
  readonly vector: Float32Array | null;
  readonly body: { readonly search: object; readonly where: unknown };
  /** What hits show beside their columns. */
  readonly shape: HitShape;
}

/** The most hits of a search that does not say how many, and how many are put in a new order. */
const LIMIT = 10;
const CANDIDATES = 100;

const NO_EMBEDDING =
  "The embedding function found nothing in the query that it knows, so there is nothing to search with.";
const NO_WORDS =
  "The embedding function found nothing in the query that it knows, and no row has words of the query.";

const NO_HITS =
  "No row has words of the query, and vectors add no rows where words are required, the embedding function does not read the script of the query, or no row has a vector.";
const NO_ROWS = "The version that was searched has no rows.";

/** Finds the rows that are nearest to a query. Where the query has no vector, nothing is found. */
export async function search(
  form: Form,
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: SearchRequest,
): Promise<unknown> {
  const lacking = form.lacks?.find((name) => Boolean(Reflect.get(request, name)));
  if (lacking !== undefined) throw badArgument(lacking, "an answer in rows", "one in Arrow", handle.name);
  const { rerank } = request;
  if (request.mode === "text" && form !== ROWS)
    throw badArgument("mode", '"vector" or "hybrid" for an answer in Arrow', '"text"', handle.name);
  if (rerank !== undefined) return await reranked(handle, own, query, request, rerank);
  const { reader, plan, chosen, field, body, vector, shape } = await prepare(handle, own, query, request);
  const zeros = (): Float32Array => new Float32Array(field?.type.dimensions ?? 0);
  if (chosen.mode === "hybrid") {
    // Beside a vector of zeros words alone are looked for.
    const found = await form.answer(reader, () => reader.search(plan, body, vector ?? zeros(), shape));
    return await withReason(found, request, reader, vector === null ? NO_WORDS : NO_HITS);
  }
  if (vector !== null || field === undefined)
    return await form.answer(reader, () => reader.search(plan, body, vector, shape));
  if (form.none !== undefined) {
    const none = form.none(NO_EMBEDDING) as object;
    return shape.confidence ? Object.defineProperty(none, "confidence", { value: "none" }) : none;
  }
  const nothing = { ...body, where: NOTHING };
  return await form.answer(reader, () => reader.search(plan, nothing, zeros(), shape));
}

/** Says of an empty answer why it is empty, where nothing but the query can be the reason. */
async function withReason(
  found: unknown,
  request: SearchRequest,
  reader: Reader,
  reason: string,
): Promise<unknown> {
  const { where, minScore, after, offset = 0, limit = LIMIT } = request;
  const isBounded = where !== undefined || minScore !== undefined || after !== undefined || offset > 0;
  if (!Array.isArray(found) || found.length > 0 || isBounded || limit === 0) return found;
  const rows = await reader.count(undefined);
  return Object.defineProperty(found, "reason", { value: rows === 0 ? NO_ROWS : reason });
}

/** A search whose candidates somebody else puts in order. */
async function reranked(
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: SearchRequest,
  rerank: Rerank<PlainRow>,
): Promise<unknown> {
  for (const name of ["after", "diversity"] as const)
    if (request[name] !== undefined) throw badArgument(name, "no rerank beside it", "one", handle.name);
  const { offset = 0, limit = LIMIT, candidates = CANDIDATES, signal } = request;
  const depth = { ...request, rerank: undefined, offset: 0, limit: Math.max(candidates, offset + limit) };
  const found = (await search(ROWS, handle, own, query, depth)) as PlainRow[];
  if (found.length === 0) return found;
  const ordered = await inNewOrder(rerank, query, found, signal);
  return withBeside(ordered.slice(offset, offset + limit), found);
}

/** Several searches of one version. */
export async function searchMany(
  handle: TableHandle,
  own: Reader,
  queries: unknown,
  request: SearchRequest,
): Promise<unknown[]> {
  if (!Array.isArray(queries)) throw badArgument("queries", "an array", describeValue(queries), handle.name);
  const reader =
    own.version === null ? readerAt(handle, { ...(await handle.info()), effectiveAt: null }) : own;
  return await Promise.all(queries.map((query) => search(ROWS, handle, reader, query, request)));
}

/** The vector of an input. */
export async function embedInput(
  reader: Reader,
  embedder: TableEmbedder,
  input: unknown,
  { column, kind = "query", signal }: EmbedCallOptions<string>,
): Promise<Float32Array | null> {
  const { schema } = reader;
  if (!isInput(input))
    throw badArgument("embed", "a text, or the bytes of an image", describeValue(input), schema.table);
  if (kind !== "query" && kind !== "document")
    throw badArgument("kind", '"query" or "document"', describeValue(kind), schema.table);
  const field = columnOf(schema, input, column);
  return await inTurn(() => embedder.one(field, input, kind, signal));
}

/** Says how a search would be answered. */
export async function explain(
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: SearchRequest,
): Promise<Explanation> {
  const { reader, chosen, field, body, vector } = await prepare(handle, own, query, request);
  const { mode, because } = chosen;
  const why = because === undefined ? { mode } : { mode, because };
  if (field === undefined) return { ...why, ...(await reader.explain(body, null)) };
  const { name: column, type, embed } = field;
  const named = embed === undefined ? { column } : { column, function: embed.function.name };
  const zeros = new Float32Array(type.dimensions);
  if (vector !== null) return { ...why, ...named, ...(await reader.explain(body, vector)) };
  if (mode === "hybrid") {
    const work = await reader.explain(body, zeros);
    const found = work.fusion?.hits.length ?? 0;
    return { ...why, ...named, ...work, ...(found === 0 ? { reason: NO_WORDS } : {}) };
  }
  const { filter: _, ...none } = await reader.explain({ ...body, where: NOTHING }, zeros);
  return { ...why, ...named, ...none, segments: 0, reason: NO_EMBEDDING };
}

/** Checks what is asked, and embeds the query. */
export async function prepare(
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: SearchRequest,
): Promise<PreparedQuery> {
  if (request.mode === "text") return await byWords(handle, own, query, request);
  const parts = queryParts(query);
  checkHybrid(handle.name, parts, request);
  if (request.everyVersion === true && request.during === undefined)
    throw badArgument("everyVersion", "during beside it", "none");
  if (request.groupBy !== undefined && request.during !== undefined)
    throw badArgument("groupBy", "no during beside it", "one", handle.name);
  const isOfOwn = request.during === undefined && request.after === undefined;
  const { reader, body: span } = isOfOwn ? { reader: own } : await readerOf(handle, own, request);
  const { schema } = reader;
  const { signal } = request;
  const where = reader.filter(request.where);
  const facets = facetsOf(schema, request.facets);
  const groupBy = groupOf(schema, request.groupBy);
  checkSignal(signal);
  const field = columnOf(schema, parts.near, request.column);
  const chosen = chooseMode({ newest: handle.schema, schema }, field, parts, request);
  const fused = chosen.mode === "hybrid";
  if (!fused && request.fields !== undefined)
    throw badArgument("fields", 'mode: "text" or "hybrid" beside it', "none", handle.name);
  if (!fused && request.fuse !== undefined)
    throw badArgument(
      "fuse",
      "words and vectors to search for",
      `vectors alone, as ${chosen.because}`,
      handle.name,
    );
  const said = request.mode === "vector";
  const { select, scores } = splitSelect(request.select, { fused, said });
  const plan = reader.plan(select);
  const { near } = parts;
  const what = fused
    ? { both: bothJson(handle, schema, field, parts, request, chosen) }
    : { vector: columnJson(field) };
  const highlight = fused ? highlightJson(schema, request.highlight) : undefined;
  const told = {
    what,
    groupBy,
    facets: facets.length > 0 ? facets.map(columnJson) : undefined,
    highlight,
    ...sentOptions(SEARCH, request),
  };
  // Last, as it may cost money: what is wrong with the other options is said before.
  const vector = isInput(near)
    ? await handle.embedder.one(field, near, "query", signal)
    : toVector(schema.table, field, near);
  const highlighted = highlight !== undefined;
  const shape = {
    scores,
    fused,
    highlighted,
    counted: groupBy !== undefined,
    span: span !== undefined,
    facets,
    confidence: request.confidence === true,
  };
  return { reader, plan, chosen, field, vector, body: { where, ...span, search: told }, shape };
}

/** What a search for words and vectors looks for, as the engine is asked. */
function bothJson(
  { embedder }: TableHandle,
  schema: TableSchema,
  field: VectorField,
  { text = "" }: QueryParts,
  { fields, fuse }: SearchRequest,
  { words = [] }: ChosenMode,
): object {
  // Whoever brings the vector may not have the function that made it.
  const fn = field.embed !== undefined && embedder.knows(field) ? embedder.functionOf(field) : undefined;
  return {
    vector: columnJson(field),
    text: hybridWordsJson(schema, text, fields, words),
    fuse: fuseJson(fuse, fn),
  };
}

async function byWords(
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: SearchRequest,
): Promise<PreparedQuery> {
  const { reader } = await readerOf(handle, own, request);
  const what = { text: wordsJson(reader.schema, query, request) };
  const where = reader.filter(request.where);
  const highlight = highlightJson(reader.schema, request.highlight);
  checkSignal(request.signal);
  return {
    reader,
    plan: reader.plan(withoutScore(request.select)),
    chosen: { mode: "text" },
    field: undefined,
    vector: null,
    body: { where, search: { what, highlight, ...sentOptions(SEARCH, request) } },
    shape: {
      scores: ["_score"],
      fused: false,
      highlighted: highlight !== undefined,
      counted: false,
      span: false,
      facets: [],
      confidence: request.confidence === true,
    },
  };
}

/** Which reader answers, for a span of versions or behind a page, and what it is asked of a span. */
async function readerOf(
  handle: TableHandle,
  own: Reader,
  { during, after, everyVersion = false }: SearchRequest,
): Promise<{ readonly reader: Reader; readonly body?: object }> {
  if (during !== undefined) {
    const span = await resolveSpan(handle, own, during);
    if (!everyVersion && span.reader.schema.primaryKey === null) throw noKeyForSpan(handle.name);
    return span;
  }
  // A cursor begins with the version; whatever else it may be is for the engine to say.
  const version = /^(\d{1,15})\./.exec(after ?? "")?.[1];
  if (version === undefined || own.version !== null) return { reader: own };
  return { reader: readerAt(handle, await handle.resolve({ version: Number(version) })) };
}

/**
 * The column that is searched: the one that was named; for a text the first column derived from text; for a vector the only column with as many
 * dimensions.
 */
function columnOf(schema: TableSchema, query: unknown, name: string | undefined): VectorField {
  const { table } = schema;
  const vectors = schema.vectors();
  if (name !== undefined) {
    const field = schema.field(name);
    if (!isVector(field))
      throw notSearchable(
        table,
        name,
        describeType(field.type),
        vectors.map((one) => one.name),
      );
    if (isInput(query) && field.embed === undefined) throw noEmbeddedColumn(table, name);
    return field;
  }
  if (isInput(query)) {
    const derived = vectors.filter((field) => field.embed !== undefined);
    const [first] = derived;
    // The columns stand in the order of their declaration, of which the first is meant.
    const awaited = schema.notYet(schema.awaitedFirst);
    if (first === undefined || awaited !== undefined) throw awaited ?? noEmbeddedColumn(table);
    return derived.find((field) => isEmbeddedFrom(schema, field, query)) ?? first;
  }
  if (!isFloats(query)) throw badQuery(table, describeValue(query));
  if (query.length === 0) throw badQuery(table, "an empty vector");
  const fitting = vectors.filter((field) => field.type.dimensions === query.length);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const awaited = Object.entries(schema.awaited).find(([, one]) => one.function.dimensions === query.length);
  const notYet = schema.notYet(only === undefined ? awaited?.[0] : undefined);
  if (notYet !== undefined) throw notYet;
  const list = vectors.map((field) => `${field.name} (${field.type.dimensions})`);
  throw chooseColumn(table, query.length, list, fitting.length);
}

/** Whether a column is computed from what the query is: text, or bytes. */
function isEmbeddedFrom(schema: TableSchema, field: VectorField, query: EmbeddingInput): boolean {
  const [source] = field.embed?.sources ?? [];
  const isBytes = source !== undefined && schema.get(source)?.type.kind === "bytes";
  return isBytes === (typeof query !== "string");
}

/** The query in memory of its own: the search may run while the caller changes his. */
function toVector(table: string, field: VectorField, query: unknown): Float32Array {
  const { dimensions } = field.type;
  if (!isFloats(query)) throw badQuery(table, describeValue(query));
  if (query.length !== dimensions) {
    throw badVector(table, field.name, `a vector of ${dimensions} numbers`, describeValue(query));
  }
  const vector = toFloats(query);
  const bad = firstNotFinite(query, vector);
  if (bad === undefined) return vector;
  throw badVector(table, field.name, "finite numbers", `${describeValue(query[bad])} as element ${bad}`);
}

function isInput(query: unknown): query is EmbeddingInput {
  return typeof query === "string" || isBytes(query);
}
