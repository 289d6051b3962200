// The schema of a table as the SDK works with it: what stands on disk, joined with what was declared.

import { describeValue } from "../../describe-value";
import type { LongText } from "../../embeddings/embedding-function";
import type { VarveError } from "../../varve-error";
import type { ColumnDefault, ColumnMap } from "./column";
import { callCode, derivedCode } from "./column-code";
import {
  type ColumnType,
  type DataType,
  fromDataType,
  sameType,
  type VectorType,
  withBigints,
} from "./column-type";
import { fromWireDefault, type WireDefault } from "./defaults";
import type { DerivedMap } from "./derived";
import { columnNotFound, notEmbeddedYet } from "./schema-errors";
import type { TextSearchJson } from "./text-search";

/** What is kept of an embedding function in a table. */
export interface FunctionSpec {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The edition of the model, where the config does not hold it. */
  readonly revision?: string | undefined;
}

/** How a derived column is computed, as it is kept in the table. */
export interface EmbedSpec {
  readonly sources: readonly string[];
  readonly function: FunctionSpec;
  readonly template?: string | undefined;
  readonly longText?: LongText | undefined;
}

/** A column as it stands in a schema for the native module. */
export interface FieldJson {
  readonly id?: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly default?: WireDefault;
  readonly embed?: EmbedSpec;
  readonly text?: TextSearchJson;
  readonly indexed?: boolean;
}

/** A schema as it crosses to the native module and back. */
export interface SchemaJson {
  readonly id?: number;
  readonly primaryKey: string | null;
  readonly fields: readonly FieldJson[];
}

/** A column of an open table. */
export interface Field {
  readonly id: number;
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly embed: EmbedSpec | undefined;
  readonly text: TextSearchJson | undefined;
  readonly indexed: boolean;
  readonly fill: ColumnDefault | undefined;
  readonly declared: boolean;
}

/** A vector column of an open table. */
export interface VectorField extends Field {
  readonly type: VectorType;
}

/** The columns of an open table at some version. */
export class TableSchema {
  readonly table: string;
  readonly primaryKey: string | null;
  readonly fields: readonly Field[];
  /** Derived columns that are declared and not there yet. */
  readonly awaited: DerivedMap;
  /** The name of one of them where it is the first that is declared, and so the one that a text is searched in. */
  readonly awaitedFirst: string | undefined;
  readonly #byName: ReadonlyMap<string, Field>;

  constructor(table: string, primaryKey: string | null, fields: readonly Field[], derived: DerivedMap = {}) {
    this.table = table;
    this.primaryKey = primaryKey;
    this.fields = fields;
    this.#byName = new Map(fields.map((field) => [field.name, field]));
    const awaited = Object.entries(derived).filter(([name]) => !this.#byName.has(name));
    this.awaited = Object.fromEntries(awaited);
    this.awaitedFirst = Object.keys(derived)
      .slice(0, 1)
      .find((name) => !this.#byName.has(name));
  }

  /** The column of that name, if there is one. */
  get(name: string): Field | undefined {
    return this.#byName.get(name);
  }

  /** The column of that name; throws COLUMN_NOT_FOUND, and SCHEMA_MISMATCH for one that is declared and not there yet. */
  field(name: string): Field {
    const field = this.#byName.get(name);
    if (field !== undefined) return field;
    throw (
      this.notYet(name) ??
      columnNotFound(this.table, typeof name === "string" ? name : describeValue(name), this.names())
    );
  }

  /** The error for a derived column that is declared and not there yet. */
  notYet(name: string | undefined): VarveError | undefined {
    const derived = typeof name === "string" ? ownEntry(this.awaited, name) : undefined;
    if (name === undefined || derived === undefined) return undefined;
    return notEmbeddedYet(
      this.table,
      name,
      callCode("addColumn", JSON.stringify(name), derivedCode(derived)),
    );
  }

  /** The names of all columns. */
  names(): string[] {
    return this.fields.map((field) => field.name);
  }

  /** The vector columns, declared ones in the order of their declaration. */
  vectors(): VectorField[] {
    return this.fields.filter(isVector);
  }

  /** The columns that reads return by default: those that were declared, without the vectors. */
  plainNames(): string[] {
    return this.fields
      .filter((field) => field.declared && field.type.kind !== "vector")
      .map((field) => field.name);
  }
}

/** Columns by id and name, so that one that was renamed is not written under the name that it had. */
export function namesOf(fields: readonly Field[]): [number, string][] {
  return fields.map(({ id, name }) => [id, name]);
}

/** Whether a column holds vectors. */
export function isVector(field: Field): field is VectorField {
  return field.type.kind === "vector";
}

/** What a declaration says of the columns. */
interface Declaration {
  readonly columns: ColumnMap;
  readonly derived: DerivedMap;
}

/**
 * Joins a stored schema with a declaration. What is declared decides how integers are shown and what fills a missing value.
 * Without a declaration every column counts as declared, and the columns named in `bigints` are shown as bigints.
 */
export function joinSchema(
  table: string,
  stored: SchemaJson,
  definition: Declaration | undefined,
  bigints: readonly string[] = [],
): TableSchema {
  const join = (json: FieldJson): Field => {
    const column = ownEntry(definition?.columns, json.name);
    const stored = bigints.includes(json.name)
      ? withBigints(fromDataType(json.type))
      : fromDataType(json.type);
    // An older version may have had another column under the name that is declared now.
    const type = column !== undefined && sameType(column.spec.type, stored) ? column.spec.type : stored;
    const stays = json.default === undefined || json.default === null ? undefined : json.default;
    const constant = stays === undefined ? undefined : { value: fromWireDefault(type, stays) };
    return {
      id: json.id ?? 0,
      name: json.name,
      type,
      nullable: json.nullable,
      embed: embedOf(json, definition),
      text: json.text,
      indexed: json.indexed ?? false,
      fill: column?.spec.default ?? constant,
      declared:
        definition === undefined ||
        column !== undefined ||
        ownEntry(definition.derived, json.name) !== undefined,
    };
  };
  const fields = stored.fields.map(join);
  const key = stored.primaryKey ?? null;
  if (definition === undefined) return new TableSchema(table, key, fields);
  return new TableSchema(table, key, inDeclaredOrder(fields, definition), definition.derived);
}

/** How a column is computed; the declaration says what happens to long texts, if there is one. */
function embedOf({ name, embed }: FieldJson, definition: Declaration | undefined): EmbedSpec | undefined {
  const declared = ownEntry(definition?.derived, name);
  return embed === undefined || declared === undefined ? embed : { ...embed, longText: declared.longText };
}

function inDeclaredOrder(fields: readonly Field[], definition: Declaration): Field[] {
  const order = [...Object.keys(definition.columns), ...Object.keys(definition.derived)];
  const place = new Map(order.map((name, index) => [name, index]));
  return fields.toSorted((a, b) => (place.get(a.name) ?? order.length) - (place.get(b.name) ?? order.length));
}

/** The entry of an object under its own key, never one that it inherits. */
export function ownEntry<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
