import type { EmbeddingConfig } from "../embeddings/embedding-function";
import type { Metric, VectorElement } from "./schema/column-type";
import { describeType } from "./schema/column-type";
import type { Field, TableSchema } from "./schema/table-schema";

/** What a column holds. An enum is a text with `values`. */
export type ColumnKindName =
  | "text"
  | "json"
  | "int"
  | "float"
  | "boolean"
  | "timestamp"
  | "date"
  | "bytes"
  | "vector"
  | "list"
  | "struct";

/** A column as plain data. */
export interface ColumnDescription {
  /** Its name. */
  readonly name: string;
  /** What it holds. */
  readonly kind: ColumnKindName;
  /** The whole type in words, such as `list of int` or `vector(384, f32, cosine)`. */
  readonly type: string;
  /** Whether rows may have no value. */
  readonly nullable: boolean;
  /** For a text of a closed set: the set. */
  readonly values?: readonly string[];
  /** For a vector: its length. */
  readonly dimensions?: number;
  /** For a vector: how two are compared. */
  readonly metric?: Metric;
  /** For a vector: how elements are stored. */
  readonly element?: VectorElement;
  /** For a derived column: the columns that it is computed from. */
  readonly sources?: readonly string[];
  /** For a derived column: the name of its embedding function. */
  readonly function?: string;
  /** For a derived column: what its embedding function keeps of itself. */
  readonly config?: EmbeddingConfig;
}

/** A table as plain data. */
export interface TableDescription {
  /** Its name. */
  readonly name: string;
  /** The column whose value tells rows apart, or null. */
  readonly primaryKey: string | null;
  /** All columns, the vectors included; the declared ones in the order of their declaration. */
  readonly columns: readonly ColumnDescription[];
}

/** A schema as plain data. */
export function describeTable(schema: TableSchema): TableDescription {
  return { name: schema.table, primaryKey: schema.primaryKey, columns: schema.fields.map(describeColumn) };
}

function describeColumn({ name, type, nullable, embed }: Field): ColumnDescription {
  return {
    name,
    kind: type.kind === "enum" ? "text" : type.kind,
    type: describeType(type),
    nullable,
    ...(type.kind === "enum" ? { values: type.values } : {}),
    ...(type.kind === "vector"
      ? { dimensions: type.dimensions, metric: type.metric, element: type.element }
      : {}),
    ...(embed === undefined
      ? {}
      : { sources: embed.sources, function: embed.function.name, config: embed.function.config }),
  };
}
