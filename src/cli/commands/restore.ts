import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { pointHelp, pointOf } from "../point";
import type { Terminal } from "../terminal";

/** `varve restore`. */
export const restoreCommand: Command = {
  name: "restore",
  summary: "make a table what it was, as a new version",
  args: ["<point>"],
  options: {
    ...databaseOptions,
    message: { type: "string", value: "<text>", help: "a sentence for the log" },
  },
  details: ["Nothing is lost: the versions in between stay, and can be restored in turn.", "", ...pointHelp],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [point = ""] = input.args;
  const at = pointOf(point);
  const message = textOption(input, "message") ?? `restore ${point}`;
  return await withTable(input, async (t) => {
    const from = await t.asOf(at).version();
    const { table: _, ...result } = await t.restore(from, { message });
    const { version, inserted, updated, deleted } = result;
    if (input.options["json"] === true) terminal.json({ table: t.name, from, ...result });
    else {
      const counts = `${inserted} new, ${updated} changed, ${deleted} gone`;
      terminal.print(`${t.name} is what it was at version ${from}, as version ${version}: ${counts}.`);
    }
    return ExitCode.done;
  });
}
