import { DATA, type OptionRules } from "./call/options";

/** Options of `openTable`. */
export interface OpenTableOptions {
  /**
   * The columns whose integers to show as `bigint`: those of ints, and of lists and structs that hold some.
   * @default none
   */
  readonly bigints?: readonly string[] | undefined;
}

export const OPEN_TABLE: OptionRules<OpenTableOptions> = { bigints: DATA };
