// `npm run ingest -- <folder> [--date 2025-03-31]`: makes the table show a folder, as one version.

import { stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { VarveError } from "varve";
import { crawl } from "./crawl/crawl.ts";
import { sayReport } from "./crawl/report.ts";
import { openLibrary } from "./open.ts";

const USAGE = `npm run ingest -- <folder> [--date 2025-03-31] [--message "what was crawled"]

Reads the .md, .html, .txt and .pdf files below a folder. The library then shows this folder: passages that are new or different are
written, those that are gone are removed, all as one version. Older versions stay as they are. A running server sees it at once.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { date: { type: "string" }, message: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  const [folder] = positionals;
  if (values.help || folder === undefined || positionals.length > 1) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const date = values.date === undefined ? new Date() : new Date(values.date);
  if (Number.isNaN(date.getTime()))
    throw new Error(`--date is a day such as 2025-03-31, and not "${values.date}".`);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new Error(`There is no folder ${folder}.`);
  const { db, tables } = await openLibrary();
  try {
    const day = date.toISOString().slice(0, 10);
    const report = await crawl(tables, { folder, date, message: values.message ?? `crawl of ${day}` });
    sayReport(day, report);
    return report.unread.length > 0 ? 1 : 0;
  } finally {
    await db.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(VarveError.is(error) || error instanceof Error ? error.message : error);
  return 1;
});
