import { VarveError } from "varve";
import { messageOf } from "../realm";
import { ExitCode } from "./exit-code";

/** A failure that the command itself has found. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, exitCode: ExitCode = ExitCode.failed) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** A command line that is not valid. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, hint, ExitCode.usage);
}

/** Somebody has pressed Ctrl-C. */
export function interrupted(): CliError {
  return new CliError("Interrupted; nothing was committed.", undefined, ExitCode.interrupted);
}

/** What is said about a failure, and how the command ends. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

const codes: Readonly<Record<number, string>> = {
  [ExitCode.usage]: "USAGE",
  [ExitCode.interrupted]: "ABORTED",
};

/** What to do next on a command line, where that is something else than in a program. */
const hints: Readonly<Record<string, string>> = {
  TABLE_NOT_FOUND: "List the tables with: varve tables",
  TAG_NOT_FOUND: "List the tags with: varve tag",
  VERSION_NOT_FOUND: "List the versions with: varve log",
  SCHEMA_MISMATCH:
    "The table was not made by this version of varve ingest: choose another name with --table.",
  CORRUPT: "See which files are damaged with: varve verify",
};

/** What to say about anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) {
    const { exitCode, message, hint } = error;
    return { exitCode, code: codes[exitCode] ?? "FAILED", message, hint };
  }
  if (VarveError.is(error)) {
    const { code, message, hint } = error;
    const exitCode = code === "ABORTED" ? ExitCode.interrupted : ExitCode.failed;
    return { exitCode, code, message, hint: hints[code] ?? hint };
  }
  const message = messageOf(error);
  const hint = "This is a bug in varve. VARVE_DEBUG=1 shows where it happened.";
  return { exitCode: ExitCode.failed, code: "INTERNAL", message, hint };
}
