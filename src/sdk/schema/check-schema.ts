// Whether a declared table and the table on disk are the same.

import { isDeepStrictEqual } from "node:util";
import { isSameEmbedder } from "../../embeddings/embedder-identity";
import { describeType, fromDataType, sameType } from "./column-type";
import {
  columnDiffers,
  columnNotDeclared,
  columnNotStored,
  functionChanged,
  keyDiffers,
} from "./schema-errors";
import { type AnyTable, toSchemaJson } from "./table-definition";
import { type EmbedSpec, type FieldJson, ownEntry, type SchemaJson } from "./table-schema";

/**
 * Throws SCHEMA_MISMATCH, naming the column, where they differ. A stored column may be missing in the declaration only if it
 * is nullable or derived or has a constant default; the order of columns, the order of an enum's values and defaults may differ.
 */
export function checkSchema(definition: AnyTable, stored: SchemaJson): void {
  const { name: table } = definition;
  const declared = toSchemaJson(definition);
  const storedKey = stored.primaryKey ?? null;
  if (declared.primaryKey !== storedKey) throw keyDiffers(table, declared.primaryKey, storedKey);
  const byName = new Map(stored.fields.map((field) => [field.name, field]));
  for (const field of declared.fields) {
    const found = byName.get(field.name);
    if (found === undefined) throw columnNotStored(table, field.name, describeField(field));
    if (onlyFunctionDiffers(field, found))
      throw functionChanged(table, field.name, describeFunction(field), describeFunction(found));
    if (!sameField(field, found))
      throw columnDiffers(table, field.name, describeField(field), describeField(found));
  }
  for (const field of stored.fields) {
    const known = ownEntry(definition.columns, field.name) ?? ownEntry(definition.derived, field.name);
    if (known === undefined && !mayBeLeftOut(field)) {
      throw columnNotDeclared(table, field.name, describeField(field));
    }
  }
}

/** Whether rows may leave the column out. */
function mayBeLeftOut(field: FieldJson): boolean {
  return field.nullable || field.embed !== undefined || (field.default ?? null) !== null;
}

function sameField(a: FieldJson, b: FieldJson): boolean {
  return (
    sameType(fromDataType(a.type), fromDataType(b.type)) &&
    a.nullable === b.nullable &&
    sameEmbed(a.embed, b.embed)
  );
}

/** Whether two columns are the same but for what embeds them. */
function onlyFunctionDiffers(a: FieldJson, b: FieldJson): boolean {
  if (a.embed === undefined || b.embed === undefined || sameEmbed(a.embed, b.embed)) return false;
  return sameField(a, { ...b, embed: { ...b.embed, function: a.embed.function } });
}

function sameEmbed(a: EmbedSpec | undefined, b: EmbedSpec | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  // What happens to texts that are too long may be said anew at any time: the vectors that are there stay right.
  const plain = (spec: EmbedSpec): unknown =>
    JSON.parse(
      JSON.stringify({
        ...spec,
        longText: undefined,
        function: { ...spec.function, config: otherConfig(spec) },
      }),
    );
  return sameEmbedder(a, b) && isDeepStrictEqual(plain(a), plain(b));
}

/** Whether two functions use the same embedder of another library. Tables made before embedders were stored name none. */
function sameEmbedder(declared: EmbedSpec, stored: EmbedSpec): boolean {
  const [one, other] = [declared, stored].map(embedderOf);
  return other === undefined || isSameEmbedder(one, other);
}

function embedderOf({ function: { config } }: EmbedSpec): unknown {
  return ownEntry(config, "embedder");
}

function otherConfig({ function: { config } }: EmbedSpec): unknown {
  const { embedder: _embedder, ...others } = config;
  return others;
}

function describeField(field: FieldJson): string {
  const type = describeType(fromDataType(field.type));
  if (field.embed === undefined) return field.nullable ? `${type}, nullable` : type;
  const { sources, template } = field.embed;
  const how = template === undefined ? "" : ` by the template ${JSON.stringify(template)}`;
  return `${type}, embedded from ${sources.join(", ")}${how} with ${describeFunction(field)}`;
}

function describeFunction({ embed }: FieldJson): string {
  if (embed === undefined) return "none";
  const { name, config, revision } = embed.function;
  const edition = revision === undefined ? "" : `, revision ${revision}`;
  return `${name} ${JSON.stringify(config)}${edition}`;
}
