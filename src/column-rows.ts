// Rows that are given column by column, with no object for a row. Integrations make them of what they read, and a write takes them among the
// rows of its source.

import { hasBrand } from "./realm";

const brand: unique symbol = Symbol.for("varve.columnRows");

/** The cells of a column: of the rows from one number up to another. They are as `insert` takes them; undefined is left out. */
export type CellsOf = (from: number, to: number) => unknown[];

/** Some rows as columns. */
export class ColumnRows {
  readonly count: number;
  readonly columns: ReadonlyMap<string, CellsOf>;

  constructor(count: number, columns: ReadonlyMap<string, CellsOf>) {
    this.count = count;
    this.columns = columns;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether a value is such rows, also when two copies of the package are loaded. */
  static is(value: unknown): value is ColumnRows {
    return hasBrand(value, brand);
  }

  /** Some of the rows as objects. */
  rows(from: number, to: number): Record<string, unknown>[] {
    const columns = [...this.columns].map(([name, cells]) => [name, cells(from, to)] as const);
    return Array.from({ length: to - from }, (_, row) => {
      const entries = columns.map(([name, cells]) => [name, cells[row]] as const);
      return Object.fromEntries(entries.filter(([, cell]) => cell !== undefined));
    });
  }
}
