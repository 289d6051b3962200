// The tools of a database, whatever protocol carries them: those that read, and those that write.

import { type ShownFailure, shownFailure } from "./failure";
import { searchOverTimeTool, timelineTool } from "./over-time";
import { diffTool, historyTool } from "./past";
import { findTool, getTool } from "./rows";
import { searchTool } from "./search";
import { describeTableTool, listTablesTool } from "./tables";
import type { DatabaseTool } from "./tool";
import { deleteTool, restoreTool, tagTool, upsertTool } from "./writes";

export type { DatabaseTool, ToolContext } from "./tool";
export { describeTableTool, historyTool, type ShownFailure, shownFailure };

/** The tools that only read. */
export const readTools: readonly DatabaseTool[] = [
  listTablesTool,
  describeTableTool,
  searchTool,
  searchOverTimeTool,
  timelineTool,
  getTool,
  findTool,
  historyTool,
  diffTool,
];

/** The tools that write. */
export const writeTools: readonly DatabaseTool[] = [upsertTool, deleteTool, tagTool, restoreTool];
