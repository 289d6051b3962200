import { VarveError } from "../varve-error";

/** Tables that are asked at once. */
const AT_ONCE = 16;

/** A table, and what it answered. */
export interface TableAnswer<T> {
  readonly name: string;
  readonly answer: T;
}

/**
 * Asks several tables, some at once, and tells what they answered in their order, as many at a time as were asked at once. A table that went
 * since its name was read is left out.
 */
export async function* severalTables<T>(
  names: readonly string[],
  ask: (name: string) => Promise<T>,
): AsyncGenerator<TableAnswer<T>[], void, undefined> {
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const some = names.slice(from, from + AT_ONCE);
    const answers = await Promise.all(some.map(async (name) => await answerOf(name, ask)));
    yield answers.filter((one) => one !== undefined);
  }
}

async function answerOf<T>(
  name: string,
  ask: (name: string) => Promise<T>,
): Promise<TableAnswer<T> | undefined> {
  try {
    return { name, answer: await ask(name) };
  } catch (error) {
    if (VarveError.is(error) && error.code === "TABLE_NOT_FOUND") return undefined;
    throw error;
  }
}
