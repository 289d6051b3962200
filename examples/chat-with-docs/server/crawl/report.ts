import type { CrawlReport } from "./crawl.ts";

/** Prints what a crawl did. */
export function sayReport(date: string, report: CrawlReport): void {
  const { version, isNew, documents, passages, added, changed, removed, unread } = report;
  const what = isNew
    ? `version ${version}: ${count(added, "passage")} new, ${changed} changed, ${removed} gone`
    : `nothing is different: still version ${version}`;
  console.log(`${date}  ${count(documents, "document")}, ${count(passages, "passage")}; ${what}`);
  for (const { path, problem, next } of unread) console.error(`  not read: ${path}: ${problem} ${next}`);
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}
