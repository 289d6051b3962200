// What the result of a call says about it: numbers alone. Results are those of the methods that `operations` name.

import { isBytes } from "../../realm";
import type { CallOutcome } from "./call-event";

/** Reads what a call came to from its result. */
export type ReadOutcome = (result: unknown) => CallOutcome;

/** Nothing beside that it ended. */
export const ended: ReadOutcome = () => ({});

/** The rows of a list, or the bytes of a stream; hits may say in their cursor which version they are of. */
export const found: ReadOutcome = (result) => {
  if (isBytes(result)) return { bytes: result.byteLength };
  if (!Array.isArray(result)) return {};
  return { rows: result.length, ...versionOf(Reflect.get(result, "cursor")) };
};

/** The rows of several lists. */
export const foundInAll: ReadOutcome = (result) => {
  const lists = Array.isArray(result) ? (result as unknown[][]) : [];
  return { rows: lists.reduce((rows, list) => rows + list.length, 0) };
};

/** A row, or those that are there of several. */
export const got: ReadOutcome = (result) => {
  const rows: unknown[] = Array.isArray(result) ? result : [result];
  return { rows: rows.filter((row) => row !== undefined).length };
};

/** The number of a version. */
export const numbered: ReadOutcome = (result) => ({ version: Number(result) });

/** The counts of a write. */
export const written: ReadOutcome = (result) => {
  const { version, inserted, updated, deleted } = result as Record<string, number>;
  return { rows: (inserted ?? 0) + (updated ?? 0) + (deleted ?? 0), version: version ?? 0 };
};

/** The counts of a purge. */
export const purged: ReadOutcome = (result) => {
  const { rows = 0, bytes = 0, version = 0 } = result as Record<string, number>;
  return { rows, bytes, version };
};

/** The vectors that a backfill filled in. */
export const filled: ReadOutcome = (result) => ({ rows: (result as { readonly filled: number }).filled });

/** What differs between two versions. */
export const differing: ReadOutcome = (result) => {
  const { added, removed, changed } = result as Record<string, readonly unknown[]>;
  return { rows: [added, removed, changed].reduce((rows, part) => rows + (part?.length ?? 0), 0) };
};

/** The bytes that were looked at. */
export const checked: ReadOutcome = (result) => ({ bytes: (result as { readonly bytes: number }).bytes });

/** The bytes that were copied. */
export const copied: ReadOutcome = (result) => {
  const { tables } = result as { readonly tables: readonly { readonly copiedBytes: number }[] };
  return { bytes: tables.reduce((bytes, { copiedBytes }) => bytes + copiedBytes, 0) };
};

/** The version that a table is at. */
export const atVersion: ReadOutcome = (result) => ({
  version: (result as { readonly version: number }).version,
});

function versionOf(cursor: unknown): CallOutcome {
  const version = typeof cursor === "string" ? /^(\d{1,15})\./.exec(cursor)?.[1] : undefined;
  return version === undefined ? {} : { version: Number(version) };
}
