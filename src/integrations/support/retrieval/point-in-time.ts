import type { AsOf } from "varve";

/** Which of the two dates of a commit a date means: when it was made, or since when its facts are true. */
export type DateAxis = "committed" | "effective";

/** The point in the history that a model has written. What looks like a date and is none is refused by `asOf`. */
export function pointOf(written: string, dates: DateAxis): AsOf {
  const text = written.trim();
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}/.test(text)) return { tag: text };
  return dates === "effective" ? { effective: text } : text;
}
