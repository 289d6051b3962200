// From a property of a JSON Schema (draft 2020-12) to the type of a column.

import type { ColumnType } from "./column-type";

/** A schema or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A column as a JSON Schema tells it. */
export interface JsonSchemaColumn {
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** Nothing is said about the value: any JSON, or something that JSON Schema cannot express. */
  readonly vague: boolean;
}

const REFERENCES_MAX = 16;

/** The type of a column for a property; what is no scalar and no list of scalars becomes a JSON column. */
export function columnOfProperty(property: unknown, root: JsonSchema): JsonSchemaColumn {
  const schema = follow(property, root);
  if (schema === undefined) return { type: { kind: "json" }, nullable: false, vague: false };
  const variants = variantsOf(schema, root);
  const rest = variants.filter((variant) => variant["type"] !== "null" && variant["const"] !== null);
  const nullable = rest.length < variants.length;
  const only = rest[0];
  const type: ColumnType = rest.length === 1 && only !== undefined ? typeOf(only, root) : { kind: "json" };
  return { type, nullable, vague: variants.length === 1 && isVague(schema) };
}

function variantsOf(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return choices.map((choice) => follow(choice, root) ?? {});
  const { type } = schema;
  if (!Array.isArray(type)) return [schema];
  const values = Array.isArray(schema["enum"]) ? schema["enum"].filter((value) => value !== null) : undefined;
  return type.map((one: unknown) => ({
    ...schema,
    type: one,
    ...(values === undefined ? {} : { enum: values }),
  }));
}

function typeOf(schema: JsonSchema, root: JsonSchema): ColumnType {
  switch (schema["type"]) {
    case "string":
      return textType(schema);
    case "integer":
      return { kind: "int", bigint: false };
    case "number":
      return { kind: "float", bits: 64 };
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return listType(schema, root);
    default:
      return { kind: "json" };
  }
}

function textType(schema: JsonSchema): ColumnType {
  const values: unknown = "const" in schema ? [schema["const"]] : schema["enum"];
  if (Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === "string")) {
    return { kind: "enum", values };
  }
  return schema["format"] === "date" ? { kind: "date" } : { kind: "text" };
}

function listType(schema: JsonSchema, root: JsonSchema): ColumnType {
  if (schema["items"] === undefined || schema["prefixItems"] !== undefined) return { kind: "json" };
  const item = columnOfProperty(schema["items"], root);
  if (item.type.kind === "json" || item.type.kind === "list") return { kind: "json" };
  return { kind: "list", item: { type: item.type, nullable: item.nullable } };
}

function follow(start: unknown, root: JsonSchema): JsonSchema | undefined {
  let schema = start;
  for (let step = 0; step < REFERENCES_MAX; step++) {
    if (!isObject(schema)) return undefined;
    const reference = schema["$ref"];
    if (typeof reference !== "string") return schema;
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
    const definitions = root["$defs"] ?? root["definitions"];
    schema =
      name !== undefined && isObject(definitions) && Object.hasOwn(definitions, name)
        ? definitions[name]
        : undefined;
  }
  return undefined;
}

function isVague(schema: JsonSchema): boolean {
  const telling = ["type", "const", "enum", "anyOf", "oneOf", "allOf", "properties", "items", "$ref", "not"];
  return !telling.some((key) => key in schema);
}

/** Whether a value is an object that is no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
