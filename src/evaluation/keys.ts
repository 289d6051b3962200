import type { FilterColumns, TableView, UntypedTable, Where } from "varve";
import { wholeNumber } from "../whole-number";

/** How many keys are looked up at once. */
const AT_ONCE = 500;

/** Those of some keys that rows have, as texts. */
export async function keysThere(
  view: TableView<UntypedTable>,
  key: string,
  keys: readonly string[],
  where: Where<UntypedTable> | undefined,
): Promise<Set<string>> {
  const column = (await view.describe()).columns.find(({ name }) => name === key);
  const wanted = [...new Set(keys)];
  const values = column?.kind === "int" ? wanted.flatMap((text) => integer(text, column.bigint)) : wanted;
  const there = new Set<string>();
  for (let at = 0; at < values.length; at += AT_ONCE) {
    const some = values.slice(at, at + AT_ONCE);
    const isOne = (c: FilterColumns<UntypedTable>) => (c[key] as (typeof c)[string]).in(some);
    const filters = [where ?? []].flat() as Exclude<typeof where, undefined | readonly unknown[]>[];
    const rows: object[] = await view.find({ where: [isOne, ...filters], select: [key] });
    for (const row of rows) there.add(String(Reflect.get(row, key)));
  }
  return there;
}

/** The integer that a text is, as rows of the column have it; none where it is none. */
function integer(text: string, isBigint = false): (number | bigint)[] {
  const whole = wholeNumber(text);
  if (whole === undefined) return [];
  if (isBigint) return [whole];
  return Number.isSafeInteger(Number(whole)) ? [Number(whole)] : [];
}
