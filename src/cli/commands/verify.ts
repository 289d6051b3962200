import { type Database, VarveError, type Verification } from "varve";
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
      verified.push({ name, ...(await verifyTable(db, name)) });
    }
    return verified;
  });
  const ok = tables.every((verified) => verified.ok);
  if (input.options["json"] === true) terminal.json({ ok, tables });
  else for (const verified of tables) printTable(terminal, verified);
  return ok ? ExitCode.done : ExitCode.damaged;
}

/** A table so damaged that it cannot be opened is a damaged table, and not a failure of this command. */
async function verifyTable(db: Database, name: string): Promise<Verification> {
  try {
    const t = await db.openTable(name);
    return await t.verify();
  } catch (error) {
    if (!VarveError.is(error) || (error.code !== "CORRUPT" && error.code !== "UNSUPPORTED_FORMAT"))
      throw error;
    const problem = { file: error.where.file ?? null, message: error.message };
    return { ok: false, files: 0, bytes: 0, problems: [problem] };
  }
}

function printTable(terminal: Terminal, { name, ok, files, bytes, problems }: NamedVerification): void {
  const read = `${countText(files, "file")}, ${bytesText(bytes)}`;
  const state = ok
    ? terminal.paint("green", "ok")
    : terminal.paint("red", countText(problems.length, "problem"));
  terminal.print(`${terminal.paint("bold", name)}: ${state}, ${read} read`);
  for (const { file, message } of problems) {
    terminal.print(harmless(`  ${file !== null && !message.includes(file) ? `${file}: ` : ""}${message}`));
  }
}
