import type { Hits } from "varve";
import { typedFilter } from "../../typed-filter";
import { usageError } from "../cli-error";
import { type Command, countOption, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { pointHelp, pointOf } from "../point";
import { type FoundRow, ROW_INDENT, rowLines } from "../row-lines";
import { countText } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve search`. */
export const searchCommand: Command = {
  name: "search",
  summary: "find the rows that fit a text best",
  args: ["<text>"],
  options: {
    ...databaseOptions,
    limit: { type: "string", value: "<count>", help: "the most rows (default: 5)" },
    where: { type: "string", value: "<filter>", help: "only among these rows: \"path LIKE 'guide/%'\"" },
    mode: {
      type: "string",
      value: "<mode>",
      help: "by words (text), by vectors (vector) or both (hybrid); default: auto",
    },
    "as-of": { type: "string", value: "<point>", help: "in the table as it was then" },
  },
  details: [
    'By words, a text may say "these in a row", begin*, slip~, +required, -excluded and column:word.',
    "",
    ...pointHelp,
  ],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [text = ""] = input.args;
  if (text.trim() === "") throw usageError("The text to search for is empty.");
  const limit = countOption(input, "limit", 5);
  const at = textOption(input, "as-of");
  const mode = modeOption(input);
  const filter = textOption(input, "where");
  const where = filter === undefined ? undefined : typedFilter(filter);
  return await withTable(input, async (t) => {
    const view = at === undefined ? t : t.asOf(pointOf(at));
    const version = await view.version();
    const options = { limit, where, signal: input.signal };
    const hits: Hits<FoundRow> = await (mode === "text"
      ? view.search(text, { ...options, mode })
      : view.search(text, { ...options, mode }));
    const { reason } = hits;
    if (input.options["json"] === true) {
      terminal.json({ table: t.name, version, hits, ...(reason === undefined ? {} : { reason }) });
      return ExitCode.done;
    }
    for (const [index, hit] of hits.entries()) printHit(terminal, index + 1, hit);
    if (hits.length === 0) terminal.print(`Nothing was found. ${reason ?? ""}`.trim());
    const found = countText(hits.length, "row");
    terminal.note(`${found} from version ${version} of ${t.name}`);
    return ExitCode.done;
  });
}

const MODES = ["auto", "hybrid", "vector", "text"] as const;

function modeOption(input: Input): (typeof MODES)[number] {
  const given = textOption(input, "mode") ?? "auto";
  const mode = MODES.find((one) => one === given);
  if (mode !== undefined) return mode;
  throw usageError(`--mode is one of ${MODES.join(", ")}, not ${JSON.stringify(given)}.`);
}

function printHit(terminal: Terminal, rank: number, hit: FoundRow): void {
  const score = hit._score.toFixed(2).padStart(5);
  const [first = "", ...lines] = rowLines(terminal, hit);
  const line = `${String(rank).padStart(2)} ${terminal.paint("green", score)}  ${first}`.trimEnd();
  terminal.print(line, ...lines.map((one) => `${ROW_INDENT}${one}`));
}
