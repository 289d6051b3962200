import type { EmbeddingConfig } from "../../embeddings/embedding-function";
import type { ColumnKind } from "../schema/column";
import { type ColumnType, describeType, type Metric, type VectorElement } from "../schema/column-type";
import type { Field, TableSchema } from "../schema/table-schema";
import { searchAt, searchOption, type TextSearchJson, type TextSearchOptions } from "../schema/text-search";

/** What a column holds. An enum is a text with `values`. */
export type ColumnKindName = ColumnKind;

/** What a column, an item of a list or a field of a struct holds, as plain data. */
export interface TypeDescription {
  /** What it holds. */
  readonly kind: ColumnKindName;
  /** The whole type in words, such as `list of int` or `vector(384, f32, cosine)`. */
  readonly type: string;
  /** For an int that is shown as `bigint`. */
  readonly bigint?: true;
  /** For a text that is searched by its words: how, `true` where nothing was said of it. */
  readonly search?: true | TextSearchOptions;
  /** For a list: what its items are. */
  readonly item?: TypeDescription;
  /** For a struct: its fields. */
  readonly fields?: readonly (TypeDescription & { readonly name: string })[];
}

/** A column as plain data. */
export interface ColumnDescription extends TypeDescription {
  /** Its name. */
  readonly name: string;
  /** Whether rows may have no value. */
  readonly nullable: boolean;
  /** Whether its values are indexed. */
  readonly indexed?: true;
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
  return {
    name: schema.table,
    primaryKey: schema.primaryKey,
    columns: schema.fields.map((field) => describeColumn(field, searchOf(field, schema))),
  };
}

/** What holds of the search by its words: text that is embedded is searched without being told. */
function searchOf({ name, type, text }: Field, { fields }: TableSchema): TextSearchJson | undefined {
  const isEmbedded = type.kind === "text" && fields.some(({ embed }) => embed?.sources.includes(name));
  return text ?? (isEmbedded ? { search: true } : undefined);
}

function describeColumn(
  { name, type, nullable, indexed, embed }: Field,
  search: TextSearchJson | undefined,
): ColumnDescription {
  return {
    name,
    ...typeDescription(type, search),
    nullable,
    ...(indexed ? { indexed: true as const } : {}),
    ...(type.kind === "enum" ? { values: type.values } : {}),
    ...(type.kind === "vector"
      ? { dimensions: type.dimensions, metric: type.metric, element: type.element }
      : {}),
    ...(embed === undefined
      ? {}
      : { sources: embed.sources, function: embed.function.name, config: embed.function.config }),
  };
}

function typeDescription(
  type: ColumnType,
  search: TextSearchJson | undefined,
  path: readonly string[] = [],
): TypeDescription {
  const said = type.kind === "text" ? searchAt(search, path) : undefined;
  const option = said === undefined ? false : searchOption(said);
  return {
    kind: type.kind === "enum" ? "text" : type.kind,
    type: describeType(type),
    ...(type.kind === "int" && type.bigint ? { bigint: true } : {}),
    ...(option === false ? {} : { search: option }),
    ...(type.kind === "list" ? { item: typeDescription(type.item.type, search, path) } : {}),
    ...(type.kind === "struct"
      ? {
          fields: type.fields.map(({ name, type: part }) => ({
            name,
            ...typeDescription(part, search, [...path, name]),
          })),
        }
      : {}),
  };
}
