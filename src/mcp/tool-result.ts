// Answers and failures as the protocol carries them.

import type { CallToolResult } from "@modelcontextprotocol/server";
import { VarveError } from "varve";
import { messageOf } from "../realm";

/** A failure, as a model reads it. */
export interface ShownFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What to do next, where that is another tool and not another line of a program. */
const HINTS: Readonly<Record<string, string>> = {
  TABLE_NOT_FOUND: "list_tables shows the tables.",
  COLUMN_NOT_FOUND: "describe_table shows the columns.",
  VERSION_NOT_FOUND: "history shows the versions.",
  VERSION_EXPIRED: "describe_table says which version is the oldest that can be read.",
  TAG_NOT_FOUND: "describe_table shows the tags.",
  TAG_EXISTS: "Choose another name; describe_table shows those that are taken.",
  NO_PRIMARY_KEY: "The rows of this table have no key: read them with find.",
  CONFLICT: "Somebody else has written: read again, then repeat the call.",
  EMBEDDING_UNAVAILABLE: 'Search with mode "text", or read with find.',
};

/** What is said of anything that was thrown. */
export function shownFailure(error: unknown): ShownFailure {
  if (!VarveError.is(error))
    return { code: "INTERNAL", message: messageOf(error), hint: "This is a bug in Varve. Please report it." };
  const { code, message } = error;
  const hint = HINTS[code] ?? error.hint;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The answer of a tool: structured, and as text for clients that know only text. */
export function toolAnswer(answer: Record<string, unknown>): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify(answer) }], structuredContent: answer };
}

/** The failure of a tool, which the model can read and do something about. */
export function toolFailure(error: unknown): CallToolResult {
  return { content: [{ type: "text", text: JSON.stringify({ error: shownFailure(error) }) }], isError: true };
}
