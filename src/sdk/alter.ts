// Changes of a table's columns. A handle never changes: the answer is a handle with the new columns.

import { type CommitOptions, toCommitJson } from "./commit";
import { badArgument, cannotDrop, foreignSchema } from "./errors";
import { callAsync } from "./native/call";
import type { AnyColumn } from "./schema/column";
import { cannotAdd } from "./schema/schema-errors";
import { type AnyTable, checkColumn, columnJson, TableDefinition } from "./schema/table-definition";
import { describeValue } from "./schema/wire-value";
import { TableHandle } from "./table-handle";

/** Adds a column and returns a handle that knows it. */
export async function addColumn(
  handle: TableHandle,
  name: string,
  column: AnyColumn,
  options: CommitOptions,
): Promise<TableHandle> {
  refuseForeignSchema(handle);
  if (typeof name !== "string") throw badArgument("addColumn", "the name of a column", describeValue(name));
  checkColumn(handle.name, name, column);
  const field = columnJson(name, column);
  if (!field.nullable && field.default === undefined) throw cannotAdd(handle.name, name);
  const request = JSON.stringify({ addColumns: [field], ...toCommitJson(options) });
  await callAsync(() => handle.native.alter(request));
  return await renewed(handle, (definition) => {
    return new TableDefinition(
      definition.name,
      { ...definition.columns, [name]: column },
      definition.derived,
    );
  });
}

/** Drops a column and returns a handle without it. */
export async function dropColumn(
  handle: TableHandle,
  name: string,
  options: CommitOptions,
): Promise<TableHandle> {
  refuseForeignSchema(handle);
  const { schema } = handle;
  schema.field(name);
  if (name === schema.primaryKey) throw cannotDrop(handle.name, name, "it is the primary key");
  const dependent = schema.fields.find((field) => field.embed?.sources.includes(name));
  if (dependent !== undefined) {
    throw cannotDrop(handle.name, name, `${JSON.stringify(dependent.name)} is computed from it`);
  }
  const request = JSON.stringify({ dropColumns: [name], ...toCommitJson(options) });
  await callAsync(() => handle.native.alter(request));
  return await renewed(handle, (definition) => {
    return new TableDefinition(
      definition.name,
      without(definition.columns, name),
      without(definition.derived, name),
    );
  });
}

/** A schema of another library would go on to check rows for the columns that it knows. */
function refuseForeignSchema({ name, options }: TableHandle): void {
  if (options.definition?.check !== undefined) throw foreignSchema(name);
}

async function renewed(
  handle: TableHandle,
  change: (definition: AnyTable) => AnyTable,
): Promise<TableHandle> {
  const { definition } = handle.options;
  const options = {
    ...handle.options,
    definition: definition === undefined ? undefined : change(definition),
  };
  return new TableHandle(handle.name, handle.native, (await handle.info()).schema, options);
}

function without<T>(map: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== name));
}
