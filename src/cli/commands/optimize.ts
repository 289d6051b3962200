import type { Cleanup, Optimized } from "varve";
import { type Command, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabase } from "../open";
import { bytesText, countText, harmless } from "../shown-text";
import type { Terminal } from "../terminal";

/** `varve optimize`. */
export const optimizeCommand: Command = {
  name: "optimize",
  summary: "merge small files, build indexes and remove what no version shows any more",
  args: [],
  options: {
    ...databaseOptions,
    table: { type: "string", value: "<name>", help: "only this table" },
    "dry-run": { type: "boolean", help: "only say what would be removed, file by file" },
  },
  details: [
    "A program that has a table open does the same in the background. It makes no version, and reads and",
    "writes go on meanwhile.",
  ],
  run,
};

type Named<T> = T & { readonly name: string };

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const only = textOption(input, "table");
  const dryRun = input.options["dry-run"] === true;
  const tables: Named<object>[] = [];
  const lines: string[] = [];
  await withDatabase(input, async (db) => {
    const names = only === undefined ? await db.tables() : [only];
    for (const name of names) {
      terminal.progress(() => `${dryRun ? "looking through" : "tidying up"}: ${name}`);
      const t = await db.openTable(name);
      if (dryRun) {
        const cleanup = { name, ...(await t.optimize({ dryRun })) };
        tables.push(cleanup);
        lines.push(...cleanupLines(terminal, cleanup));
      } else {
        const work = { name, ...(await t.optimize()) };
        tables.push(work);
        lines.push(workLine(terminal, work));
      }
    }
  });
  if (input.options["json"] === true) terminal.json({ tables });
  else terminal.print(...lines);
  return ExitCode.done;
}

function workLine(terminal: Terminal, { name, ...work }: Named<Optimized>): string {
  const parts = [
    work.merged === 0 ? "" : `${countText(work.merged, "file")} of rows merged`,
    work.droppedRows === 0 ? "" : `${countText(work.droppedRows, "row")} dropped`,
    work.indexedRows === 0 ? "" : `${countText(work.indexedRows, "row")} indexed`,
    work.removedFiles === 0 ? "" : `${countText(work.removedFiles, "file")} removed`,
  ].filter((part) => part !== "");
  return `${terminal.paint("bold", name)}: ${parts.length === 0 ? "nothing to do" : parts.join(", ")}`;
}

const REASONS: Readonly<Record<Cleanup["files"][number]["why"], string>> = {
  retired: "nothing uses it any more",
  unnamed: "a writer that was killed left it behind",
  manifest: "newer ones took its place",
  lease: "the pin has ended",
  expired: "the retention has passed by what it holds",
  rewritten: "the retention has passed by some of it; the rest is written anew",
  merged: "it becomes part of a larger one",
};

function cleanupLines(terminal: Terminal, { name, ...cleanup }: Named<Cleanup>): string[] {
  const { files, bytes, rows, versions, oldestVersion } = cleanup;
  const parts = [
    files.length === 0 ? "" : `${countText(files.length, "file")} (${bytesText(bytes)}) would go`,
    rows === 0 ? "" : `${countText(rows, "row")} would be dropped`,
    versions === 0 ? "" : `${countText(versions, "version")} would end, up to ${oldestVersion - 1}`,
  ].filter((part) => part !== "");
  const head = `${terminal.paint("bold", name)}: ${parts.length === 0 ? "nothing would go" : parts.join(", ")}`;
  return [head, ...files.map((file) => `  ${fileText(file)}`)];
}

function fileText({ folder, name, bytes, why, afterMs }: Cleanup["files"][number]): string {
  const later = afterMs === 0 ? "" : `, after ${countText(Math.round(afterMs / 60_000), "minute")}`;
  return `${harmless(`${folder}/${name}`)}  ${bytesText(bytes)}  ${REASONS[why]}${later}`;
}
