import { wholeNumber } from "../../whole-number";
import { CliError } from "../cli-error";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withExactTable } from "../open";
import { pointHelp, pointOf } from "../point";
import { jsonLine } from "../row-text";
import { harmless } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve get`. */
export const getCommand: Command = {
  name: "get",
  summary: "show the row with a key",
  args: ["<key>"],
  options: {
    ...databaseOptions,
    "as-of": { type: "string", value: "<point>", help: "as it was then" },
  },
  details: ["Ends with 1 where there is none.", "", ...pointHelp],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [written = ""] = input.args;
  const at = textOption(input, "as-of");
  return await withExactTable(input, async (t) => {
    const view = at === undefined ? t : t.asOf(pointOf(at));
    const { columns, primaryKey } = await view.describe();
    const isWhole = columns.some(({ name, kind }) => name === primaryKey && kind === "int");
    const row = await view.get(isWhole ? (wholeNumber(written) ?? written) : written);
    const version = await view.version();
    if (row === undefined) {
      const where = `version ${version} of ${t.name}`;
      throw new CliError(
        `No row has the key ${JSON.stringify(written)} in ${where}.`,
        "See what there is with: varve export",
      );
    }
    const shown = JSON.parse(jsonLine(row)) as Readonly<Record<string, unknown>>;
    if (input.options["json"] === true) terminal.json({ table: t.name, version, row: shown });
    else terminal.print(...Object.entries(shown).map(([name, value]) => line(terminal, name, value)));
    return ExitCode.done;
  });
}

function line(terminal: Terminal, name: string, value: unknown): string {
  const text =
    typeof value === "string" ? value.split("\n").map(harmless).join("\n  ") : JSON.stringify(value);
  return `${terminal.paint("bold", harmless(name))}: ${text}`;
}
