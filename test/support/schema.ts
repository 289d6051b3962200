import { type AnyTable, toSchemaJson } from "../../src/sdk/schema/table-definition";
import { joinSchema, type TableSchema } from "../../src/sdk/schema/table-schema";

/** The schema of a definition as if it had been created, with ids from 1 on. */
export function schemaOf(definition: AnyTable): TableSchema {
  const { primaryKey, fields } = toSchemaJson(definition);
  const stored = fields.map((field, index) => ({ ...field, id: index + 1 }));
  return joinSchema(definition.name, { primaryKey, fields: stored }, definition);
}

/** A filter without the ids of columns, which follow from their names. */
export function byName<F>(filter: F): F {
  return JSON.parse(JSON.stringify(filter), (key, value: unknown) =>
    key === "field" ? undefined : value,
  ) as F;
}
