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
import { NOTHING } from "../query/check-filter";
import { describeType } from "../schema/column-type";
import { firstNotFinite, isFloats, toFloats } from "../schema/floats";
import { isVector, type TableSchema, type VectorField } from "../schema/table-schema";
import type { Explanation } from "./explanation";
import type { Form } from "./form";
import type { Reader } from "./reader";
import { type EmbedCallOptions, SEARCH, type SearchRequest } from "./search-options";
import { resolveSpan } from "./span";

/** A query that has become a vector, or has not and why. */
interface PreparedQuery {
  readonly reader: Reader;
  readonly plan: Plan;
  readonly field: VectorField;
  readonly vector: Float32Array | null;
  readonly body: object;
}

const NO_EMBEDDING =
  "The embedding function found nothing in the query that it knows, so there is nothing to search with.";

/** Finds the rows that are nearest to a query. Where the query has no vector, nothing is found. */
export async function search(
  form: Form,
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: SearchRequest,
): Promise<unknown> {
  const { reader, plan, field, body, vector } = await prepare(handle, own, query, request);
  if (vector !== null) return await form.answer(reader, () => reader.search(plan, body, vector));
  if (form.none !== undefined) return form.none(NO_EMBEDDING);
  const nothing = { ...body, where: NOTHING };
  const zeros = new Float32Array(field.type.dimensions);
  return await form.answer(reader, () => reader.search(plan, nothing, zeros));
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
  const { reader, field, body, vector } = await prepare(handle, own, query, request);
  const { name: column, type, embed } = field;
  const named = embed === undefined ? { column } : { column, function: embed.function.name };
  if (vector !== null) return { ...named, ...(await reader.explain(body, vector)) };
  const none = await reader.explain({ ...body, where: NOTHING }, new Float32Array(type.dimensions));
  return { ...named, ...none, segments: 0, reason: NO_EMBEDDING };
}

async function prepare(
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: SearchRequest,
): Promise<PreparedQuery> {
  if (request.everyVersion === true && request.during === undefined)
    throw badArgument("everyVersion", "during beside it", "none");
  const { reader, body: span } =
    request.during === undefined ? { reader: own } : await readerOf(handle, own, request);
  const { schema } = reader;
  const { signal } = request;
  const where = reader.filter(request.where);
  const plan = reader.plan(request.select);
  checkSignal(signal);
  const field = columnOf(schema, query, request.column);
  const vector = isInput(query)
    ? await handle.embedder.one(field, query, "query", signal)
    : toVector(schema.table, field, query);
  const what = { vector: { column: field.name, columnId: field.id } };
  const body = { where, ...span, search: { what, ...sentOptions(SEARCH, request) } };
  return { reader, plan, field, vector, body };
}

/** Which reader answers for a span of versions, and what it is asked of it. */
async function readerOf(
  handle: TableHandle,
  own: Reader,
  { during, everyVersion = false }: SearchRequest,
): Promise<{ readonly reader: Reader; readonly body?: object }> {
  const span = await resolveSpan(handle, own, during);
  if (!everyVersion && span.reader.schema.primaryKey === null) throw noKeyForSpan(handle.name);
  return span;
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
