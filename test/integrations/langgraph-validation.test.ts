// The suite that LangGraph's authors wrote for checkpointers.

import type { VarveSaver } from "varve/langgraph";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

// The suite expects what vitest has as globals.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
const { validate } = await import("@langchain/langgraph-checkpoint-validation");
const { connect } = await import("varve");
const { VarveSaver: Saver } = await import("varve/langgraph");

validate<VarveSaver>({
  checkpointerName: "VarveSaver",
  createCheckpointer: async () => new Saver({ db: await connect("memory:") }),
  destroyCheckpointer: async (saver) => await (await saver.database()).close(),
});
