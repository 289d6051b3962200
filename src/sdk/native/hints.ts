import type { VarveErrorCode } from "../../varve-error";

/**
 * What the engine says to do next, in the words of TypeScript. The engine knows no language, so its hints name things and no calls; a test holds
 * the sentences on the left to those in its sources and in those of the protocol.
 */
export const spoken: Readonly<Partial<Record<VarveErrorCode, Readonly<Record<string, string>>>>> = {
  COMMIT_UNKNOWN: {
    "Look at the history before trying again; nothing was removed.":
      "Look at history() before trying again; nothing was removed.",
  },
  CORRUPT: {
    "Restore the file from a copy; verify the table to find every damaged file.":
      "Restore the file from a copy; db.verify(table) lists every damaged file.",
  },
  DUPLICATE_KEY: {
    "Replace rows of the same key instead.": "Use upsert() to replace rows of the same key.",
    "Leave one of the rows out, or say which of them is written.":
      'Leave one of the rows out, or say which of them is written: onDuplicate: "first" or "last".',
  },
  EFFECTIVE_DATE_BACKWARDS: {
    "Write older facts first. If the later date was a mistake, restore the version before it: that takes it back.":
      "Write older facts first. If the later date was a mistake, restore() to the version before it takes it back.",
  },
  INVALID_ARGUMENT: {
    "Ask for fewer rows, for fewer columns, or scan the table.":
      "Ask for fewer rows with limit, for fewer columns with select, or scan().",
    "Replace halves of characters first.": "Use text.toWellFormed().",
  },
  INVALID_ROW: {
    "Read the column as integers of 64 bits; nothing was written.":
      "Declare the column as int({ bigint: true }); nothing was written.",
  },
  NO_PRIMARY_KEY: {
    "Declare a primary key, or add rows without replacing any.":
      "Declare one with .primaryKey(), or use insert().",
    "Declare a primary key, or find rows by a filter.":
      "Declare one with .primaryKey(), or use find() with a filter.",
  },
  TAG_NOT_FOUND: {
    "Look at the tags of the table.": "tags() lists the tags of the table.",
  },
  UNSAFE_INTEGER: {
    "Read the column as integers of 64 bits.":
      "Declare the column as int({ bigint: true }) to read it as bigint.",
  },
  VERSION_NOT_FOUND: {
    "Look at the history for the versions of the table.": "history() lists the versions of the table.",
    "Read the newest version instead.": "Leave asOf() out to read the newest version.",
    "Ask by the date of commit, or give commits an effective date.":
      "Ask by the date of commit instead, or write with { effectiveAt }.",
  },
};

/** A hint of the engine as it is shown. */
export function spokenHint(code: VarveErrorCode, hint: string | null | undefined): string | undefined {
  return hint === null || hint === undefined ? undefined : (spoken[code]?.[hint] ?? hint);
}
