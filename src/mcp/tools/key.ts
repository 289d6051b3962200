// Keys as models write them: texts and numbers, whatever the column holds.

import { type TableDescription, VarveError } from "varve";
import { noKey } from "../../integrations/support/retrieval/tool-errors";
import { wholeNumber } from "../../whole-number";

/** A key as a model writes it. */
export type WrittenKey = string | number;

/** The name of the key's column; throws NO_PRIMARY_KEY. */
export function keyOf({ name, primaryKey }: TableDescription): string {
  if (primaryKey === null) throw noKey(name);
  return primaryKey;
}

/** Keys as the table has them: numbers that were written as texts are numbers, and the other way round. */
export function keysOf(
  description: TableDescription,
  keys: readonly WrittenKey[],
): (string | number | bigint)[] {
  const name = keyOf(description);
  const kind = description.columns.find((column) => column.name === name)?.kind;
  return keys.map((key) => {
    if (kind === "text") return String(key);
    if (kind !== "int") return key;
    if (typeof key === "number") return key;
    const whole = wholeNumber(key);
    if (whole !== undefined) return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
    throw new VarveError("INVALID_ARGUMENT", `keys: expected whole numbers, found ${JSON.stringify(key)}.`);
  });
}
