import { type AsOf, parsePoint, type TableView, VarveError } from "varve";
import type { PassageTable, passages } from "./passages.ts";

/** A point in time, as a client names it: a version, a day or another text that `parsePoint` reads, or nothing for now. */
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

const DAY = 24 * 60 * 60 * 1000;

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
  const point = readPoint(input);
  if (typeof point !== "object" || !("effective" in point)) return point;
  const at = new Date(point.effective).getTime();
  const end = at % DAY === 0 ? at + DAY - 1 : at;
  return end >= Date.now() ? newest : { effective: new Date(end) };
}

function readPoint(input: string): AsOf {
  try {
    return parsePoint(input, { dates: "effective" });
  } catch (cause) {
    if (VarveError.is(cause)) throw new BadRequest(`${cause.message} ${cause.hint ?? ""}`.trim(), { cause });
    throw cause;
  }
}
