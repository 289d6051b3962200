import type { Commit } from "varve";
import { type Command, countOption, databaseOptions, type Input } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { dateText, harmless } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve log`. */
export const logCommand: Command = {
  name: "log",
  summary: "show the commits of a table, the newest first",
  args: [],
  options: {
    ...databaseOptions,
    limit: { type: "string", value: "<count>", help: "the most commits (default: 20)" },
  },
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const limit = countOption(input, "limit", 20);
  return await withTable(input, async (t) => {
    const commits = await t.history({ limit });
    if (input.options["json"] === true) terminal.json({ table: t.name, commits });
    else if (commits.length === 0) terminal.print(`Nobody has written to ${t.name} yet.`);
    else terminal.print(...commits.map((commit) => commitLine(terminal, commit)));
    return ExitCode.done;
  });
}

function commitLine(terminal: Terminal, commit: Commit): string {
  const { version, committedAt, clock, effectiveAt, operation, inserted, updated, deleted, message, tags } =
    commit;
  const parts = [
    terminal.paint("bold", String(version).padStart(5)),
    dateText(committedAt),
    harmless(operation).padEnd(6),
    `${terminal.paint("green", `+${inserted}`)} ${terminal.paint("yellow", `~${updated}`)} ${terminal.paint("red", `-${deleted}`)}`,
    ...tags.map((tag) => terminal.paint("cyan", `[${tag}]`)),
    effectiveAt === null ? "" : terminal.paint("dim", `effective ${dateText(effectiveAt)}`),
    clock === undefined ? "" : terminal.paint("yellow", `by a clock at ${dateText(clock)}`),
    harmless(message ?? ""),
  ];
  return parts.filter((part) => part !== "").join("  ");
}
