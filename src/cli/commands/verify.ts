import type { Verification } from "varve";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabase } from "../open";
import { bytesText, countText, harmless } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve verify`. */
export const verifyCommand: Command = {
  name: "verify",
  summary: "read every file of the tables and say which are damaged",
  args: [],
  options: {
    ...databaseOptions,
    table: { type: "string", value: "<name>", help: "only this table" },
  },
  details: [`Ends with ${ExitCode.damaged} where it has found damage.`],
  run,
};

type NamedVerification = Verification & { readonly name: string };

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const only = textOption(input, "table");
  const tables = await withDatabase(input, async (db) => {
    const verified: NamedVerification[] = [];
    for (const name of only === undefined ? await db.tables() : [only]) {
      terminal.progress(() => `reading: ${name}`);
      verified.push({ name, ...(await db.verify(name)) });
    }
    return verified;
  });
  const ok = tables.every((verified) => verified.ok);
  if (input.options["json"] === true) terminal.json({ ok, tables });
  else for (const verified of tables) printTable(terminal, verified);
  return ok ? ExitCode.done : ExitCode.damaged;
}

function printTable(terminal: Terminal, verified: NamedVerification): void {
  const { name, ok, files, bytes, problems, warnings } = verified;
  const read = `${countText(files, "file")}, ${bytesText(bytes)}`;
  const state = ok
    ? terminal.paint("green", "ok")
    : terminal.paint("red", countText(problems.length, "problem"));
  terminal.print(`${terminal.paint("bold", name)}: ${state}, ${read} read`);
  for (const { file, message } of problems) {
    terminal.print(harmless(`  ${file !== null && !message.includes(file) ? `${file}: ` : ""}${message}`));
  }
  for (const { message, hint } of warnings) {
    terminal.print(`  ${terminal.paint("yellow", "warning")}: ${harmless(message)}`, `  ${harmless(hint)}`);
  }
}
