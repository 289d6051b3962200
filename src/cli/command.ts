import { type ParseArgsConfig, parseArgs } from "node:util";
import { messageOf } from "../realm";
import { usageError } from "./cli-error";
import type { ExitCode } from "./exit-code";
import type { Terminal } from "./terminal";

/** An option of a command. */
export interface Option {
  readonly type: "string" | "boolean";
  /** How its value is called in the help. */
  readonly value?: string;
  /** What it says where it is there without a value, which is a number: `--http`, `--http 8080`. */
  readonly alone?: string;
  readonly help: string;
}

/** What a command was told. */
export interface Input {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Is aborted when somebody presses Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A command of the command line. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** The arguments, as the help shows them: `<folder>`, `[to]`. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  readonly details?: readonly string[];
  run(input: Input, terminal: Terminal): Promise<ExitCode>;
}

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, Option>> = {
  json: { type: "boolean", help: "print the result as JSON" },
  help: { type: "boolean", help: "show this help" },
};

/** Options of commands that open a database. */
export const databaseOptions: Readonly<Record<string, Option>> = {
  db: { type: "string", value: "<folder>", help: "the database (default: ./.varve)" },
  table: { type: "string", value: "<name>", help: "the table (default: the only one, or docs)" },
};

const PORT_MAX = 65_535;

/** Reads a command line; throws a usage error. */
export function readInput(command: Command, argv: readonly string[], signal: AbortSignal): Input {
  const declared = { ...command.options, ...commonOptions };
  const options: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries(
    Object.entries(declared).map(([name, { type }]) => [name, { type }]),
  );
  const { values, positionals } = parse(command, spelledOut(argv, declared), options);
  if (values["help"] !== true) checkArgs(command, positionals);
  return { args: positionals, options: { ...values } as Input["options"], signal };
}

/** A command line in which every option has the value that it goes without. */
function spelledOut(argv: readonly string[], options: Readonly<Record<string, Option>>): string[] {
  return argv.map((word, index) => {
    const alone = word.startsWith("--") ? options[word.slice(2)]?.alone : undefined;
    return alone === undefined || /^\d+$/.test(argv[index + 1] ?? "") ? word : `${word}=${alone}`;
  });
}

function parse(
  command: Command,
  argv: readonly string[],
  options: NonNullable<ParseArgsConfig["options"]>,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = messageOf(error).split(". ")[0] ?? "";
    throw usageError(`${message}.`, helpHint(command));
  }
}

function checkArgs(command: Command, args: readonly string[]): void {
  const least = command.args.filter((arg) => arg.startsWith("<")).length;
  if (args.length < least) throw usageError(`${command.args[args.length]} is missing.`, helpHint(command));
  const stray = args[command.args.length];
  if (stray === undefined) return;
  const several = "Put a text of several words in quotation marks.";
  throw usageError(
    `There is one argument too many: ${JSON.stringify(stray)}.`,
    `${several} ${helpHint(command)}`,
  );
}

function helpHint({ name }: Command): string {
  return `See: varve help ${name}`;
}

/** The text of an option, or undefined; throws a usage error where it is empty. */
export function textOption({ options }: Input, name: string): string | undefined {
  const value = options[name];
  if (value === "") throw usageError(`--${name} is empty.`);
  return typeof value === "string" ? value : undefined;
}

/** The whole number of an option, from 1 on. */
export function countOption(input: Input, name: string, byDefault: number): number {
  const value = textOption(input, name);
  if (value === undefined) return byDefault;
  const count = wholeNumber(value) ?? 0;
  if (count < 1) throw usageError(`--${name} is a whole number from 1 on, not ${JSON.stringify(value)}.`);
  return count;
}

/** The port of an option, or undefined; 0 means any that is free. */
export function portOption(input: Input, name: string): number | undefined {
  const value = textOption(input, name);
  if (value === undefined) return undefined;
  const port = wholeNumber(value);
  if (port !== undefined && port <= PORT_MAX) return port;
  throw usageError(`--${name} is a port from 0 to ${PORT_MAX}, not ${JSON.stringify(value)}.`);
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
