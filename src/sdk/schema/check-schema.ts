// Whether a declared table and the table on disk are the same.

import { compareSchema } from "./compare-schema";
import { schemaDiffers } from "./schema-errors";
import type { AnyTable } from "./table-definition";
import type { SchemaJson } from "./table-schema";

/**
 * Throws SCHEMA_MISMATCH where they differ, with the calls that bring the table to the declaration. A stored column may be missing in
 * the declaration only if it is nullable, has a default or is derived; the order of columns, the order of an enum's values and defaults
 * may differ. A derived column may be missing in the table: rows are written without it until it is added.
 */
export function checkSchema(definition: AnyTable, stored: SchemaJson): void {
  const { steps, obstacles } = compareSchema(definition, stored);
  if (obstacles.length === 0 && steps.every(({ kind }) => kind === "addEmbedding")) return;
  throw schemaDiffers(
    definition.name,
    [...steps, ...obstacles],
    steps.map(({ call }) => call),
  );
}
