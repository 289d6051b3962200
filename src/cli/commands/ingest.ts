import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { documentExtensions } from "varve/documents";
import { usageError } from "../cli-error";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { documentTable } from "../documents";
import { ExitCode } from "../exit-code";
import { documentsIn } from "../folder";
import { type IngestReport, ingest } from "../ingest";
import { DATABASE, TABLE, withDatabaseMade } from "../open";
import { dateOption } from "../point";
import { countText, harmless } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve ingest`. */
export const ingestCommand: Command = {
  name: "ingest",
  summary: "read the documents of a folder into a table",
  args: ["<folder>"],
  options: {
    ...databaseOptions,
    table: { type: "string", value: "<name>", help: `the table (default: ${TABLE})` },
    source: {
      type: "string",
      value: "<name>",
      help: "a name for the documents (default: the folder's name)",
    },
    "effective-at": { type: "string", value: "<date>", help: "since when they say what they say" },
    message: { type: "string", value: "<text>", help: "a sentence for the log" },
  },
  details: [
    `Reads ${documentExtensions.join(", ")} files, splits them by heading`,
    "and embeds the passages. Doing it again writes only what is different; where nothing is, there is",
    "no new version. What was deleted from the folder is gone from the table too, and stays readable in",
    "older versions. A file that cannot be read keeps what it had. Several folders can share a table as",
    "long as their sources have different names: a folder replaces what was there under the name of its",
    "source.",
  ],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [folder = ""] = input.args;
  const place = textOption(input, "db") ?? DATABASE;
  const name = textOption(input, "table") ?? TABLE;
  const source = textOption(input, "source") ?? basename(resolve(folder));
  if (folder === "" || source === "")
    throw usageError("The folder has no name.", "Give it one with --source.");
  const effectiveAt = dateOption(input, "effective-at");
  const started = performance.now();
  // A mistyped folder leaves no database behind.
  if (!existsSync(place) && (await documentsIn(folder)).length === 0) {
    return nothingFound(terminal, input, folder, { table: name, source });
  }
  const report = await withDatabaseMade(input, async (db) => {
    const t = await db.table(documentTable(name));
    return await ingest(t, {
      folder,
      source,
      message: textOption(input, "message") ?? `ingest ${source}`,
      effectiveAt,
      signal: input.signal,
      onProgress: (progress) => {
        if ("files" in progress)
          terminal.progress(() => `reading: ${progress.files} of ${progress.of} files`);
      },
    });
  });
  if (input.options["json"] === true) terminal.json({ table: name, source, ...report });
  else if (report.files + report.removed + report.unread.length === 0) printNothing(terminal, folder);
  else printReport(terminal, report, name, place, performance.now() - started);
  return ExitCode.done;
}

function nothingFound(terminal: Terminal, input: Input, folder: string, asked: object): ExitCode {
  const none = {
    version: 0,
    files: 0,
    passages: 0,
    added: 0,
    changed: 0,
    removed: 0,
    unchanged: 0,
    unread: [],
  };
  if (input.options["json"] === true) terminal.json({ ...asked, ...none });
  else printNothing(terminal, folder);
  return ExitCode.done;
}

function printNothing(terminal: Terminal, folder: string): void {
  terminal.print(`No documents found in ${harmless(folder)}.`);
  terminal.note(`  varve ingest reads files that end with ${documentExtensions.join(", ")}.`);
}

function printReport(
  terminal: Terminal,
  report: IngestReport,
  table: string,
  place: string,
  ms: number,
): void {
  const { version, files, passages, added, changed, removed, unchanged, unread } = report;
  for (const { problem } of unread) terminal.note(`left out: ${harmless(problem)}`);
  terminal.print(
    `Read ${countText(files, "file")}, ${countText(passages, "passage")}, in ${(ms / 1000).toFixed(1)} s.`,
  );
  const parts = [
    terminal.paint("green", `+ ${added} new`),
    terminal.paint("yellow", `~ ${changed} changed`),
    terminal.paint("red", `- ${removed} gone`),
    terminal.paint("dim", `${unchanged} as before`),
  ];
  if (added + changed + removed === 0)
    terminal.print(`Nothing is different: version ${version} of ${table} stands.`);
  else terminal.print(`  ${parts.join("   ")}`, `This is version ${version} of ${table}.`);
  const db = place === DATABASE ? "" : ` --db ${place}`;
  if (passages > 0) terminal.note(`Ask it: varve search "..."${db}`);
}
