import type { Database, Optimized } from "varve";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabase } from "../open";
import { countText } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve optimize`. */
export const optimizeCommand: Command = {
  name: "optimize",
  summary: "merge small files, build indexes and remove what no version shows any more",
  args: [],
  options: {
    ...databaseOptions,
    table: { type: "string", value: "<name>", help: "only this table" },
  },
  details: [
    "A program that has a table open does the same in the background. It makes no version, and reads and",
    "writes go on meanwhile.",
  ],
  run,
};

type NamedWork = Optimized & { readonly name: string };

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const only = textOption(input, "table");
  const tables = await withDatabase(input, async (db) => {
    const done: NamedWork[] = [];
    for (const name of only === undefined ? await db.tables() : [only]) {
      terminal.progress(() => `tidying up: ${name}`);
      done.push(await optimized(db, name));
    }
    return done;
  });
  if (input.options["json"] === true) terminal.json({ tables });
  else terminal.print(...tables.map((work) => workLine(terminal, work)));
  return ExitCode.done;
}

async function optimized(db: Database, name: string): Promise<NamedWork> {
  const t = await db.openTable(name);
  return { name, ...(await t.optimize()) };
}

function workLine(terminal: Terminal, { name, ...work }: NamedWork): string {
  const parts = [
    work.merged === 0 ? "" : `${countText(work.merged, "file")} of rows merged`,
    work.droppedRows === 0 ? "" : `${countText(work.droppedRows, "row")} dropped`,
    work.indexedRows === 0 ? "" : `${countText(work.indexedRows, "row")} indexed`,
    work.removedFiles === 0 ? "" : `${countText(work.removedFiles, "file")} removed`,
  ].filter((part) => part !== "");
  return `${terminal.paint("bold", name)}: ${parts.length === 0 ? "nothing to do" : parts.join(", ")}`;
}
