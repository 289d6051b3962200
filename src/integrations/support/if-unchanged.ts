// Writes that depend on what is there. A table tells a writer that somebody else was first, and the write is made anew. Those of one process
// then stand in line, so that however many there are each is made anew only once: otherwise all would try again at once, and one would land.

import { type AnyTable, type Snapshot, type Table, VarveError } from "varve";

/** How often other processes may be first. */
const ATTEMPTS = 100;

/** The last one of each line, by the open database and the name of the table. */
const lines = new WeakMap<object, Map<string, Promise<void>>>();

/** Reads what there is at a version, and answers with what writes, which may demand that version. */
export type Change<D extends AnyTable, T> = (view: Snapshot<D>) => Promise<(ifVersion: number) => Promise<T>>;

/** Writes what depends on the newest version. Where somebody else is first, or gives a row the same key, it reads again. */
export async function ifUnchanged<D extends AnyTable, T>(
  t: Table<D>,
  change: Change<D, T>,
  busy: () => Error,
): Promise<T> {
  const first = await attempt(t, change);
  if (first !== undefined) return first.done;
  return await inLine(t, async () => {
    for (let attempts = 1; attempts < ATTEMPTS; attempts++) {
      const next = await attempt(t, change);
      if (next !== undefined) return next.done;
    }
    throw busy();
  });
}

async function attempt<D extends AnyTable, T>(
  t: Table<D>,
  change: Change<D, T>,
): Promise<{ readonly done: T } | undefined> {
  const version = await t.version();
  const write = await change(t.asOf(version));
  try {
    return { done: await write(version) };
  } catch (error) {
    if (VarveError.is(error) && (error.code === "CONFLICT" || error.code === "DUPLICATE_KEY"))
      return undefined;
    throw error;
  }
}

async function inLine<D extends AnyTable, T>({ origin, name }: Table<D>, work: () => Promise<T>): Promise<T> {
  const own = lines.get(origin) ?? new Map<string, Promise<void>>();
  lines.set(origin, own);
  const working = (own.get(name) ?? Promise.resolve()).then(work);
  const ended = working.then(
    () => undefined,
    () => undefined,
  );
  own.set(name, ended);
  try {
    return await working;
  } finally {
    if (own.get(name) === ended) own.delete(name);
  }
}
