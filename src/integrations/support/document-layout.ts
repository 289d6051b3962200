// Which column of a table is what to a document: its key, its text, its vector, its metadata.

import type { ColumnDescription, TableDescription } from "varve";
import type { Names } from "../../own-options";
import { layoutProblem } from "./document-errors";

/** Where a document's parts are in a table of one's own. What is not said is found out. */
export interface LayoutOptions {
  /**
   * The column of the text.
   * @default "content", or the only column that the vector is computed from
   */
  readonly content?: string | undefined;
  /**
   * The column of the vector.
   * @default the only one, or the only one that is computed from the text
   */
  readonly vector?: string | undefined;
  /**
   * A column of JSON that holds all metadata, or the columns that are the metadata.
   * @default the column `"metadata"` if it is JSON, and otherwise every column that is neither key, text nor vector
   */
  readonly metadata?: string | readonly string[] | undefined;
}

/** Their names. */
export const LAYOUT: Names<LayoutOptions> = { content: true, vector: true, metadata: true };

/** Where a document's parts are. */
export interface DocumentLayout {
  /** The table's name. */
  readonly table: string;
  readonly id: string;
  readonly content: string;
  /** Whether texts are searched by their words. */
  readonly hasWords: boolean;
  readonly vector: ColumnDescription;
  /** A column of JSON, with the column that says where its dates are; or columns of their own. */
  readonly metadata:
    | { readonly json: string; readonly dates: string | undefined }
    | { readonly columns: readonly MetadataColumn[] };
}

/** A column that is a key of the metadata. */
export interface MetadataColumn {
  readonly name: string;
  readonly isJson: boolean;
}

/** The column of a document table that says where its metadata has dates. */
export const DATES = "dates";

/** Finds the parts of a document; throws INVALID_ARGUMENT where that is not clear. */
export function layoutOf(table: TableDescription, options: LayoutOptions = {}): DocumentLayout {
  const { name, primaryKey } = table;
  const key = primaryKey === null ? undefined : columnOf(table, primaryKey);
  if (key?.kind !== "text")
    throw layoutProblem(name, "it needs a primary key of text, for the ids of documents");
  const vector = vectorOf(table, options);
  const content = contentOf(table, options, vector);
  const taken = [key.name, content];
  return {
    table: name,
    id: key.name,
    content,
    hasWords: columnOf(table, content).search !== undefined,
    vector,
    metadata: metadataOf(table, options.metadata, taken),
  };
}

function vectorOf(table: TableDescription, { vector, content }: LayoutOptions): ColumnDescription {
  if (vector !== undefined) return expectKind(table, vector, "vector");
  const vectors = table.columns.filter(({ kind }) => kind === "vector");
  const computed = vectors.filter(({ sources }) => content !== undefined && sources?.includes(content));
  for (const candidates of [computed, vectors]) {
    const [only] = candidates;
    if (only !== undefined && candidates.length === 1) return only;
  }
  const problem =
    vectors.length === 0
      ? "it has no vector column"
      : `it has ${vectors.length} vector columns (${vectors.map((one) => one.name).join(", ")}): name one as \`vector\``;
  throw layoutProblem(table.name, problem);
}

function contentOf(table: TableDescription, { content }: LayoutOptions, vector: ColumnDescription): string {
  if (content !== undefined) return expectKind(table, content, "text").name;
  if (table.columns.some(({ name, kind }) => name === "content" && kind === "text")) return "content";
  const [only] = vector.sources ?? [];
  if (only !== undefined && vector.sources?.length === 1) return only;
  throw layoutProblem(table.name, "name the column of the text as `content`");
}

function metadataOf(
  table: TableDescription,
  asked: LayoutOptions["metadata"],
  taken: readonly string[],
): DocumentLayout["metadata"] {
  if (typeof asked === "string") return jsonMetadata(table, expectKind(table, asked, "json").name);
  if (asked !== undefined) {
    const columns = asked.map((column) => columnOf(table, column));
    for (const { name, kind } of columns) {
      if (kind === "vector" || taken.includes(name))
        throw layoutProblem(table.name, `the column ${JSON.stringify(name)} cannot be metadata`);
    }
    return { columns: columns.map(metadataColumn) };
  }
  if (table.columns.some(({ name, kind }) => name === "metadata" && kind === "json"))
    return jsonMetadata(table, "metadata");
  const rest = table.columns.filter(({ name, kind }) => kind !== "vector" && !taken.includes(name));
  return { columns: rest.map(metadataColumn) };
}

function metadataColumn({ name, kind }: ColumnDescription): MetadataColumn {
  return { name, isJson: kind === "json" };
}

function jsonMetadata(table: TableDescription, json: string): DocumentLayout["metadata"] {
  const dates = table.columns.find(({ name, kind }) => name === DATES && kind === "json");
  return { json, dates: dates?.name };
}

function columnOf(table: TableDescription, name: string): ColumnDescription {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw layoutProblem(table.name, `it has no column ${JSON.stringify(name)}`);
  return column;
}

function expectKind(
  table: TableDescription,
  name: string,
  kind: ColumnDescription["kind"],
): ColumnDescription {
  const column = columnOf(table, name);
  if (column.kind === kind) return column;
  throw layoutProblem(
    table.name,
    `the column ${JSON.stringify(name)} is ${column.type}, and ${kind} is needed`,
  );
}
