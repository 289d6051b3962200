// Failures in words for models. What a model can do something about is said in full; whatever else there is may name files, servers or
// keys, and is told to whoever serves the database.

import { VarveError, type VarveErrorCode } from "varve";
import { REPAIRABLE } from "../../integrations/support/retrieval/tool-errors";
import { messageOf } from "../../realm";
import { agentHint, agentMessage } from "./agent-words";

/** A failure, as a model reads it. */
export interface ShownFailure {
  readonly code: VarveErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/** Is told in full what a model is not. */
export type Report = (error: Error) => void;

/** What else is said in full, because writes and tools for many tables fail by it. */
const SAID: ReadonlySet<VarveErrorCode> = new Set<VarveErrorCode>([
  ...REPAIRABLE,
  "TABLE_NOT_FOUND",
  "TAG_EXISTS",
  "NO_PRIMARY_KEY",
  "INVALID_ROW",
  "DUPLICATE_KEY",
  "EFFECTIVE_DATE_BACKWARDS",
  "UNSAFE_INTEGER",
  "CONFLICT",
  "ABORTED",
]);

/** What is said in place of the others. */
const PLAIN: Readonly<Partial<Record<VarveErrorCode, string>>> = {
  CORRUPT: "A file of the table is damaged or missing.",
  UNSUPPORTED_FORMAT: "The table was written by a newer Varve than this one.",
  ACCESS_DENIED: "The store of the database refuses access.",
  EMBEDDING_UNAVAILABLE: "The embedding function of the table is not there.",
  EMBEDDING_FAILED: "The embedding function of the table failed.",
  COMMIT_UNKNOWN: "The store did not say whether the commit landed.",
  IO: "The disk or the store of the database failed.",
  CLOSED: "The database is closed.",
};

const ASK_SERVER = "Whoever serves the database can read why in the messages of the server.";

/** What to do next, where that is another tool and not another line of a program. */
const HINTS: Readonly<Partial<Record<VarveErrorCode, string>>> = {
  TABLE_NOT_FOUND: "list_tables shows the tables.",
  COLUMN_NOT_FOUND: "describe_table shows the columns.",
  VERSION_NOT_FOUND: "history shows the versions.",
  VERSION_EXPIRED: "describe_table says which version is the oldest that can be read.",
  TAG_NOT_FOUND: "describe_table shows the tags.",
  TAG_EXISTS: "Choose another name; describe_table shows those that are taken.",
  NO_PRIMARY_KEY: "The rows of this table have no key: read them with find.",
  DUPLICATE_KEY: "Give each key once.",
  EFFECTIVE_DATE_BACKWARDS:
    "Write older facts first. If the later date was a mistake, restore to the version before it takes it back.",
  UNSAFE_INTEGER: "Leave the column out with select.",
  ABORTED: "Nothing was written: repeat the call if its answer is still wanted.",
  CONFLICT: "Somebody else has written: read again, then repeat the call.",
  COMMIT_UNKNOWN: "Look at history before you repeat the call.",
};

/** What is said of anything that was thrown by a call; the rest is reported. */
export function shownFailure(call: string, error: unknown, report: Report): ShownFailure {
  if (!VarveError.is(error)) {
    report(new Error(`${call} failed: ${messageOf(error)}`, { cause: error }));
    return { code: "INTERNAL", message: `${call} failed.`, hint: ASK_SERVER };
  }
  const { code, message } = error;
  if (SAID.has(code)) {
    const hint = hintOf(call, code) ?? agentHint(code, error.hint);
    return { code, message: agentMessage(code, message), ...(hint === undefined ? {} : { hint }) };
  }
  report(new Error([`${call} failed: ${code}: ${message}`, error.hint].join(" ").trim(), { cause: error }));
  return { code, message: PLAIN[code] ?? `${call} failed.`, hint: hintOf(call, code) ?? ASK_SERVER };
}

/** What those do next whose call needs vectors. */
const WITHOUT_VECTORS: Readonly<Record<string, string>> = {
  search: `Search with mode "text", or read with find. ${ASK_SERVER}`,
  search_over_time: `Use search with mode "text", or read with find. ${ASK_SERVER}`,
  timeline: `Use search with mode "text", or read with find. ${ASK_SERVER}`,
  upsert: `Nothing was written. ${ASK_SERVER}`,
};

function hintOf(call: string, code: VarveErrorCode): string | undefined {
  if (code === "EMBEDDING_UNAVAILABLE" || code === "EMBEDDING_FAILED") return WITHOUT_VECTORS[call];
  if (code === "NO_PRIMARY_KEY" && call === "delete")
    return "The rows of this table have no key: say with where which ones go.";
  return HINTS[code];
}
