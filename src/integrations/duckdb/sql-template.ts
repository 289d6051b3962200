// A template becomes a text with numbered values, and with a call for each relation.

import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import type { AnyTable, Table } from "varve";
import { isDate, isPlainObject, isPromiseLike, typedArrayName } from "../../realm";
import { notBindable } from "./duckdb-errors";
import type { Duckdb } from "./duckdb-module";
import { toDuckdb, typeOfValue } from "./js-value";
import { answerRelation, isAsyncIterable, isView, type Relation } from "./relation";
import { keyOf, type Statement } from "./session";
import { newest, RELATION, type Source } from "./table-functions";

/** A name of a column or a table, which is quoted. */
export class SqlName {
  /** The name in quotes. */
  readonly quoted: string;

  constructor(name: string) {
    this.quoted = quoted(name);
  }
}

/** A name in quotes. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in quotes. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The statement of a template. Relations are waited for, all of them at the same time. */
export async function statementOf(
  pieces: readonly string[],
  given: readonly unknown[],
  source: Source,
): Promise<Statement> {
  const values: DuckDBValue[] = [];
  const types: DuckDBType[] = [];
  const waiting: Promise<readonly [string, Relation]>[] = [];
  let text = pieces[0] ?? "";
  for (const [at, value] of given.entries()) {
    if (value instanceof SqlName) text += value.quoted;
    else if (isRelation(value)) {
      const key = keyOf({ name: RELATION, given: { number: at + 1 } });
      waiting.push(relationOf(value, at + 1, source).then((relation) => [key, relation] as const));
      text += `${RELATION}(${at + 1})`;
    } else {
      const [bound, type] = boundValue(value, at + 1, source.duckdb);
      values.push(bound);
      types.push(type);
      text += `$${values.length}`;
    }
    text += pieces[at + 1] ?? "";
  }
  const relations = await Promise.all(waiting);
  return { text, values, types, relations: new Map(relations), source };
}

function isRelation(value: unknown): boolean {
  if (isPromiseLike(value) || isView(value) || isAsyncIterable(value)) return true;
  return Array.isArray(value) && value.length > 0 && value.every(isPlainObject);
}

async function relationOf(value: unknown, place: number, source: Source): Promise<Relation> {
  const answer: unknown = await value;
  const view =
    isView(answer) && "history" in answer
      ? await newest(answer as unknown as Table<AnyTable>, source)
      : answer;
  return await answerRelation(view, place, source.duckdb, source.budget);
}

function boundValue(value: unknown, place: number, { api }: Duckdb): [DuckDBValue, DuckDBType] {
  if (value === null) return [null, api.SQLNULL];
  if (typeof value === "number" && Number.isSafeInteger(value)) return [BigInt(value), api.BIGINT];
  if (Array.isArray(value)) return boundList(value, place, api);
  const type = typeOfValue(value, api);
  const isPlain = typeof value !== "object" || isDate(value) || typedArrayName(value) !== undefined;
  const bound = type === undefined || !isPlain ? undefined : toDuckdb(value, type, api);
  if (type === undefined || bound === undefined) throw notBindable(place, value);
  return [bound, type];
}

/** A list of values of one type. */
function boundList(items: readonly unknown[], place: number, api: Duckdb["api"]): [DuckDBValue, DuckDBType] {
  const first = items.find((item) => item !== null);
  const type = items.every(Number.isSafeInteger) ? api.BIGINT : typeOfValue(first, api);
  if (items.length === 0 || type === undefined) return [new api.DuckDBListValue([]), api.LIST(api.SQLNULL)];
  const values = items.map((item) => {
    const bound = Array.isArray(item) || isPlainObject(item) ? undefined : toDuckdb(item, type, api);
    if (bound === undefined) throw notBindable(place, item);
    return bound;
  });
  return [new api.DuckDBListValue(values), api.LIST(type)];
}
