// What a span says of a call: the names are those of the semantic conventions for databases where these have one, and begin with "varve." where not.

import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { CallEvent, CallStart } from "varve";

const SYSTEM = "varve";

/** The name of a span: what is done, and to which table. An embedding says that it is one. */
export function nameOf({ kind, operation, table }: CallStart): string {
  const what = kind === "embed" || kind === "request" ? `${kind} ${operation}` : operation;
  return table === undefined ? what : `${what} ${table}`;
}

/** An embedding happens inside of a call of the database; whatever its function asks has spans of its own. */
export function kindOf({ kind }: CallStart): SpanKind {
  return kind === "embed" ? SpanKind.INTERNAL : SpanKind.CLIENT;
}

/** What is known of a call when it begins. */
export function attributesOf(call: CallStart): Attributes {
  return {
    "db.system.name": SYSTEM,
    "db.operation.name": call.operation,
    ...given("db.collection.name", call.table),
    "varve.call.kind": call.kind,
    ...given("varve.embed.column", call.column),
    ...given("varve.embed.function", call.function),
    ...given("varve.embed.inputs", call.inputs),
  };
}

/** What is known when it has ended. */
export function outcomeOf(event: CallEvent): Attributes {
  const answered = event.kind === "search" || event.kind === "read";
  return {
    ...given(answered ? "db.response.returned_rows" : "varve.rows", event.rows),
    ...given("varve.bytes", event.bytes),
    ...given("varve.version", event.version),
    ...given("varve.embed.cache_hits", event.cacheHits),
    ...given("varve.embed.requests", event.requests),
    ...given("varve.embed.tokens", event.tokens),
    ...given("varve.request.attempts", event.attempts),
    ...failureOf(event),
  };
}

/** What tells measurements apart: few values, so no version and no count. */
export function dimensionsOf(event: CallEvent): Attributes {
  return {
    "db.system.name": SYSTEM,
    "db.operation.name": event.operation,
    ...given("db.collection.name", event.table),
    ...given("varve.embed.function", event.function),
    ...failureOf(event),
  };
}

function failureOf({ error }: CallEvent): Attributes {
  if (error === undefined) return {};
  // The conventions have this word for errors without a code.
  return error === "OTHER"
    ? { "error.type": "_OTHER" }
    : { "error.type": error, "db.response.status_code": error };
}

function given(name: string, value: string | number | undefined): Attributes {
  return value === undefined ? {} : { [name]: value };
}
