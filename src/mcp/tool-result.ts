// Answers and failures as the protocol carries them.

import type { CallToolResult } from "@modelcontextprotocol/server";
import type { ShownFailure } from "./tools/index";

/** The answer of a tool: structured, and as text for clients that know only text. */
export function toolAnswer(answer: Record<string, unknown>): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(answer) }], structuredContent: answer };
}

/** The failure of a tool, which the model can read and do something about. */
export function toolFailure(error: ShownFailure): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify({ error }) }], isError: true };
}
