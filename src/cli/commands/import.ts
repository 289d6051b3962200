import { readFile } from "node:fs/promises";
import type { Database, Table, TableDescription, WriteResult } from "varve";
import { openTable } from "../../open-table";
import { CliError, usageError } from "../cli-error";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { guessedTable } from "../guessed-table";
import { withDatabaseMade } from "../open";
import { dateOption } from "../point";
import { formatHelp, formatOf, formatOption } from "../row-format";
import { type FileRow, type RowSource, rowSource } from "../row-source";
import { countText } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve import`. */
export const importCommand: Command = {
  name: "import",
  summary: "write the rows of a file into a table, in one commit",
  args: ["<file>"],
  options: {
    ...databaseOptions,
    table: { type: "string", value: "<name>", help: "the table, which is made if it is not there" },
    ...formatOption,
    key: { type: "string", value: "<column>", help: "of a new table: what tells rows apart (default: id)" },
    embed: { type: "string", value: "<columns>", help: "of a new table: the texts to search by meaning" },
    "effective-at": { type: "string", value: "<date>", help: "since when the rows are true" },
    message: { type: "string", value: "<text>", help: "a sentence for the log" },
  },
  details: [
    "Rows replace those with the same key; rows that are there exactly so are left alone. What kinds of",
    "values the columns of a new table have is guessed from the first 1,000 rows. Arrow needs a table that",
    "is there, and the package apache-arrow.",
    "",
    ...formatHelp,
  ],
  run,
};

/** Rows from which the columns of a new table are guessed. */
const SAMPLE = 1000;

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [file = ""] = input.args;
  const format = formatOf(input, file);
  const name = textOption(input, "table");
  if (name === undefined) throw usageError("--table is missing: the name of the table to write to.");
  const ending = {
    effectiveAt: dateOption(input, "effective-at"),
    message: textOption(input, "message") ?? `import ${file}`,
    signal: input.signal,
  };
  const write =
    format === "arrow" ? arrowImport(file, ending) : await rowImport(rowSource(file, format), input, ending);
  const result = await withDatabaseMade(input, (db) => write(db, name));
  if (input.options["json"] === true) terminal.json({ table: name, ...result });
  else printResult(terminal, name, result);
  return ExitCode.done;
}

interface Ending {
  readonly effectiveAt: Date | undefined;
  readonly message: string;
  readonly signal: AbortSignal;
}

type Write = (db: Database, name: string) => Promise<WriteResult>;

async function rowImport(source: RowSource, input: Input, ending: Ending): Promise<Write> {
  const rows = new Rows(source, await sampleOf(source));
  return async (db, name) => {
    const isNew = !(await db.tables()).includes(name);
    const t = isNew ? await made(db, name, input, rows) : await opened(db, name, input);
    try {
      return await rows.write(t, ending);
    } catch (error) {
      // What was guessed of a file that is wrong does not stand in the way of the right one.
      if (isNew && (await t.version()) === 0) await db.drop(name);
      throw error;
    }
  };
}

/** The first rows, read before anything is made: a file that is not there leaves no database behind. */
async function sampleOf(source: RowSource): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  for await (const row of source.rows()) if (rows.push(row) === SAMPLE) break;
  return rows;
}

async function opened(db: Database, name: string, input: Input): Promise<Table> {
  if (textOption(input, "key") === undefined && textOption(input, "embed") === undefined)
    return await openTable(db, name);
  throw usageError(`The table ${name} is there: --key and --embed are for a new one.`);
}

async function made(db: Database, name: string, input: Input, rows: Rows): Promise<Table> {
  const key = textOption(input, "key");
  const embedded =
    textOption(input, "embed")
      ?.split(",")
      .map((one) => one.trim()) ?? [];
  if (rows.isEmpty) throw new CliError("The file has no rows, so there is no table to make of it.");
  await db.table(guessedTable({ name, key, embedded }, rows.guessed()));
  return await openTable(db, name);
}

/** The rows of a file. */
class Rows {
  readonly #source: RowSource;
  readonly #sample: readonly FileRow[];

  constructor(source: RowSource, sample: readonly FileRow[]) {
    this.#source = source;
    this.#sample = sample;
  }

  get isEmpty(): boolean {
    return this.#sample.length === 0;
  }

  /** The first ones, with what their values look like. */
  guessed(): FileRow[] {
    return this.#sample.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, this.#source.guessed(value)])),
    );
  }

  async write(t: Table, ending: Ending): Promise<WriteResult> {
    const description = await t.describe();
    const options = { ...ending, vectors: true };
    const rows = this.#typed(description);
    return await (description.primaryKey === null ? t.insert(rows, options) : t.upsert(rows, options));
  }

  async *#typed(description: TableDescription): AsyncGenerator<FileRow, void, void> {
    let index = 0;
    for await (const row of this.#source.rows()) yield this.#source.typed(description, row, index++);
  }
}

function arrowImport(file: string, ending: Ending): Write {
  return async (db, name) => {
    const t = await openTable(db, name);
    const { withArrow } = await import("varve/arrow");
    const { primaryKey } = await t.describe();
    const [a, bytes] = [withArrow(t), await readFile(file)];
    const options = { ...ending, vectors: true };
    return await (primaryKey === null ? a.insert(bytes, options) : a.upsert(bytes, options));
  };
}

function printResult(terminal: Terminal, name: string, result: WriteResult): void {
  const { inserted, updated, unchanged, version } = result;
  terminal.print(
    `${countText(inserted, "new row")}, ${updated.toLocaleString("en-US")} changed, ${unchanged.toLocaleString("en-US")} as before.`,
    `${inserted + updated === 0 ? `Nothing is different: version ${version} of ${name} stands.` : `This is version ${version} of ${name}.`}`,
  );
}
