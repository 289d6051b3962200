import { isDeepStrictEqual } from "node:util";
import type { ChangedRow } from "varve";
import { typedFilter } from "../../typed-filter";
import { type Command, countOption, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { pointHelp, pointOf } from "../point";
import { clip } from "../shown-text";
import type { Style, Terminal } from "../terminal";

/** `varve diff`. */
export const diffCommand: Command = {
  name: "diff",
  summary: "show what changed from one version to another",
  args: ["<from>", "[to]"],
  options: {
    ...databaseOptions,
    where: { type: "string", value: "<filter>", help: "only these rows" },
    limit: { type: "string", value: "<count>", help: "the most rows of a kind to show (default: 20)" },
  },
  details: [
    "Without [to], up to the newest version. JSON has all rows, whatever the limit.",
    "",
    ...pointHelp,
  ],
  run,
};

type Row = Readonly<Record<string, unknown>>;

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [from = "", to] = input.args;
  const limit = countOption(input, "limit", 20);
  const filter = textOption(input, "where");
  const where = filter === undefined ? undefined : typedFilter(filter);
  return await withTable(input, async (t) => {
    const first = await t.asOf(pointOf(from)).version();
    const last = to === undefined ? await t.version() : await t.asOf(pointOf(to)).version();
    const { added, removed, changed } = await t.diff(first, last, { where });
    if (input.options["json"] === true) {
      terminal.json({ table: t.name, from: first, to: last, added, removed, changed });
      return ExitCode.done;
    }
    const kinds = [`${added.length} new`, `${changed.length} changed`, `${removed.length} gone`];
    terminal.print(terminal.paint("bold", `${t.name}, version ${first} to ${last}: ${kinds.join(", ")}`));
    printRows(terminal, "green", "+", added.map(rowName), limit);
    printRows(terminal, "yellow", "~", changed.map(changeName), limit);
    printRows(terminal, "red", "-", removed.map(rowName), limit);
    return ExitCode.done;
  });
}

function printRows(
  terminal: Terminal,
  style: Style,
  mark: string,
  names: readonly string[],
  limit: number,
): void {
  for (const name of names.slice(0, limit)) {
    terminal.print(`  ${terminal.paint(style, mark)} ${clip(name, terminal.width - 4)}`);
  }
  const more = names.length - limit;
  if (more > 0) terminal.print(terminal.paint("dim", `  ${mark} and ${more} more`));
}

function rowName(row: Row): string {
  return typeof row["id"] === "string" ? row["id"] : JSON.stringify(row);
}

function changeName({ before, after }: ChangedRow<Row>): string {
  const columns = Object.keys(after).filter((column) => !isDeepStrictEqual(before[column], after[column]));
  const isMoved = columns.length > 0 && columns.every((column) => column === "start" || column === "end");
  return `${rowName(after)}  (${isMoved ? "moved" : columns.join(", ")})`;
}
