import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Table, VarveError } from "varve";
import { isError } from "../../realm";
import { typedFilter } from "../../typed-filter";
import { CliError, usageError } from "../cli-error";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withExactTable } from "../open";
import { pointHelp, pointOf } from "../point";
import { formatHelp, formatOf, formatOption, type RowFormat } from "../row-format";
import { csvHead, csvLine, jsonLine } from "../row-text";
import { countText } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve export`. */
export const exportCommand: Command = {
  name: "export",
  summary: "write the rows of a table to a file, now or as they were",
  args: ["[file]"],
  options: {
    ...databaseOptions,
    ...formatOption,
    where: { type: "string", value: "<filter>", help: "only these rows: \"price < 10 AND kind = 'tea'\"" },
    select: { type: "string", value: "<columns>", help: "only these columns (default: all but the vectors)" },
    "as-of": { type: "string", value: "<point>", help: "as they were then" },
  },
  details: ["Without [file], JSON Lines go to the standard output.", "", ...formatHelp, "", ...pointHelp],
  run,
};

type View = Pick<Table, "scan" | "arrow">;

interface Wanted {
  readonly names: readonly string[];
  readonly where: ReturnType<typeof typedFilter> | undefined;
  readonly signal: AbortSignal;
}

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [file] = input.args;
  const format = formatOf(input, file);
  if (file === undefined && (format === "arrow" || input.options["json"] === true))
    throw usageError("The name of the file is missing.");
  const [at, filter, select] = ["as-of", "where", "select"].map((name) => textOption(input, name));
  const where = filter === undefined ? undefined : typedFilter(filter);
  return await withExactTable(input, async (t) => {
    const view = at === undefined ? t : t.asOf(pointOf(at));
    const { columns } = await view.describe();
    const shown = columns.filter(({ kind }) => kind !== "vector").map(({ name }) => name);
    const names = select?.split(",").map((name) => name.trim()) ?? shown;
    const wanted = { names, where, signal: input.signal };
    const version = await view.version();
    const counter = { rows: 0 };
    const parts = format === "arrow" ? arrowParts(view, wanted) : textParts(view, format, wanted, counter);
    if (file === undefined) await print(terminal, parts as AsyncIterable<string>);
    else await save(file, parts);
    const rows = format === "arrow" ? await view.count({ where }) : counter.rows;
    if (input.options["json"] === true) terminal.json({ table: t.name, version, rows, file });
    else terminal.note(`${countText(rows, "row")} of version ${version} of ${t.name}`);
    return ExitCode.done;
  });
}

async function* textParts(
  view: View,
  format: RowFormat,
  { names, where, signal }: Wanted,
  counter: { rows: number },
): AsyncGenerator<string, void, void> {
  if (format === "csv") yield csvHead(names);
  const line = format === "csv" ? csvLine : jsonLine;
  for await (const rows of view.scan({ select: names, where, signal })) {
    counter.rows += rows.length;
    yield rows.map((row) => line(row, names)).join("");
  }
}

function arrowParts(view: View, { names, where, signal }: Wanted): AsyncIterable<Uint8Array> {
  return view.arrow.scan({ select: names, where, signal });
}

/** Ends early, in good order, where whoever reads has seen enough. */
async function print(terminal: Terminal, parts: AsyncIterable<string>): Promise<void> {
  for await (const part of parts) if (!(await terminal.write(part))) return;
}

/** A file that is whole, or not there. */
async function save(file: string, parts: AsyncIterable<string | Uint8Array>): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.from(parts, { objectMode: false }), createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw notWritten(file, error);
  }
}

/** What the file system says is not of the table. */
function notWritten(file: string, error: unknown): unknown {
  if (VarveError.is(error) || !isError(error) || !("syscall" in error)) return error;
  return new CliError(
    `${file} cannot be written: ${error.message}.`,
    "Nothing was changed. Name another place, or make room.",
  );
}
