// Changes of a table's columns. A handle never changes: the answer is a handle with the new columns.

import { describeValue } from "../../describe-value";
import { messageOf } from "../../realm";
import { VarveError } from "../../varve-error";
import { COMMIT, type CommitOptions, toCommitJson } from "../call/commit";
import { badArgument, brokenColumn, cannotDrop, cannotEmbed, foreignSchema } from "../call/errors";
import { FLAG, type OptionRules } from "../call/options";
import { checkSignal, LONG, type LongOptions } from "../call/progress";
import type { AnyFunction } from "../embed/traits";
import { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import type { AnyColumn } from "../schema/column";
import { describeType, fromDataType, sameType } from "../schema/column-type";
import type { AlterStep } from "../schema/compare-schema";
import { type AnyDerived, Derived, refsOf } from "../schema/derived";
import { sameEmbed } from "../schema/same-embed";
import { cannotAdd } from "../schema/schema-errors";
import {
  type AnyTable,
  checkColumn,
  checkName,
  checkSources,
  columnJson,
  derivedJson,
  TableDefinition,
} from "../schema/table-definition";
import type { FieldJson } from "../schema/table-schema";
import { embedNewColumn } from "./reembed";

/** What `addColumn` takes. */
export interface AddColumnOptions extends CommitOptions, LongOptions {}

/** What `alterColumn` takes. */
export interface AlterColumnOptions extends CommitOptions {
  /**
   * Says that the vectors of a plain column are those that the function would make of the sources.
   * @default false
   */
  readonly vouch?: boolean | undefined;
}

export const ADD_COLUMN: OptionRules<AddColumnOptions> = { ...COMMIT, ...LONG };

export const ALTER_COLUMN: OptionRules<AlterColumnOptions> = { ...COMMIT, vouch: FLAG };

/** Adds a column and returns a handle that knows it. */
export async function addColumn(
  handle: TableHandle,
  name: string,
  source: unknown,
  options: AddColumnOptions,
): Promise<TableHandle> {
  checkText("addColumn", name);
  const column = columnOf(handle, source);
  if (Derived.is(column)) return await addDerived(handle, name, column, options);
  refuseForeignSchema(handle);
  checkColumn(handle.name, name, column);
  const field = columnJson(name, column);
  if (!field.nullable && field.default === undefined) throw cannotAdd(handle.name, name);
  checkSignal(options.signal);
  await alter(handle, [{ add: field }], options);
  return await renewed(handle, ({ columns, derived }) => [{ ...columns, [name]: column }, derived]);
}

/** Adds a column that is computed, with the vectors of all rows that any version shows. */
export async function addDerived(
  handle: TableHandle,
  name: string,
  derived: AnyDerived,
  options: AddColumnOptions,
): Promise<TableHandle> {
  checkDerived(handle, name, derived);
  await embedNewColumn(handle, name, derived, options);
  return await withDerived(handle, name, derived);
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
  await alter(handle, [{ drop: name }], options);
  return await renewed(handle, ({ columns, derived }) => [without(columns, name), without(derived, name)]);
}

/** Gives a column another name and returns a handle that knows it. */
export async function renameColumn(
  handle: TableHandle,
  from: string,
  to: string,
  options: CommitOptions,
): Promise<TableHandle> {
  refuseForeignSchema(handle);
  checkText("renameColumn", to);
  checkName(handle.name, to);
  handle.schema.field(from);
  await alter(handle, [{ rename: { from, to } }], options);
  return await renewed(handle, ({ columns, derived }, fields) => {
    const called = <T>([name, column]: [string, T]): [string, T] => [name === from ? to : name, column];
    const entries = Object.entries(derived).map(called);
    return [
      Object.fromEntries(Object.entries(columns).map(called)),
      Object.fromEntries(entries.map(([name, one]) => [name, asStored(one, fields.get(name))])),
    ];
  });
}

/** Lets a column hold more, or says that its vectors are computed, and returns a handle that knows it. */
export async function alterColumn(
  handle: TableHandle,
  name: string,
  source: unknown,
  { vouch, ...options }: AlterColumnOptions,
): Promise<TableHandle> {
  const column = columnOf(handle, source);
  const { embed } = handle.schema.field(name);
  if (Derived.is(column)) {
    checkDerived(handle, name, column);
    const field = derivedJson(name, column);
    checkVouched(handle, field, vouch);
    await alter(handle, [{ alter: field }], options);
    return await withDerived(handle, name, column);
  }
  refuseForeignSchema(handle);
  checkColumn(handle.name, name, column);
  if (vouch !== undefined) throw badArgument("vouch", "an embedded column to vouch for", "a plain one");
  await alter(handle, [{ alter: columnJson(name, column) }], options);
  return await renewed(handle, ({ columns, derived }) => [
    embed === undefined ? { ...columns, [name]: column } : { ...without(columns, name), [name]: column },
    without(derived, name),
  ]);
}

/** Makes changes of the columns in one commit. With `schema`, only where the schema still has that number. */
export async function alter(
  { native }: Pick<TableHandle, "native">,
  steps: readonly AlterStep[],
  options: CommitOptions,
  schema?: number,
): Promise<void> {
  const request = JSON.stringify({
    steps,
    ...(schema === undefined ? {} : { schema }),
    ...toCommitJson(options),
  });
  await callAsync(() => native.alter(request));
}

/** A handle that knows the columns that there are now; of its definition those that are as it says. */
export async function refreshed(handle: TableHandle): Promise<TableHandle> {
  return await renewed(handle, ({ columns, derived }, fields) => [
    Object.fromEntries(
      Object.entries(columns).filter(([name]) => fields.get(name)?.embed === undefined && fields.has(name)),
    ),
    Object.fromEntries(
      Object.entries(derived).filter(([name, one]) =>
        sameEmbed(fields.get(name)?.embed, derivedJson(name, one).embed),
      ),
    ),
  ]);
}

type Parts = Pick<AnyTable, "columns" | "derived">;

/** A handle with the columns that there are now, and with the definition that follows from the change. */
async function renewed(
  handle: TableHandle,
  change: (
    definition: AnyTable,
    stored: ReadonlyMap<string, FieldJson>,
  ) => [Parts["columns"], Parts["derived"]],
  functions = handle.options.functions,
): Promise<TableHandle> {
  const { definition } = handle.options;
  const { schema } = await handle.info();
  const fields = new Map(schema.fields.map((field) => [field.name, field]));
  const options = {
    ...handle.options,
    functions,
    definition: definition && changed(definition, change(definition, fields)),
  };
  return new TableHandle(handle.name, handle.native, schema, options);
}

function changed(definition: AnyTable, [columns, derived]: [Parts["columns"], Parts["derived"]]): AnyTable {
  return new TableDefinition(definition.name, columns, derived, definition.check);
}

/** A handle that computes a column, with its function also where there is no definition. */
async function withDerived(handle: TableHandle, name: string, derived: AnyDerived): Promise<TableHandle> {
  const functions = new Map<string, AnyFunction>([
    ...(handle.options.functions ?? []),
    [name, derived.function],
  ]);
  const change = (definition: AnyTable): [Parts["columns"], Parts["derived"]] => [
    without(definition.columns, name),
    { ...definition.derived, [name]: derived },
  ];
  return await renewed(handle, change, functions);
}

/** A derived column with the sources that it has on disk. */
function asStored(derived: AnyDerived, stored: FieldJson | undefined): AnyDerived {
  const { function: fn, longText, metric, element } = derived;
  const { sources = derived.sources, template = derived.template } = stored?.embed ?? {};
  return new Derived(fn, sources, { template, longText, metric, element });
}

function columnOf(handle: TableHandle, source: unknown): AnyColumn | AnyDerived {
  if (typeof source !== "function") return source as AnyColumn | AnyDerived;
  const names = handle.schema.fields.filter((field) => field.embed === undefined).map((field) => field.name);
  try {
    return (source as (columns: object) => AnyColumn | AnyDerived)(refsOf(names));
  } catch (cause) {
    throw VarveError.is(cause) ? cause : brokenColumn(handle.name, messageOf(cause), cause);
  }
}

function checkDerived({ name: table, schema }: TableHandle, name: string, derived: AnyDerived): void {
  checkName(table, name);
  checkSources(table, name, derived, (source) => {
    const field = schema.get(source);
    return field?.embed === undefined ? field?.type : undefined;
  });
}

/** Only who wrote vectors knows what they were made of, and only vectors of one kind can be. */
function checkVouched(
  { name: table, schema }: TableHandle,
  wanted: FieldJson,
  vouch: boolean | undefined,
): void {
  const { name, type, embed } = schema.field(wanted.name);
  const wide = fromDataType(wanted.type);
  if (embed !== undefined && !sameEmbed(embed, wanted.embed)) {
    throw cannotEmbed(
      table,
      name,
      "it is computed already",
      "Use reembed() for another function of the same columns; else drop it and add it anew.",
    );
  }
  if (!sameType(type, wide)) {
    const [found, expected] = [describeType(type), describeType(wide)];
    throw cannotEmbed(
      table,
      name,
      `it is ${found}, and its vectors would be ${expected}`,
      "Add the embedded column under another name: addColumn(name, (c) => embed(fn, c.body)).",
    );
  }
  if (vouch === true) return;
  const hint = `If its vectors are what the function makes of these columns, say so with { vouch: true }; else add an embedded column under another name.`;
  throw cannotEmbed(table, name, "nobody vouched for its vectors", hint);
}

function checkText(call: string, name: unknown): void {
  if (typeof name !== "string") throw badArgument(call, "the name of a column", describeValue(name));
}

/** A schema of another library would go on to check rows for the columns that it knows. */
function refuseForeignSchema({ name, options }: TableHandle): void {
  if (options.definition?.check !== undefined) throw foreignSchema(name);
}

function without<T>(map: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== name));
}
