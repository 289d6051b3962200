import type { FilterColumns, UntypedTable } from "varve";

/** The rows that have one of some keys, as a condition. */
export function byKeys(key: string, keys: readonly unknown[]) {
  return (c: FilterColumns<UntypedTable>) => (c[key] as (typeof c)[string]).in(keys);
}
