import { type Commit, toCommits } from "../call/commit";
import { count, type OptionRules, sent, sentOptions } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";

/** Options of `history`. */
export interface HistoryOptions {
  /**
   * The most commits.
   * @default 20
   */
  readonly limit?: number | undefined;
  /**
   * Shows the commits before this version.
   * @default the newest commit comes first
   */
  readonly before?: number | undefined;
}

export const HISTORY: OptionRules<HistoryOptions> = { limit: sent(count(1)), before: sent(count(1)) };

const LIMIT = 20;

/** The commits, newest first. */
export async function history({ native }: TableHandle, options: HistoryOptions): Promise<Commit[]> {
  const request = JSON.stringify({ limit: LIMIT, before: null, ...sentOptions(HISTORY, options) });
  return toCommits(await callAsync(() => native.history(request)));
}
