// The one place through which the calls of tables and databases are told of: methods are put into what watches them when their class is made.

import { isBytes } from "../../realm";
import type { CallOutcome, CallStart } from "./call-event";
import type { Observers, WatchedCall } from "./observers";
import type { Operation, Operations } from "./operations";

/** What is asked of the object whose method is called. */
export interface Surroundings {
  observers(self: object): Observers;
  /** The name of its table. */
  table?(self: object): string;
  /** The version that it reads, where that is known at once. */
  version?(self: object): number | undefined;
}

type Method = (this: object, ...given: unknown[]) => unknown;

/** Tells observers of the calls of methods. Where there are no observers, a call costs one look more. */
export function observed(prototype: object, operations: Operations, around: Surroundings): void {
  for (const [name, operation] of Object.entries(operations)) {
    const method = Reflect.get(prototype, name) as Method;
    const watch = name === "scan" ? watchScan : watchCall;
    const watched: Method = function (...given) {
      if (!around.observers(this).active) return method.apply(this, given);
      return watch(around, this, { name, operation, given }, () => method.apply(this, given));
    };
    for (const property of ["name", "length"] as const)
      Object.defineProperty(watched, property, { value: method[property], configurable: true });
    Object.defineProperty(prototype, name, { value: watched, writable: true, configurable: true });
  }
}

interface Called {
  readonly name: string;
  readonly operation: Operation;
  readonly given: readonly unknown[];
}

async function watchCall(
  around: Surroundings,
  self: object,
  called: Called,
  call: () => unknown,
): Promise<unknown> {
  const { operation } = called;
  const version = operation.kind === "write" ? undefined : around.version?.(self);
  const run = async (): Promise<unknown> => await call();
  return await around.observers(self).call(whatOf(around, self, called), run, (done) => {
    const read = operation.kind === "write" ? undefined : (version ?? around.version?.(self));
    return {
      ...(read === undefined ? {} : { version: read }),
      ...(done === undefined ? {} : operation.outcome(done.result)),
    };
  });
}

/** A scan is asked for when the method is called; it begins with its first part, and ends with its last or where nobody wants more. */
function watchScan(
  around: Surroundings,
  self: object,
  called: Called,
  call: () => unknown,
): AsyncGenerator<unknown, void, void> {
  const parts = call() as AsyncGenerator<unknown, void, void>;
  return told(parts, () => {
    const version = around.version?.(self);
    const watched = around.observers(self).begin(whatOf(around, self, called));
    return { watched, version: () => version ?? around.version?.(self) };
  });
}

async function* told(
  parts: AsyncGenerator<unknown, void, void>,
  begin: () => { readonly watched: WatchedCall; readonly version: () => number | undefined },
): AsyncGenerator<unknown, void, void> {
  const { watched, version } = begin();
  let rows: number | undefined;
  let bytes: number | undefined;
  const outcome = (): CallOutcome => {
    const read = version();
    return {
      ...(rows === undefined ? {} : { rows }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(read === undefined ? {} : { version: read }),
    };
  };
  try {
    while (true) {
      const { value, done } = await watched.run(() => parts.next());
      if (done === true) return;
      if (isBytes(value)) bytes = (bytes ?? 0) + value.byteLength;
      if (Array.isArray(value)) rows = (rows ?? 0) + value.length;
      yield value;
    }
  } catch (error) {
    watched.fail(error, outcome);
    throw error;
  } finally {
    await parts.return();
    watched.end(outcome);
  }
}

function whatOf(
  around: Surroundings,
  self: object,
  { name, operation, given }: Called,
): Omit<CallStart, "startedAt"> {
  const table = around.table?.(self) ?? (operation.named === true ? nameIn(given[0]) : undefined);
  return { kind: operation.kind, operation: name, ...(table === undefined ? {} : { table }) };
}

/** The name of a table that is given by itself or as its declaration. */
function nameIn(given: unknown): string | undefined {
  if (typeof given === "string") return given;
  if (typeof given !== "object" || given === null) return undefined;
  try {
    const { name } = given as { readonly name?: unknown };
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
