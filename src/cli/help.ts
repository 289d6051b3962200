import { type Command, commonOptions, type Option } from "./command";
import { ExitCode } from "./exit-code";

/** What `varve help` says. */
export function overview(commands: readonly Command[]): string[] {
  const names = commands.map(({ name, args }) => [name, ...args].join(" "));
  const width = Math.max(...names.map((name) => name.length), "help [command]".length);
  const { done, failed, usage, damaged, interrupted } = ExitCode;
  return [
    "Tables that remember every version, searched by meaning and by words.",
    "",
    "  varve <command> [options]",
    "",
    ...commands.map(({ summary }, index) => `  ${(names[index] ?? "").padEnd(width)}  ${summary}`),
    `  ${"help [command]".padEnd(width)}  show this help, or that of a command`,
    "",
    "  --json      print the result as JSON",
    "  --version   print the version of the package",
    "",
    "Try:",
    "  varve ingest ./docs",
    '  varve search "how do refunds work"',
    '  varve search "how do refunds work" --as-of 1',
    "",
    `Exit status: ${done} if it succeeded, ${failed} if it failed, ${usage} for an invalid command line,`,
    `${damaged} if verify found damage, ${interrupted} if it was interrupted.`,
    "VARVE_DEBUG=1 shows where an error comes from. NO_COLOR=1 turns colours off.",
  ];
}

/** What `varve help <command>` says. */
export function commandHelp(command: Command): string[] {
  const { name, summary, args, details } = command;
  const options = Object.entries({ ...command.options, ...commonOptions });
  const width = Math.max(...options.map((option) => optionName(option).length));
  return [
    `varve ${[name, ...args].join(" ")} [options]: ${summary}`,
    "",
    ...options.map((option) => `  ${optionName(option).padEnd(width)}  ${option[1].help}`),
    ...(details === undefined ? [] : ["", ...details]),
  ];
}

function optionName([name, { value }]: [string, Option]): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}
