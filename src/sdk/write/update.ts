// Updates: what is set, constants and computed values, goes to the engine together with the filter. The engine finds the rows when it
// commits, so that nothing is missed that came before; what depends on the changed columns is embedded first, for the rows that there are.

import { describeValue } from "../../describe-value";
import { isPlainObject, messageOf } from "../../realm";
import { VarveError } from "../../varve-error";
import { toCommitJson, toWriteResult, type WriteResult } from "../call/commit";
import { badArgument, cannotSet, unreadableArgument } from "../call/errors";
import { checkSignal, reportCommitted } from "../call/progress";
import { ComputedValue, computedColumns, type ExpressionJson } from "../compute/value";
import type { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import type { NativeWriter } from "../native/open";
import { unknownKey, wrongCell } from "../native/row-errors";
import { describeType } from "../schema/column-type";
import type { AnyTable } from "../schema/table-definition";
import { type Field, namesOf, type VectorField } from "../schema/table-schema";
import { commitFilled, fillMissing } from "./missing-vectors";
import { OpenBatch } from "./open-batch";
import { rowFilter } from "./row-filter";
import type { UpdateOptions } from "./write-options";

/** What `update` was asked for. */
type UpdateRequest = UpdateOptions<AnyTable, boolean>;

/** The columns that change: those that are set to a value or to a computed one, and the derived ones that follow from them. */
interface Change {
  readonly constants: ReadonlyMap<Field, unknown>;
  readonly computed: ReadonlyMap<Field, ExpressionJson>;
  readonly derived: readonly VectorField[];
}

/** Sets columns of all rows that a filter lets through, as one commit. */
export async function updateRows(handle: TableHandle, request: UpdateRequest): Promise<WriteResult> {
  const change = changeOf(handle, request);
  const where = rowFilter(handle, "update", request);
  const body = {
    kind: "update",
    columns: namesOf([...change.constants.keys(), ...change.computed.keys(), ...change.derived]),
    where,
    compute: computeJson(change),
    derived: change.derived.map((field) => field.id),
    ...toCommitJson(request),
  };
  const options = { ...request, write: handle.options.services.cache.beginWrite() };
  const writer = await begin(handle, body, change);
  let result: WriteResult;
  try {
    await fillMissing(handle, writer, change.derived, options);
    result = toWriteResult(await commitFilled(handle, writer, change.derived, options, null));
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
  const { updated } = result;
  if (updated > 0) reportCommitted(request.onProgress, { stage: "write", done: updated, total: updated });
  return result;
}

/** Hands over what is set; a value that does not fit is an error even where no row matches. */
async function begin(handle: TableHandle, body: object, { constants }: Change): Promise<NativeWriter> {
  const buffer = handle.buffers.take();
  try {
    const columns = new Map([...constants].map(([field, value]) => [field, [value]]));
    const cells = { base: undefined, count: 1, columns };
    const batch = new OpenBatch(handle, cells, buffer).bytes();
    return await callAsync(() => handle.native.stage(JSON.stringify(body), batch));
  } finally {
    handle.buffers.give(buffer);
  }
}

function computeJson({ computed }: Change): object[] {
  return [...computed].map(([{ id, type }, value]) => ({
    field: id,
    value,
    safe: type.kind === "int" && !type.bigint,
  }));
}

function changeOf(handle: TableHandle, request: UpdateRequest): Change {
  const { name: table } = handle;
  checkSignal(request.signal);
  const constants = new Map<Field, unknown>();
  const computed = new Map<Field, ExpressionJson>();
  for (const [name, value] of Object.entries(setOf(handle, request))) {
    if (value === undefined) continue;
    const field = fieldToSet(handle, name, request);
    const expression = ComputedValue.jsonOf(value);
    if (expression !== undefined) computed.set(field, expression);
    else if (value !== null || field.nullable) constants.set(field, value);
    else throw wrongCell({ table }, name, describeType(field.type), "null");
  }
  if (constants.size + computed.size === 0) throw badArgument("set", "at least one column", "none", table);
  const names = new Set([...constants.keys(), ...computed.keys()].map((field) => field.name));
  const follows = ({ name, embed }: VectorField): boolean =>
    !names.has(name) && (embed?.sources ?? []).some((source) => names.has(source));
  return { constants, computed, derived: handle.computed().filter(follows) };
}

function setOf(handle: TableHandle, { set }: UpdateRequest): object {
  const made = typeof set === "function" ? computedBy(set as (columns: object) => unknown, handle) : set;
  if (isPlainObject(made)) return made;
  throw badArgument(
    "set",
    "an object of columns and values, or a function that returns one",
    describeValue(made),
    handle.name,
  );
}

function computedBy(set: (columns: object) => unknown, { schema }: TableHandle): unknown {
  try {
    return set(computedColumns(schema));
  } catch (cause) {
    throw VarveError.is(cause) ? cause : unreadableArgument("set", messageOf(cause), cause);
  }
}

function fieldToSet(
  { schema, name: table }: TableHandle,
  name: string,
  { vectors = false }: UpdateRequest,
): Field {
  const field = schema.get(name);
  if (field === undefined) throw unknownKey({ table }, name, schema.names());
  if (name === schema.primaryKey) throw cannotSet(table, name, "it is the primary key");
  if (field.embed !== undefined && !vectors)
    throw cannotSet(table, name, "it is computed from other columns");
  return field;
}
