import type { Branch, Table } from "varve";
import { usageError } from "../cli-error";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { pointHelp, pointOf } from "../point";
import type { Terminal } from "../terminal";

/** `varve branch`. */
export const branchCommand: Command = {
  name: "branch",
  summary: "begin a branch of a table, or list its branches",
  args: ["[name]"],
  options: {
    ...databaseOptions,
    from: { type: "string", value: "<point>", help: "where it begins (default: the newest version)" },
    delete: { type: "boolean", help: "delete the branch and what only it has" },
  },
  details: [
    "A branch is a table of its own over the same files: every command takes it as --table <table>@<branch>.",
    "",
    ...pointHelp,
  ],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [name] = input.args;
  const from = textOption(input, "from");
  const isDeletion = input.options["delete"] === true;
  if (name === undefined && (isDeletion || from !== undefined))
    throw usageError("The name of the branch is missing.");
  if (isDeletion && from !== undefined) throw usageError("--delete takes no --from.");
  return await withTable(input, async (t) => {
    const { result, line } = await act(t, name, from, isDeletion);
    if (input.options["json"] === true) terminal.json({ table: t.name, ...result });
    else terminal.print(line);
    return ExitCode.done;
  });
}

async function act(
  t: Table,
  name: string | undefined,
  from: string | undefined,
  isDeletion: boolean,
): Promise<{ result: object; line: string }> {
  if (name === undefined) {
    const branches = await t.branches();
    const line = branches.length === 0 ? "There are no branches." : branches.map(lineOf).join("\n");
    return { result: { branches }, line };
  }
  if (isDeletion) {
    await t.deleteBranch(name);
    return { result: { deleted: name }, line: `The branch ${name} is gone.` };
  }
  const branch = await t.branch(name, from === undefined ? {} : { from: pointOf(from) });
  const version = await branch.version();
  return {
    result: { branch: { name, version } },
    line: `The branch ${name} begins at version ${version}: --table ${branch.name}`,
  };
}

function lineOf({ name, version, from }: Branch): string {
  return `${String(version).padStart(5)}  ${name}  (from version ${from.version} of ${from.branch})`;
}
