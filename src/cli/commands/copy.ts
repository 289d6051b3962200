import type { BackupProgress, CopiedTable, Database, Verification } from "varve";
import { CliError, failureOf, usageError } from "../cli-error";
import { type Command, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabaseAt, withDatabaseThere } from "../open";
import { bytesText, countText, harmless } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve copy`. */
export const copyCommand: Command = {
  name: "copy",
  summary: "copy a database to a folder or a bucket, with its whole history",
  args: ["<from>", "<to>"],
  options: {
    table: { type: "string", value: "<name>", help: "only this table" },
    "no-verify": { type: "boolean", help: "do not read the copy again when it is done" },
  },
  details: [
    "Others may go on writing. The second time only what is new is copied, and after Ctrl-C it goes on where it ended.",
    "Then every file of the copy is read and checked, unless --no-verify is there.",
    `Ends with ${ExitCode.failed} where a table was not copied, and with ${ExitCode.damaged} where the copy has damage.`,
  ],
  run,
};

/** What became of a table. */
interface Outcome {
  readonly name: string;
  readonly copied?: CopiedTable;
  readonly error?: ReturnType<typeof failureOf>;
  readonly verified?: Verification;
}

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [from = "", to = ""] = input.args;
  const only = textOption(input, "table");
  if (/^:?memory:/.test(to)) throw usageError("A copy in memory would be gone at once.");
  const outcomes = await withDatabaseThere(from, (source) =>
    withDatabaseAt(to, async (target) => {
      const names = only === undefined ? await source.tables() : [only];
      if (names.length === 0) throw new CliError("There are no tables to copy.");
      const all: Outcome[] = [];
      for (const name of names) all.push(await copyTable({ source, target, name }, input, terminal));
      return all;
    }),
  );
  const failed = outcomes.some(({ error }) => error !== undefined);
  const damaged = outcomes.some(({ verified }) => verified?.ok === false);
  if (input.options["json"] === true)
    terminal.json({ ok: !failed && !damaged, tables: outcomes.map(asJson) });
  else for (const outcome of outcomes) printOutcome(terminal, outcome);
  if (failed) return ExitCode.failed;
  return damaged ? ExitCode.damaged : ExitCode.done;
}

interface Work {
  readonly source: Database;
  readonly target: Database;
  readonly name: string;
}

/** Copies a table, and reads the copy. That it could not be copied keeps no other table from it. */
async function copyTable({ source, target, name }: Work, input: Input, terminal: Terminal): Promise<Outcome> {
  const onProgress = ({ bytes, totalBytes }: BackupProgress): void =>
    terminal.progress(() => `copying: ${name}, ${bytesText(bytes)} of ${bytesText(totalBytes)}`);
  try {
    const { tables } = await source.backup(target, { tables: [name], signal: input.signal, onProgress });
    const [copied] = tables;
    if (copied === undefined) throw new CliError(`The table ${name} was not copied.`);
    if (input.options["no-verify"] === true) return { name, copied };
    terminal.progress(() => `reading the copy: ${name}`);
    return { name, copied, verified: await target.verify(name) };
  } catch (error) {
    if (input.signal.aborted) throw error;
    return { name, error: failureOf(error) };
  }
}

function asJson({ name, copied, error, verified }: Outcome): object {
  if (error !== undefined)
    return { name, error: { code: error.code, message: error.message, hint: error.hint } };
  return { ...copied, ...(verified === undefined ? {} : { verified }) };
}

function printOutcome(terminal: Terminal, { name, copied, error, verified }: Outcome): void {
  const shown = terminal.paint("bold", harmless(name));
  if (error !== undefined) {
    terminal.print(`${shown}: ${terminal.paint("red", "not copied")}: ${harmless(error.message)}`);
    if (error.hint !== undefined) terminal.print(`  ${harmless(error.hint)}`);
    return;
  }
  if (copied === undefined) return;
  const { version, files, copiedFiles, copiedBytes } = copied;
  const work =
    copiedFiles === 0
      ? "no new files"
      : `${bytesText(copiedBytes)} in ${countText(copiedFiles, "new file")} of ${files}`;
  terminal.print(`${shown}: version ${version}, ${work}${stateOf(verified, terminal)}`);
  for (const { message } of verified?.problems ?? []) terminal.print(`  ${harmless(message)}`);
}

function stateOf(verified: Verification | undefined, terminal: Terminal): string {
  if (verified === undefined) return "";
  if (verified.ok) return `, ${terminal.paint("green", "ok")}`;
  return `, ${terminal.paint("red", countText(verified.problems.length, "problem"))}`;
}
