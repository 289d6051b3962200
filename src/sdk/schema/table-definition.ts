import { describeValue } from "../../describe-value";
import { isPlainObject, messageOf } from "../../realm";
import { isWellFormed, toWellFormed } from "../../unicode";
import { VarveError } from "../../varve-error";
import { type AnyColumn, Column, type ColumnMap } from "./column";
import { type ColumnType, describeType, toDataType } from "./column-type";
import { toWireDefault, type WireDefault } from "./defaults";
import { type AnyDerived, Derived, type DerivedMap, isSource, type SourceRefs, sourceRefs } from "./derived";
import { noMore } from "./maker-options";
import { ownProperties } from "./own-copy";
import type { DefaultRow, InsertRow, Simplify, UpdateRow } from "./row-types";
import {
  badColumnName,
  badDefault,
  badSource,
  badTableName,
  brokenDeclaration,
  nameTaken,
  noColumns,
  notAColumn,
  notColumns,
  nullableKey,
  severalKeys,
} from "./schema-errors";
import type { RowCheck } from "./standard-schema";
import { type FieldJson, type FunctionSpec, ownEntry, type SchemaJson } from "./table-schema";

/**
 * A table as a value: its name, its columns and what is derived from them. It says what a table should be; `db.table(...)`
 * creates or opens one.
 *
 * @typeParam C - its columns
 * @typeParam E - its derived columns
 * @typeParam W - a row as it is written
 */
export class TableDefinition<C extends ColumnMap, E extends DerivedMap, W = InsertRow<C>> {
  /** For the compiler alone: a row as reads return it. Use it as `typeof docs.$row`. */
  declare readonly $row: DefaultRow<C>;
  /** For the compiler alone: a row as `insert` and `upsert` take it. */
  declare readonly $insert: W;
  /** For the compiler alone: what `update` may set. */
  declare readonly $update: UpdateRow<C>;
  /** The table's name. */
  readonly name: string;
  /** The columns that rows bring. */
  readonly columns: C;
  /** The columns that are computed. */
  readonly derived: E;
  /** The name of the key column, or null. */
  readonly primaryKey: string | null;
  /** How a schema of another library checks a row before it is written. */
  readonly check: RowCheck | undefined;

  /** Made by `table` and `tableFrom`. */
  constructor(name: string, columns: C, derived: E, check?: RowCheck) {
    this.name = name;
    this.columns = Object.freeze({ ...columns });
    this.derived = Object.freeze({ ...derived });
    this.check = check;
    this.primaryKey = checkDefinition(this);
    Object.freeze(this);
  }
}

/** Any table, for constraints of types. */
export type AnyTable = TableDefinition<ColumnMap, DerivedMap, unknown>;

/** The type of a table that was opened by its name alone. */
export type UntypedTable = TableDefinition<ColumnMap, DerivedMap, Readonly<Record<string, unknown>>>;

/** A table with one more column. */
export type WithColumn<D extends AnyTable, N extends string, C extends AnyColumn> = TableDefinition<
  Simplify<Omit<D["columns"], N> & { readonly [K in N]: C }>,
  D["derived"]
>;

/** A table with one more column that is computed. */
export type WithDerived<D extends AnyTable, N extends string, E extends AnyDerived> = TableDefinition<
  Omit<D["columns"], N>,
  Simplify<Omit<D["derived"], N> & { readonly [K in N]: E }>
>;

/** A table with another name for a column. */
export type WithRenamed<D extends AnyTable, N extends string, M extends string> = TableDefinition<
  N extends keyof D["columns"]
    ? Simplify<Omit<D["columns"], N> & { readonly [K in M]: D["columns"][N] }>
    : D["columns"],
  N extends keyof D["derived"]
    ? Simplify<Omit<D["derived"], N> & { readonly [K in M]: D["derived"][N] }>
    : D["derived"]
>;

/** A table without a column. */
export type WithoutColumn<D extends AnyTable, N extends string> = TableDefinition<
  Omit<D["columns"], N>,
  Omit<D["derived"], N>
>;

/** A map without entries. */
export type NoEntries = Record<never, never>;

/**
 * Declares a table. The second callback names what is computed: it gets the columns, so that a misspelt source does not compile.
 *
 * @example
 * ```ts
 * const docs = table("docs", {
 *   id: text().primaryKey(),
 *   body: text(),
 *   views: int().default(0),
 * }, (c) => ({ vec: embed(builtin(), c.body) }));
 *
 * type Doc = typeof docs.$row;
 * type NewDoc = typeof docs.$insert;
 * ```
 */
export function table<const C extends ColumnMap, const E extends DerivedMap = NoEntries>(
  name: string,
  columns: C,
  derived?: (columns: SourceRefs<C>) => E,
  ...more: readonly never[]
): TableDefinition<C, E> {
  noMore("table", more);
  if (!isPlainObject(columns)) throw notColumns(name, "columns by their names", describeValue(columns));
  const own = ownColumns(name, columns);
  return new TableDefinition(name, own, derivedOf(name, own, derived));
}

function ownColumns<C extends ColumnMap>(name: string, columns: C): C {
  try {
    return ownProperties(columns) as C;
  } catch (error) {
    throw notColumns(name, "columns by their names", `an object that cannot be read (${messageOf(error)})`);
  }
}

/** What a declaration says is computed. */
export function derivedOf<C extends ColumnMap, E extends DerivedMap>(
  name: string,
  columns: C,
  derived: ((columns: SourceRefs<C>) => E) | undefined,
): E {
  if (derived === undefined) return {} as E;
  if (typeof derived !== "function")
    throw notColumns(name, "a function that names what is computed", describeValue(derived));
  let answer: unknown;
  try {
    answer = derived(sourceRefs(columns));
  } catch (cause) {
    throw VarveError.is(cause) ? cause : brokenDeclaration(name, cause);
  }
  if (isPlainObject(answer)) return answer as E;
  throw notColumns(
    name,
    "a function that returns columns by their names",
    `one that returns ${describeValue(answer)}`,
  );
}

/** The schema of a definition for the native module. */
export function toSchemaJson(definition: AnyTable): SchemaJson {
  const columns = Object.entries(definition.columns).map(([name, column]) => columnJson(name, column));
  const derived = Object.entries(definition.derived).map(([name, column]) => derivedJson(name, column));
  return { primaryKey: definition.primaryKey, fields: [...columns, ...derived] };
}

/** A column for the native module. */
export function columnJson(name: string, { spec }: AnyColumn): FieldJson {
  const constant = constantOf(spec);
  return {
    name,
    type: toDataType(spec.type),
    nullable: spec.nullable,
    ...(constant === undefined ? {} : { default: constant }),
    ...(spec.search === undefined ? {} : { text: spec.search }),
    ...(spec.indexed === undefined ? {} : { indexed: spec.indexed }),
  };
}

/** A derived column for the native module. */
export function derivedJson(name: string, derived: AnyDerived): FieldJson {
  const { sources, template, longText, metric, element } = derived;
  return {
    name,
    type: { kind: "vector", dimensions: derived.function.dimensions, element, metric },
    nullable: true,
    embed: {
      sources,
      function: functionJson(derived.function),
      ...(template === undefined ? {} : { template }),
      ...(longText === undefined ? {} : { longText }),
    },
  };
}

/** An embedding function as a table keeps it. */
export function functionJson({ name, config, revision }: AnyDerived["function"]): FunctionSpec {
  const known = revision === undefined || config["revision"] === revision;
  return { name, config, ...(known ? {} : { revision }) };
}

function constantOf(spec: AnyColumn["spec"]): WireDefault | undefined {
  return spec.default !== undefined && "value" in spec.default
    ? toWireDefault(spec.type, spec.default.value)
    : undefined;
}

function checkDefinition(definition: AnyTable): string | null {
  const { name, columns, derived } = definition;
  if (typeof name !== "string" || name === "") throw badTableName(describeValue(name));
  const entries = Object.entries(columns);
  if (entries.length === 0) throw noColumns(name);
  for (const [column, value] of entries) checkColumn(name, column, value);
  for (const [column, value] of Object.entries(derived)) checkDerived(definition, column, value);
  const keys = entries.filter(([, { spec }]) => spec.key).map(([key]) => key);
  if (keys.length > 1) throw severalKeys(name, keys);
  const key = keys[0] ?? null;
  if (key !== null && columns[key]?.spec.nullable) throw nullableKey(name, key);
  return key;
}

/** Checks that a column can be part of a table; throws INVALID_NAME or INVALID_SCHEMA. */
export function checkColumn(table: string, name: string, column: unknown): void {
  checkName(table, name);
  if (!Column.is(column)) throw notAColumn(table, name, describeValue(column));
  const { type, default: fill } = column.spec;
  if (fill === undefined || !("value" in fill) || type.kind === "vector") return;
  if (toWireDefault(type, fill.value) === undefined) {
    throw badDefault(table, name, describeType(type), describeValue(fill.value));
  }
}

function checkDerived(definition: AnyTable, name: string, derived: unknown): void {
  const { name: table, columns } = definition;
  checkName(table, name);
  if (Object.hasOwn(columns, name)) throw nameTaken(table, name);
  if (!Derived.is(derived)) throw notAColumn(table, name, describeValue(derived));
  checkSources(table, name, derived, (source) => ownEntry(columns, source)?.spec.type);
}

/** Checks that a derived column can be computed from its sources; throws INVALID_SCHEMA. */
export function checkSources(
  table: string,
  name: string,
  { sources, template }: AnyDerived,
  typeOf: (source: string) => ColumnType | undefined,
): void {
  for (const source of sources) {
    const type = typeOf(source);
    if (type === undefined) throw badSource(table, name, source, "not a column of the table");
    const several = sources.length > 1 || template !== undefined;
    if (!isSource(type, several)) throw badSource(table, name, source, `a column of ${type.kind}`);
  }
}

/** Checks the name of a column; throws INVALID_NAME. */
export function checkName(table: string, name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
  if (name === "" || name.startsWith("_") || /[\u0000-\u001f\u007f-\u009f]/.test(name))
    throw badColumnName(name, table);
  if (!isWellFormed(name) || Buffer.byteLength(name) > 128) throw badColumnName(toWellFormed(name), table);
}
