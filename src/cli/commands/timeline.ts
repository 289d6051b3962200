import type { Moment, Snapshot, Span, Table, UntypedTable, Where } from "varve";
import { typedFilter } from "../../typed-filter";
import { usageError } from "../cli-error";
import { type Command, countOption, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { pointHelp, pointOf } from "../point";
import { type FoundRow, ROW_INDENT, rowLines } from "../row-lines";
import { countText, dateText } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve timeline`. */
export const timelineCommand: Command = {
  name: "timeline",
  summary: "show when the answer to a text changed",
  args: ["<text>"],
  options: {
    ...databaseOptions,
    from: { type: "string", value: "<point>", help: "since then (default: the oldest version that is kept)" },
    to: { type: "string", value: "<point>", help: "until then (default: now)" },
    limit: { type: "string", value: "<count>", help: "the most periods, the newest ones (default: 20)" },
    where: { type: "string", value: "<filter>", help: "only among these rows: \"path LIKE 'guide/%'\"" },
    select: { type: "string", value: "<columns>", help: "what is shown, and counts as a change: body,price" },
  },
  details: [
    "Each period shows the row that was the nearest by meaning, and from when until when it was so.",
    "Without --select, all columns count as a change; of passages their path, heading and body.",
    "",
    ...pointHelp,
  ],
  run,
};

/** What a passage of a document says. */
const PASSAGE = ["path", "heading", "body"];

/** A commit, and since when what it wrote is true. */
interface Dated extends Moment {
  readonly effectiveAt: Date | null;
}

interface Period {
  readonly from: Dated;
  readonly to: Dated | null;
  readonly hit: FoundRow;
}

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [text = ""] = input.args;
  if (text.trim() === "") throw usageError("The text to search for is empty.");
  const limit = countOption(input, "limit", 20);
  const filter = textOption(input, "where");
  const where = filter === undefined ? undefined : typedFilter(filter);
  const [first, last] = ["from", "to"].map((name) => textOption(input, name));
  const [start, end] = [first, last].map((point) => (point === undefined ? undefined : pointOf(point)));
  const select = textOption(input, "select")
    ?.split(",")
    .map((name) => name.trim());
  return await withTable(input, async (t) => {
    const from = await t.asOf(start ?? (await t.stats()).oldestVersion).version();
    const to = await t.asOf(end ?? (await t.version())).version();
    const options = { where, select: select ?? (await shownColumns(t.asOf(to))), signal: input.signal };
    const found = await t.timeline(text, { ...options, from, to, limit });
    const periods = await Promise.all(
      found.map(async (period) => ({
        from: await dated(t, period.from),
        to: period.to === null ? null : await dated(t, period.to),
        hit: period.hit,
      })),
    );
    const reason = periods.length === 0 ? await reasonOf(t, text, { from, to }, where) : undefined;
    if (input.options["json"] === true) {
      terminal.json({ table: t.name, from, to, periods, ...(reason === undefined ? {} : { reason }) });
      return ExitCode.done;
    }
    for (const period of periods) printPeriod(terminal, period);
    if (periods.length === 0) terminal.print(`Nothing was found. ${reason ?? ""}`.trim());
    terminal.note(`${countText(periods.length, "period")} in versions ${from} to ${to} of ${t.name}`);
    return ExitCode.done;
  });
}

/** The columns that are shown: those that say what a passage of a document says, or all but vectors and bytes. */
async function shownColumns(view: Snapshot<UntypedTable>): Promise<string[]> {
  const { columns, primaryKey } = await view.describe();
  const names = columns.filter(({ kind }) => kind !== "vector" && kind !== "bytes").map(({ name }) => name);
  return PASSAGE.every((name) => names.includes(name))
    ? names.filter((name) => name === primaryKey || PASSAGE.includes(name))
    : names;
}

async function dated(table: Table, moment: Moment): Promise<Dated> {
  return { ...moment, effectiveAt: (await table.asOf(moment.version).point()).effectiveAt };
}

/** Why there is nothing; rejects where the span ends before it begins. */
async function reasonOf(
  table: Table,
  text: string,
  during: Span,
  where: Where<UntypedTable> | undefined,
): Promise<string | undefined> {
  if (during.from === 0 && during.to === 0) return undefined;
  return (await table.search(text, { during, everyVersion: true, limit: 1, where })).reason;
}

function printPeriod(terminal: Terminal, { from, to, hit }: Period): void {
  const version = String(from.version).padStart(2);
  const score = terminal.paint("green", hit._score.toFixed(2).padStart(5));
  const committed = spanText(from.date, to?.date);
  const effective =
    from.effectiveAt === null ? "" : `effective ${spanText(from.effectiveAt, to?.effectiveAt ?? undefined)}`;
  terminal.print(
    `${version} ${score}  ${terminal.paint("bold", committed)}  ${terminal.paint("dim", effective)}`.trimEnd(),
    ...rowLines(terminal, hit).map((line) => `${ROW_INDENT}${line}`),
  );
}

function spanText(from: Date, to: Date | undefined): string {
  return to === undefined ? `since ${dateText(from)}` : `${dateText(from)} until ${dateText(to)}`;
}
