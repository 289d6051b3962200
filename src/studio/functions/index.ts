// What the page can ask. The tools of a database are among it, so that there is one of each.

import { listTablesTool } from "../../mcp/tools/tables";
import { restoreTool, tagTool } from "../../mcp/tools/writes";
import type { StudioFunction } from "../studio-function";
import { changesFunction } from "./changes";
import { explainFunction, hitsFunction } from "./hits";
import { mapFunction } from "./map";
import { cellFunction, rowsFunction } from "./rows";
import { schemaFunction } from "./schema";
import { timelineFunction } from "./timeline";

/** The functions that only read. */
export const readFunctions: readonly StudioFunction[] = [
  listTablesTool,
  timelineFunction,
  rowsFunction,
  cellFunction,
  hitsFunction,
  explainFunction,
  changesFunction,
  schemaFunction,
  mapFunction,
];

/** Those that write: they name versions and bring them back, and take nothing away. */
export const writeFunctions: readonly StudioFunction[] = [tagTool, restoreTool];
