// When an answer changed: one row for each time, the nearest of that time.

import { type AsOf, type Moment, parsePoint, type Span, type Table } from "varve";
import { isDate } from "../../../realm";
import { beforeAll, columnsOf, idOf, momentOf, NOTHING, noteOf } from "./search-reader";
import type { ToolSetting } from "./setting";
import { ShownRows } from "./shown-row";
import { noTimeline, spanBackwards } from "./tool-errors";
import type { SearchInput, TimelineInput } from "./tool-input";
import type { ShownDatedMoment, ShownPeriod, TimelineResult } from "./tool-types";

interface Found {
  readonly from: Moment;
  readonly to: Moment | null;
}

/** Answers `timeline`. */
export class TimelineReader {
  readonly #setting: ToolSetting;
  readonly #more: string | undefined;

  /** `more` is what shows more of a row that is cut, as the end of a sentence. */
  constructor(setting: ToolSetting, more?: string) {
    this.#setting = setting;
    this.#more = more;
  }

  /** The periods between two points that a model wrote; now, if it wrote none. */
  async asked(input: TimelineInput, signal: AbortSignal | undefined): Promise<TimelineResult> {
    const { table, dates } = this.#setting;
    const [from, to] = [input.from, input.to].map((text) =>
      text === undefined ? undefined : parsePoint(text, { dates }),
    );
    checkOrder(from, to);
    const span = { from: from ?? (await table.stats()).oldestVersion, to: to ?? (await table.version()) };
    return await this.during(span, input, signal);
  }

  /** The periods from one point to another, the oldest first; by vectors. */
  async during(span: Span, input: SearchInput, signal: AbortSignal | undefined): Promise<TimelineResult> {
    const { table, limits, maxText, maxAnswer, select, shown, key, column, where, byMeaning } = this.#setting;
    if (!byMeaning) throw noTimeline(table.name);
    const { query, limit = limits.limit, filter } = input;
    const [from, to] = [await table.asOf(span.from).version(), await table.asOf(span.to).version()];
    const said = { table: table.name, from, to };
    if (from === 0 && to === 0) return { ...said, periods: [], note: await beforeAll(table) };
    const shownThen = await columnsOf(table.asOf(to), select);
    const options = { where: where(filter), select: shownThen, column, signal };
    const found = await table.timeline(query, { ...options, from, to, limit });
    // It says why there is nothing, and refuses a span that ends before it begins.
    if (found.length === 0) {
      const during = { from, to };
      const { reason } = await table.search(query, { ...options, during, everyVersion: true, limit: 1 });
      return { ...said, periods: [], note: reason ?? NOTHING };
    }
    const moments = await datedMoments(table, found);
    const rows = new ShownRows(maxText, maxAnswer);
    const periods = found.map(({ from: begin, to: end, hit }): ShownPeriod => {
      const row: Readonly<Record<string, unknown>> = hit;
      return {
        id: idOf(row[key]),
        version: begin.version,
        score: Number(hit._score.toFixed(4)),
        from: moments.get(begin.version) ?? momentOf(begin),
        to: end === null ? null : (moments.get(end.version) ?? momentOf(end)),
        row: rows.row(row, shown),
      };
    });
    const notes = [earlier(found, from, limit), noteOf(periods.length, rows, this.#more)];
    const note = notes.filter((one) => one !== undefined).join(" ");
    return { ...said, periods, ...(note === "" ? {} : { note }) };
  }
}

/** Two dates may lie in one version, in which their order is no longer seen; throws INVALID_ARGUMENT. */
export function checkOrder(from: AsOf | undefined, to: AsOf | undefined): void {
  const [first, last] = [dateOf(from), dateOf(to)];
  if (first !== undefined && last !== undefined && first > last) throw spanBackwards(first, last);
}

function dateOf(point: AsOf | undefined): Date | undefined {
  if (isDate(point)) return point;
  const effective = typeof point === "object" && "effective" in point ? point.effective : undefined;
  return isDate(effective) ? effective : undefined;
}

/** The moments at which periods begin and end, with the dates since when their facts are true. */
async function datedMoments(table: Table, found: readonly Found[]): Promise<Map<number, ShownDatedMoment>> {
  const moments = new Map<number, ShownDatedMoment>();
  for (const moment of found.flatMap(({ from, to }) => (to === null ? [from] : [from, to]))) {
    if (moments.has(moment.version)) continue;
    const { effectiveAt } = await table.asOf(moment.version).point();
    const since = effectiveAt === null ? {} : { effectiveAt: effectiveAt.toISOString() };
    moments.set(moment.version, { ...momentOf(moment), ...since });
  }
  return moments;
}

/** What is said where only the newest periods were asked for. */
function earlier(found: readonly Found[], from: number, limit: number): string | undefined {
  const begin = found[0]?.from.version ?? 0;
  if (found.length < limit || begin <= Math.max(1, from)) return undefined;
  return `There may be earlier periods: ask on with to "v${begin - 1}".`;
}
