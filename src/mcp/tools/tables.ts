import type { ColumnDescription, Database, Table } from "varve";
import { openTable } from "../../open-table";
import { type Report, shownFailure } from "./failure";
import { AS_OF, TABLE } from "./input";
import { countOf, type JsonSchema, listOf, objectOf, orNull, READ, textOf } from "./output";
import { readPoint } from "./read-point";
import { searchedBy } from "./searched-by";
import { databaseTool } from "./tool";

const BY: JsonSchema = listOf(
  { type: "string", enum: ["meaning", "words"] },
  "How it can be searched by a text; nothing where it cannot.",
);
const ABOUT = textOf("What the table holds.");

/** Which tables there are. */
export const listTablesTool = databaseTool<Record<never, never>>({
  name: "list_tables",
  title: "List tables",
  description:
    "Lists the tables with their rows, versions and how they can be searched. Start here when you do not know the tables.",
  input: {},
  output: objectOf({
    tables: listOf(
      objectOf(
        { name: textOf("The name of the table.") },
        {
          about: ABOUT,
          rows: countOf("How many rows it shows now."),
          version: countOf("The newest version."),
          oldestVersion: countOf("The oldest version that can be read."),
          committedAt: orNull(textOf("When it was last written to.")),
          primaryKey: orNull(textOf("The column that tells rows apart.")),
          searchedBy: BY,
          problem: textOf("Why it cannot be read, where that is so."),
        },
      ),
      "The tables.",
    ),
  }),
  run: async (_input, { db, about, report }) => {
    const tables: object[] = [];
    for (const name of await db.tables()) {
      const said = about.get(name);
      const what = await summary(db, name, report);
      tables.push({ name, ...(said === undefined ? {} : { about: said }), ...what });
    }
    return { tables };
  },
});

/** A table that cannot be read does not hide the others. */
async function summary(db: Database, name: string, report: Report): Promise<object> {
  try {
    const t = await openTable(db, name);
    const { rows, version, oldestVersion } = await t.stats();
    const description = await t.describe();
    return {
      rows,
      version,
      oldestVersion,
      committedAt: await committedAt(t, version),
      primaryKey: description.primaryKey,
      searchedBy: searchedBy(description),
    };
  } catch (error) {
    const { code, message } = shownFailure(`list_tables, ${JSON.stringify(name)}`, error, report);
    return { problem: `${code}: ${message}` };
  }
}

/** What a table is. */
export const describeTableTool = databaseTool<{ readonly table: string; readonly as_of?: string }>({
  name: "describe_table",
  title: "Describe a table",
  description:
    "Says which columns a table has and what they hold, how many rows, versions and tags there are, and from when until when it was written to: read it before you write a condition or a row.",
  input: { table: TABLE, as_of: AS_OF },
  output: objectOf(
    {
      ...READ,
      rows: countOf("How many rows that version has."),
      primaryKey: orNull(textOf("The column that tells rows apart.")),
      columns: listOf(
        objectOf(
          {
            name: textOf("The column."),
            type: textOf("What it holds."),
            nullable: { type: "boolean", description: "Whether rows may have no value." },
          },
          {
            values: listOf({ type: "string" }, "The values there can be, where they are few."),
            indexed: {
              type: "boolean",
              description: "Whether its values are indexed: conditions on it are fast in large tables.",
            },
            words: { type: "boolean", description: "Whether it is searched by its words." },
            embeddedFrom: listOf({ type: "string" }, "Of a computed vector: the columns it is made from."),
            function: textOf("Of a computed vector: the name of the embedding function."),
          },
        ),
        "The columns.",
      ),
      searchedBy: BY,
      newestVersion: countOf("The newest version."),
      oldestVersion: countOf("The oldest version that can be read."),
      firstCommitAt: orNull(textOf("When that oldest version was committed.")),
      lastCommitAt: orNull(textOf("When the newest version was committed.")),
      tags: listOf(
        objectOf({ name: textOf("The name."), version: countOf("The version that has it.") }),
        "The versions that have names.",
      ),
    },
    { about: ABOUT },
  ),
  run: async ({ table, as_of }, { db, about }) => {
    const t = await openTable(db, table);
    const { view, said } = await readPoint(t, as_of);
    const description = await view.describe();
    const { version: newestVersion, oldestVersion } = await t.stats();
    const aboutIt = about.get(t.name);
    return {
      ...said,
      ...(aboutIt === undefined ? {} : { about: aboutIt }),
      rows: await view.count(),
      primaryKey: description.primaryKey,
      columns: description.columns.map(columnOf),
      searchedBy: searchedBy(description),
      newestVersion,
      oldestVersion,
      firstCommitAt: await committedAt(t, Math.max(oldestVersion, Math.min(1, newestVersion))),
      lastCommitAt: await committedAt(t, newestVersion),
      tags: (await t.tags()).map(({ name, version }) => ({ name, version })),
    };
  },
});

async function committedAt(t: Table, version: number): Promise<string | null> {
  return (await t.asOf(version).point()).committedAt?.toISOString() ?? null;
}

function columnOf(column: ColumnDescription): object {
  const { name, type, nullable, values, indexed, search, sources } = column;
  return {
    name,
    type,
    nullable,
    ...(values === undefined ? {} : { values }),
    ...(indexed === undefined ? {} : { indexed }),
    ...(search === undefined ? {} : { words: true }),
    ...(sources === undefined ? {} : { embeddedFrom: sources }),
    ...(column.function === undefined ? {} : { function: column.function }),
  };
}
