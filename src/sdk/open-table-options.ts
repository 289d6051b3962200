import { DATA, type OptionRules } from "./call/options";

/** Options of `table`. */
export interface TableOptions {
  /**
   * The branch to open; `"main"` is the table itself. It has to be there: see `branch`.
   * @default "main"
   */
  readonly branch?: string | undefined;
}

/** Options of `openTable`. */
export interface OpenTableOptions extends TableOptions {
  /**
   * The columns whose integers to show as `bigint`: those of ints, and of lists and structs that hold some.
   * @default none
   */
  readonly bigints?: readonly string[] | undefined;
}

export const TABLE: OptionRules<TableOptions> = { branch: DATA };

export const OPEN_TABLE: OptionRules<OpenTableOptions> = { ...TABLE, bigints: DATA };
