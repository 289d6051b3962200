// The answer through time: which row was the nearest to a query, from when until when.
//
// Of all rows of a span, best first, each is the nearest for as long as it lived and none before it did. One search settles most timelines, because few
// rows cover a span. Where the best rows leave versions out, these are searched again, from the newest back, in windows that grow.

import { isDeepStrictEqual } from "node:util";
import { type AsOf, toAsOfJson } from "../call/as-of";
import { checkSignal } from "../call/progress";
import type { TableHandle } from "../handle/table-handle";
import type { PlainRow } from "../native/decode";
import { Coverage } from "./coverage";
import { ROWS } from "./form";
import type { Reader } from "./reader";
import { type PreparedQuery, prepare } from "./search";
import type { Moment } from "./span";
import type { Period, TimelineRequest } from "./timeline-options";

/** Hits of the first look, and the versions of the first window behind it. */
const DEPTH = 64;
/** The most hits of a look; where more rows hide one, the window becomes smaller until that one is the first. */
const DEEPEST = 4096;
/** By how much both change from one look to the next. */
const DEEPER = 4;
const LIMIT = 20;

type SpanRow = PlainRow & { readonly _from: Moment; readonly _to: Moment | null };

/** The periods, oldest first. Where the query has no vector there are none. */
export async function timeline(
  handle: TableHandle,
  own: Reader,
  query: unknown,
  request: TimelineRequest,
): Promise<Period<PlainRow>[]> {
  const { from, to, limit = LIMIT, ...asked } = request;
  const { version, oldestVersion } = await handle.resolve(
    own.version === null ? null : { version: own.version },
  );
  const last = to === undefined ? version : Math.min(await versionAt(handle, to), version);
  const start = from === undefined ? 0 : await versionAt(handle, from);
  if (last === 0 && start === 0) return [];
  const first = Math.max(1, from === undefined ? oldestVersion : start);
  const during = { from: first, to: last };
  const prepared = await prepare(handle, own, query, { ...asked, during, everyVersion: true });
  if (prepared.vector === null || limit === 0) return [];
  const sweep = new Sweep(prepared, await momentAt(handle, first), last, limit);
  await sweep.look(first, last, DEPTH);
  let [versions, depth] = [DEPTH, DEPTH];
  for (let gap = sweep.gap(); gap !== undefined; gap = sweep.gap()) {
    checkSignal(request.signal);
    await sweep.look(Math.max(first, gap - versions), gap, depth);
    // Rows that live through all of a window hide those that live at its end only.
    versions = sweep.gap() === gap ? Math.floor(versions / DEEPER) : versions * DEEPER;
    depth = Math.min(depth * DEEPER, DEEPEST);
  }
  return sweep.periods();
}

/** What was looked at so far. */
class Sweep {
  readonly #prepared: PreparedQuery;
  readonly #last: number;
  readonly #limit: number;
  readonly #covered: Coverage<SpanRow | null>;
  /** The commits that wrote and ended rows. */
  readonly #moments: Map<number, Moment>;

  constructor(prepared: PreparedQuery, first: Moment, last: number, limit: number) {
    this.#prepared = prepared;
    this.#last = last;
    this.#limit = limit;
    this.#covered = new Coverage(first.version, last);
    this.#moments = new Map([[first.version, first]]);
  }

  /** Gives the versions of a window to the best rows that lived in it. */
  async look(from: number, to: number, depth: number): Promise<void> {
    const { plan, body, vector, shape } = this.#prepared;
    const reader = this.#prepared.reader.at(to);
    const window = { ...body, during: { version: from }, search: { ...body.search, limit: depth } };
    const hits = (await ROWS.answer(reader, () => reader.search(plan, window, vector, shape))) as SpanRow[];
    for (const hit of hits) {
      const { _from: born, _to: ended } = hit;
      this.#moments.set(born.version, born);
      if (ended !== null) this.#moments.set(ended.version, ended);
      const until = ended === null ? to : Math.min(to, ended.version - 1);
      this.#covered.cover(Math.max(from, born.version), until, hit);
    }
    // There were no others, so in what is left there was none.
    if (hits.length < depth) this.#covered.cover(from, to, null);
  }

  /** The newest version that has to be looked at; none where all periods that are wanted are known. */
  gap(): number | undefined {
    const { gap } = this.#covered;
    return gap !== undefined && this.#runs(this.#limit + 1).length <= this.#limit ? gap : undefined;
  }

  /** The newest periods, oldest first. */
  periods(): Period<PlainRow>[] {
    return this.#runs(this.#limit)
      .reverse()
      .map((run) => {
        const from = this.#moments.get(run.from) as Moment;
        const to = run.to === this.#last ? null : (this.#moments.get(run.to + 1) as Moment);
        const { _from, _to, ...hit } = run.what;
        return { from, to, hit };
      });
  }

  /** The newest runs of versions that say the same, newest first, as far as they are known. */
  #runs(most: number): Run[] {
    const runs: Run[] = [];
    for (const { from, to, what } of this.#covered.newest()) {
      const run = runs.at(-1);
      if (what === null) continue;
      if (run !== undefined && run.from === to + 1 && saysTheSame(run.what, what)) run.from = from;
      else if (runs.length === most) break;
      else runs.push({ from, to, what });
    }
    return runs;
  }
}

interface Run {
  from: number;
  readonly to: number;
  readonly what: SpanRow;
}

/** Whether two rows have the same values in the columns that were asked for. */
function saysTheSame(a: SpanRow, b: SpanRow): boolean {
  if (a === b) return true;
  const [one, other] = [a, b].map(({ _from, _to, _score, _distance, ...row }) => row);
  return isDeepStrictEqual(one, other);
}

async function versionAt(handle: TableHandle, point: AsOf): Promise<number> {
  return (await handle.resolve(toAsOfJson(point))).version;
}

async function momentAt(handle: TableHandle, version: number): Promise<Moment> {
  const { committedAt } = await handle.resolve({ version });
  return { version, date: new Date(committedAt ?? 0) };
}
