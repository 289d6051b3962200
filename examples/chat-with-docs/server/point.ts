import { type AsOf, type TableView, VarveError } from "varve";
import type { PassageTable, passages } from "./passages.ts";

/** A point in time, as a client names it: a version, a day, or nothing for now. */
export type PointInput = number | string | undefined;

/** A version of the table, and since when it was true. */
export interface Point {
  readonly version: number;
  readonly effectiveAt: string | null;
}

/** The table at a point. */
export interface View extends Point {
  readonly view: TableView<typeof passages>;
}

/** What a client asked for does not exist, or is not a thing to ask for. */
export class BadRequest extends Error {}

/**
 * Opens the table at a point. A day means its end, in UTC: what a crawl of that day found is there. The view is always a snapshot, so
 * that all that is read for one answer is of one version.
 */
export async function openView(t: PassageTable, input: PointInput): Promise<View> {
  const view = t.asOf(toAsOf(input, await t.version()));
  try {
    const { version, effectiveAt } = await view.point();
    return { view, version, effectiveAt: effectiveAt?.toISOString() ?? null };
  } catch (cause) {
    if (VarveError.is(cause)) throw new BadRequest(cause.message, { cause });
    throw cause;
  }
}

function toAsOf(input: PointInput, newest: number): AsOf {
  if (input === undefined) return newest;
  if (typeof input === "number") {
    if (Number.isSafeInteger(input) && input >= 0) return input;
    throw new BadRequest(`A version is a whole number, and not ${input}.`);
  }
  const end = new Date(`${input}T23:59:59.999Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(input) || Number.isNaN(end.getTime())) {
    throw new BadRequest("A day is written like 2025-03-31.");
  }
  return end.getTime() >= Date.now() ? newest : { effective: end };
}
