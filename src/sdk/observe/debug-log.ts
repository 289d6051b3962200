import type { CallEvent } from "./call-event";
import type { Observers } from "./observers";

const SECTION = "varve";

/** Writes a line to stderr for each call where the variable NODE_DEBUG names Varve. */
export async function addDebugLog(observers: Observers): Promise<void> {
  const { debuglog } = await import("node:util");
  const log = debuglog(SECTION);
  if (!log.enabled) return;
  observers.add({ begin: () => ({ end: (event) => log("%s", lineOf(event)) }) });
}

/** What a call was, in a line: `search documents 0.21 ms 10 rows v42`. */
export function lineOf(event: CallEvent): string {
  const { kind, operation, table, ms, rows, bytes, version, inputs, attempts, error } = event;
  const parts = [
    kind === operation ? kind : `${kind} ${operation}`,
    table,
    `${ms.toFixed(2)} ms`,
    rows === undefined ? undefined : counted(rows, "row"),
    inputs === undefined ? undefined : counted(inputs, "input"),
    bytes === undefined ? undefined : counted(bytes, "byte"),
    version === undefined ? undefined : `v${version}`,
    attempts === undefined || attempts === 1 ? undefined : counted(attempts, "attempt"),
    error,
  ];
  return parts.filter((part) => part !== undefined).join(" ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
