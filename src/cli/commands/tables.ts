import type { Database, TableStats } from "varve";
import { type Command, databaseOptions, type Input } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabase } from "../open";
import { bytesText, countText } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve tables`. */
export const tablesCommand: Command = {
  name: "tables",
  summary: "list the tables of a database",
  args: [],
  options: { db: databaseOptions["db"] as Command["options"][string] },
  run,
};

type NamedStats = TableStats & { readonly name: string };

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const tables = await withDatabase(input, allStats);
  if (input.options["json"] === true) terminal.json({ tables });
  else if (tables.length === 0) terminal.print("There are no tables.");
  else terminal.print(...tables.map((stats) => tableLine(terminal, stats, longest(tables))));
  return ExitCode.done;
}

async function allStats(db: Database): Promise<NamedStats[]> {
  const tables: NamedStats[] = [];
  for (const name of await db.tables()) {
    const t = await db.openTable(name);
    tables.push({ name, ...(await t.stats()) });
  }
  return tables;
}

function longest(tables: readonly NamedStats[]): number {
  return tables.reduce((most, { name }) => Math.max(most, name.length), 0);
}

function tableLine(terminal: Terminal, stats: NamedStats, width: number): string {
  const { name, rows, deadRows, version, files, bytes } = stats;
  const past = deadRows === 0 ? "" : ` and ${deadRows.toLocaleString("en-US")} of the past`;
  const parts = [
    terminal.paint("bold", name.padEnd(width)),
    `version ${version}`,
    `${countText(rows, "row")}${past}`,
    `${bytesText(bytes)} in ${countText(files, "file")}`,
  ];
  return parts.join("  ");
}
