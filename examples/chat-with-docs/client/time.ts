import type { Crawl, Point } from "./api.ts";

const format = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** A day as people write it. */
export function dayOf(date: string | null): string {
  return date === null ? "before the first crawl" : format.format(new Date(date));
}

/** A version, and since when it was true. */
export function pointLabel({ version, effectiveAt }: Point): string {
  return version === 0 ? "before the first crawl" : `${dayOf(effectiveAt)} · v${version}`;
}

/** The crawl that a day shows: the newest one that was not after it. Crawls stand newest first. */
export function crawlOn(crawls: readonly Crawl[], day: string): Crawl | undefined {
  return crawls.find(({ effectiveAt }) => effectiveAt !== null && effectiveAt.slice(0, 10) <= day);
}
