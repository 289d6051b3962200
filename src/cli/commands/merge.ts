import type { MergeConflict, MergeOptions } from "varve";
import { usageError } from "../cli-error";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import type { Terminal } from "../terminal";

/** `varve merge`. */
export const mergeCommand: Command = {
  name: "merge",
  summary: "take over what a branch has changed",
  args: ["<branch>"],
  options: {
    ...databaseOptions,
    "on-conflict": {
      type: "string",
      value: "<side>",
      help: "what becomes of rows that both changed: fail, ours or theirs (default: fail)",
    },
    by: { type: "string", value: "<unit>", help: "what is compared: row or column (default: row)" },
    "dry-run": { type: "boolean", help: "only say what would be done, with the conflicts" },
    message: { type: "string", value: "<text>", help: "a sentence for the log" },
  },
  details: [
    "The table is merged into; to bring a branch up to date: varve merge main --table <table>@<branch>.",
    "A merge is one commit, and may be repeated as both go on.",
  ],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [from = ""] = input.args;
  const dryRun = input.options["dry-run"] === true;
  const message = textOption(input, "message");
  const options: MergeOptions = {
    onConflict: oneOf(input, "on-conflict", ["fail", "ours", "theirs"] as const),
    by: oneOf(input, "by", ["row", "column"] as const),
    dryRun,
    ...(dryRun || message === undefined ? {} : { message }),
  };
  return await withTable(input, async (t) => {
    const before = await t.version();
    const merged = await t.merge(from, options as never);
    const { version, inserted, updated, deleted, conflicts } = merged;
    if (input.options["json"] === true) terminal.json({ table: t.name, from, ...merged });
    else {
      const counts = `${inserted} new, ${updated} changed, ${deleted} gone`;
      if (dryRun) terminal.print(`A merge of ${from} into ${t.name} would make: ${counts}.`);
      else if (version === before) terminal.print(`${from} has nothing that ${t.name} does not have.`);
      else terminal.print(`${from} is merged into ${t.name}, as version ${version}: ${counts}.`);
      for (const conflict of conflicts) terminal.print(lineOf(conflict));
    }
    return ExitCode.done;
  });
}

function lineOf({ key, ours, theirs, columns }: MergeConflict): string {
  if (ours === null) return `  conflict  ${key}  deleted here, changed there`;
  if (theirs === null) return `  conflict  ${key}  changed here, deleted there`;
  return `  conflict  ${key}  ${columns.join(", ")}`;
}

function oneOf<const T extends string>(input: Input, name: string, known: readonly T[]): T | undefined {
  const given = textOption(input, name);
  if (given === undefined) return undefined;
  const found = known.find((one) => one === given);
  if (found === undefined) throw usageError(`--${name} is one of ${known.join(", ")}, not "${given}".`);
  return found;
}
