import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Tables } from "../documents-table.ts";
import { type CrawlReport, crawl } from "./crawl.ts";

/** The documents that come with the example: a folder for each crawl, named after its date. */
export const CORPUS = join(import.meta.dirname, "../../corpus");

/** Reads the crawls of a corpus in their order. */
export async function readCorpus(
  tables: Tables,
  folder: string,
  say: (date: string, report: CrawlReport) => void = () => {},
  /** Which of the documents are read. */
  paths?: RegExp,
): Promise<void> {
  const dates = (await readdir(folder)).filter((name) => /^\d{4}-\d\d-\d\d$/.test(name)).sort();
  for (const date of dates) {
    const report = await crawl(tables, {
      folder: join(folder, date),
      date: new Date(date),
      message: `crawl of ${date}`,
      paths,
    });
    say(date, report);
  }
}
