import type { ShownRow } from "../api-types";

/** A row, and where it stands in its list. */
export interface RowPlace {
  readonly index: number;
  readonly row: ShownRow;
}

/** How a server is asked for one value in full. */
export function cellOf(question: object, { id }: ShownRow, index: number, column: string): object {
  const { table, as_of, where, order_by } = question as Readonly<Record<string, unknown>>;
  return id === null
    ? { table, as_of, where, order_by, offset: index, column }
    : { table, as_of, keys: [id], column };
}
