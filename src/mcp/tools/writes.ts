// The tools that write. Nothing that they do takes the past away.

import { parsePoint, VarveError, type WriteResult } from "varve";
import { byKeys } from "../../integrations/support/retrieval/by-keys";
import { openTable } from "../../open-table";
import { isDate } from "../../realm";
import { typedFilter } from "../../typed-filter";
import { typedRows } from "../../typed-rows";
import {
  EFFECTIVE_AT,
  flagPart,
  IF_VERSION,
  keysPart,
  MESSAGE,
  namePart,
  pointPart,
  ROWS,
  TABLE,
  WHERE,
} from "./input";
import { keyOf, keysOf, type WrittenKey } from "./key";
import { countOf, objectOf, orNull, textOf, WRITTEN } from "./output";
import { databaseTool } from "./tool";

interface AskedWrite {
  readonly table: string;
  readonly message?: string;
  readonly if_version?: number;
}

/** Adds and changes rows. */
export const upsertTool = databaseTool<
  AskedWrite & {
    readonly rows: readonly Readonly<Record<string, unknown>>[];
    readonly replace?: boolean;
    readonly effective_at?: string;
  }
>({
  name: "upsert",
  title: "Add or change rows",
  description:
    "Adds rows, and changes those whose key is already there, in one commit. A row changes only the columns that it brings, unless replace is true. Older versions keep what was there. Read describe_table first.",
  writes: { destructive: true, idempotent: true },
  input: {
    table: TABLE,
    rows: ROWS,
    replace: flagPart("Rows replace what is there: columns that they lack become empty or their defaults."),
    effective_at: EFFECTIVE_AT,
    message: MESSAGE,
    if_version: IF_VERSION,
  },
  output: WRITTEN,
  run: async (
    { table, rows, replace = false, effective_at, message, if_version: ifVersion },
    { db, signal },
  ) => {
    const t = await openTable(db, table);
    const typed = typedRows(await t.describe(), rows);
    const effectiveAt = effective_at === undefined ? undefined : dateOf("effective_at", effective_at);
    const options = { message, ifVersion, effectiveAt, signal };
    const written = replace
      ? await t.upsert(typed, options)
      : await t.upsert(typed, { ...options, merge: true });
    return shownWrite(t.name, null, written);
  },
});

/** Removes rows. */
export const deleteTool = databaseTool<
  AskedWrite & { readonly keys?: readonly WrittenKey[]; readonly where?: string }
>({
  name: "delete",
  title: "Remove rows",
  description:
    "Removes rows by their keys or by a condition, in one commit. Older versions still show them, and restore brings them back. Look with find at what a condition matches before you delete by it.",
  writes: { destructive: true, idempotent: true },
  input: { table: TABLE, keys: keysPart(true), where: WHERE, message: MESSAGE, if_version: IF_VERSION },
  output: WRITTEN,
  run: async ({ table, keys, where, message, if_version: ifVersion }, { db }) => {
    if ((keys === undefined) === (where === undefined))
      throw new VarveError("INVALID_ARGUMENT", "delete: expected either keys or where.", {
        hint: "Name the rows by their keys, or by a condition.",
      });
    const t = await openTable(db, table);
    const description = await t.describe();
    const rows =
      where === undefined ? byKeys(keyOf(description), keysOf(description, keys ?? [])) : typedFilter(where);
    return shownWrite(t.name, null, await t.delete({ where: rows, message, ifVersion }));
  },
});

/** Names a version. */
export const tagTool = databaseTool<{ readonly table: string; readonly name: string; readonly at?: string }>({
  name: "tag",
  title: "Name a version",
  description:
    "Gives a version of a table a name, so that it can be read as @name and never expires: use it before large changes.",
  writes: { destructive: false, idempotent: false },
  input: {
    table: TABLE,
    name: namePart("The name, such as launch or before-cleanup."),
    at: pointPart("The version to name; the newest, if left out", true),
  },
  output: objectOf({
    table: textOf("The table."),
    version: countOf("The version that has the name now."),
    asOf: orNull(textOf("The point that was asked for; null for now.")),
    name: textOf("The name."),
  }),
  run: async ({ table, name, at }, { db }) => {
    const t = await openTable(db, table);
    const tag = await t.tag(name, at === undefined ? undefined : parsePoint(at));
    return { table: t.name, version: tag.version, asOf: at ?? null, name: tag.name };
  },
});

/** Brings an earlier version back. */
export const restoreTool = databaseTool<AskedWrite & { readonly to: string }>({
  name: "restore",
  title: "Bring a version back",
  description:
    "Makes a table show again what it showed at an earlier point, in a new commit: nothing of the history is lost, and it can be taken back by restoring the version before.",
  writes: { destructive: true, idempotent: true },
  input: {
    table: TABLE,
    to: pointPart("The point whose rows and columns come back", false),
    message: MESSAGE,
    if_version: IF_VERSION,
  },
  output: WRITTEN,
  run: async ({ table, to, message, if_version: ifVersion }, { db }) => {
    const t = await openTable(db, table);
    return shownWrite(t.name, to, await t.restore(parsePoint(to), { message, ifVersion }));
  },
});

function shownWrite(table: string, asOf: string | null, written: WriteResult): Record<string, unknown> {
  const { version, committedAt, inserted, updated, deleted, unchanged } = written;
  return {
    table,
    version,
    asOf,
    committedAt: committedAt?.toISOString() ?? null,
    inserted,
    updated,
    deleted,
    unchanged,
  };
}

function dateOf(name: string, text: string): Date {
  const point = parsePoint(text);
  if (isDate(point)) return point;
  throw new VarveError("INVALID_ARGUMENT", `${name}: expected a date, found ${JSON.stringify(text)}.`, {
    hint: 'Write a date (2026-09-30), an instant with its zone (2026-09-30T12:00:00+02:00), or "yesterday".',
  });
}
