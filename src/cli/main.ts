import { isError } from "../realm";
import { type Failure, failureOf, usageError } from "./cli-error";
import { type Command, readInput } from "./command";
import { branchCommand } from "./commands/branch";
import { copyCommand } from "./commands/copy";
import { diffCommand } from "./commands/diff";
import { evalCommand } from "./commands/eval";
import { exportCommand } from "./commands/export";
import { getCommand } from "./commands/get";
import { importCommand } from "./commands/import";
import { ingestCommand } from "./commands/ingest";
import { logCommand } from "./commands/log";
import { mcpCommand } from "./commands/mcp";
import { mergeCommand } from "./commands/merge";
import { optimizeCommand } from "./commands/optimize";
import { restoreCommand } from "./commands/restore";
import { searchCommand } from "./commands/search";
import { serveCommand } from "./commands/serve";
import { studioCommand } from "./commands/studio";
import { tablesCommand } from "./commands/tables";
import { tagCommand } from "./commands/tag";
import { timelineCommand } from "./commands/timeline";
import { verifyCommand } from "./commands/verify";
import { ExitCode } from "./exit-code";
import { commandHelp, overview } from "./help";
import { packageVersion } from "./package-version";
import type { Terminal } from "./terminal";

const commands: readonly Command[] = [
  ingestCommand,
  importCommand,
  exportCommand,
  searchCommand,
  getCommand,
  timelineCommand,
  evalCommand,
  logCommand,
  diffCommand,
  tagCommand,
  restoreCommand,
  branchCommand,
  mergeCommand,
  tablesCommand,
  optimizeCommand,
  verifyCommand,
  copyCommand,
  mcpCommand,
  studioCommand,
  serveCommand,
];

/** Runs a command line and says how it ended. Nothing is thrown: what goes wrong is printed. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = "help", ...rest] = argv;
  try {
    if (["help", "--help", "-h"].includes(name)) return help(rest, terminal);
    if (["--version", "-v", "version"].includes(name)) return version(terminal);
    return await runCommand(commandNamed(name), rest, terminal);
  } catch (error) {
    const failure = failureOf(error);
    const stack = (process.env["VARVE_DEBUG"] ?? "") === "" ? undefined : stackOf(error);
    print(failure, stack, argv.includes("--json"), terminal);
    return failure.exitCode;
  }
}

async function runCommand(command: Command, argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const controller = new AbortController();
  const input = readInput(command, argv, controller.signal);
  if (input.options["help"] === true) {
    terminal.print(...commandHelp(command));
    return ExitCode.done;
  }
  // The first Ctrl-C ends the call in good order; the second ends the process, because this listener is gone then.
  const interrupt = (): void => controller.abort();
  process.once("SIGINT", interrupt);
  try {
    return await command.run(input, terminal);
  } finally {
    process.off("SIGINT", interrupt);
    terminal.clearProgress();
  }
}

function commandNamed(name: string): Command {
  const command = commands.find((known) => known.name === name);
  if (command !== undefined) return command;
  const names = commands.map((known) => known.name).join(", ");
  throw usageError(`There is no command ${JSON.stringify(name)}.`, `There are: ${names}. See: varve help`);
}

function help([name]: readonly string[], terminal: Terminal): ExitCode {
  terminal.print(
    ...(name === undefined || name.startsWith("-") ? overview(commands) : commandHelp(commandNamed(name))),
  );
  return ExitCode.done;
}

function version(terminal: Terminal): ExitCode {
  terminal.print(packageVersion());
  return ExitCode.done;
}

function print(failure: Failure, stack: string | undefined, json: boolean, terminal: Terminal): void {
  const { code, message, hint } = failure;
  if (json) {
    terminal.note(JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }));
  } else {
    terminal.note(`varve: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`]));
  }
  if (stack !== undefined) terminal.note(stack);
}

function stackOf(error: unknown): string | undefined {
  if (!isError(error)) return undefined;
  const cause = isError(error.cause) ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : "";
  return `${error.stack ?? ""}${cause}`;
}
