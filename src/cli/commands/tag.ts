import type { Table } from "varve";
import { usageError } from "../cli-error";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { pointHelp, pointOf } from "../point";
import type { Terminal } from "../terminal";

/** `varve tag`. */
export const tagCommand: Command = {
  name: "tag",
  summary: "give a version a name, or list the names",
  args: ["[name]"],
  options: {
    ...databaseOptions,
    "as-of": { type: "string", value: "<point>", help: "the version (default: the newest)" },
    delete: { type: "boolean", help: "take the name away; the version stays" },
  },
  details: ["A tagged version stays readable whatever the retention.", "", ...pointHelp],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [name] = input.args;
  const at = textOption(input, "as-of");
  const isDeletion = input.options["delete"] === true;
  if (name === undefined && (isDeletion || at !== undefined))
    throw usageError("The name of the tag is missing.");
  if (isDeletion && at !== undefined) throw usageError("--delete takes no --as-of.");
  return await withTable(input, async (t) => {
    const { result, line } = await act(t, name, at, isDeletion);
    if (input.options["json"] === true) terminal.json({ table: t.name, ...result });
    else terminal.print(line);
    return ExitCode.done;
  });
}

async function act(
  t: Table,
  name: string | undefined,
  at: string | undefined,
  isDeletion: boolean,
): Promise<{ result: object; line: string }> {
  if (name === undefined) {
    const tags = await t.tags();
    const lines = tags.map((tag) => `${String(tag.version).padStart(5)}  ${tag.name}`);
    return { result: { tags }, line: lines.length === 0 ? "There are no tags." : lines.join("\n") };
  }
  if (isDeletion) {
    await t.deleteTag(name);
    return { result: { deleted: name }, line: `The tag ${name} is gone.` };
  }
  const tag = await t.tag(name, at === undefined ? undefined : pointOf(at));
  return { result: { tag }, line: `Version ${tag.version} of ${t.name} is now ${tag.name}.` };
}
