/** A cell that a row does not bring: a row that replaces another keeps the value from there, and only a new row takes this one. */
export class Kept {
  /** What a new row takes; null for the column's default. */
  readonly #value: unknown;

  constructor(value: unknown = null) {
    this.#value = value;
  }

  /** Whether a cell is one; nothing of the cell is read. */
  static is(cell: unknown): cell is Kept {
    return typeof cell === "object" && cell !== null && #value in cell;
  }

  /** What a new row takes of a cell. */
  static valueOf(cell: unknown): unknown {
    return Kept.is(cell) ? cell.#value : cell;
  }
}

/** A cell that is kept, and has the column's default in a new row. */
export const KEPT: Kept = new Kept();

/** The cells, with `KEPT` in place of those that are still to be computed. */
export function keptWhereMissing(cells: readonly unknown[]): unknown[] {
  return cells.map((cell) => (cell === undefined ? KEPT : cell));
}
