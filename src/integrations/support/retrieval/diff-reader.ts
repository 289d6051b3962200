// What changed. The keys of all changes are read first, and the values of only those that are shown, so that a large change does not
// fill the memory.

import { isDeepStrictEqual } from "node:util";
import { parsePoint } from "varve";
import { byKeys } from "./by-keys";
import type { RowSetting, View } from "./row-setting";
import { columnsOf, idOf } from "./search-reader";
import { ShownRows } from "./shown-row";
import type { DiffInput } from "./tool-input";
import type { DiffResult } from "./tool-types";

type Row = Readonly<Record<string, unknown>>;

/** Answers `diff`. */
export class DiffReader {
  readonly #setting: RowSetting;

  constructor(setting: RowSetting) {
    this.#setting = setting;
  }

  /** What changed between two points. */
  async between(input: DiffInput, signal: AbortSignal | undefined): Promise<DiffResult> {
    const { table, dates, limits, where, key } = this.#setting;
    signal?.throwIfAborted();
    const { limit = limits.limit } = input;
    const before = table.asOf(parsePoint(input.from, { dates }));
    const after =
      input.to === undefined
        ? table.asOf(await table.version())
        : table.asOf(parsePoint(input.to, { dates }));
    const [from, to] = [await before.version(), await after.version()];
    // A change of a column that was dropped since counts only where that column is asked for.
    const dropped = await this.#dropped(before, after);
    const keys = await table.diff(from, to, { select: [key, ...dropped], where: where(input.filter) });
    const first = (rows: readonly Row[]): unknown[] => rows.slice(0, limit).map((row) => row[key]);
    const changed = first(keys.changed.map((row) => row.after));
    const gone = await this.#rows(before, [...first(keys.removed), ...changed]);
    const there = await this.#rows(after, [...first(keys.added), ...changed]);
    const rows = new ShownRows(this.#setting.maxText, this.#setting.maxAnswer);
    const shown = (
      ids: readonly unknown[],
      found: Map<string | number, Row>,
      version: number,
    ): DiffResult["added"] =>
      ids.flatMap((id) => {
        const row = found.get(idOf(id));
        return row === undefined ? [] : [{ id: idOf(id), version, row: rows.row(row, this.#had(row)) }];
      });
    const counts = { added: keys.added.length, removed: keys.removed.length, changed: keys.changed.length };
    const result = {
      table: table.name,
      from,
      to,
      counts,
      added: shown(first(keys.added), there, to),
      removed: shown(first(keys.removed), gone, from),
      changed: changed.map((id) => this.#change(rows, id, gone.get(idOf(id)), there.get(idOf(id)))),
    };
    const note = noteOf(counts, limit, rows.cut);
    return note === undefined ? result : { ...result, note };
  }

  /** The columns that are shown and that only the earlier version has. */
  async #dropped(before: View, after: View): Promise<string[]> {
    const still = await columnsOf(after, this.#setting.shown);
    return (await columnsOf(before, this.#setting.shown)).filter((name) => !still.includes(name));
  }

  async #rows(view: View, ids: readonly unknown[]): Promise<Map<string | number, Row>> {
    if (ids.length === 0) return new Map();
    const { key, select } = this.#setting;
    const rows: Row[] = await view.find({ where: byKeys(key, ids), select: await columnsOf(view, select) });
    return new Map(rows.map((row) => [idOf(row[key]), row]));
  }

  /** The columns that are shown, of those that the table had at that version. */
  #had(row: Row): string[] {
    return this.#setting.shown.filter((name) => Object.hasOwn(row, name));
  }

  /** The columns that differ; the only ones that are worth reading. */
  #change(rows: ShownRows, id: unknown, before: Row = {}, after: Row = {}): DiffResult["changed"][number] {
    const columns = this.#setting.shown.filter(
      (name) => !isDeepStrictEqual(before[name] ?? null, after[name] ?? null),
    );
    return { id: idOf(id), before: rows.row(before, columns), after: rows.row(after, columns) };
  }
}

function noteOf(counts: DiffResult["counts"], limit: number, cut: string | undefined): string | undefined {
  if (counts.added + counts.removed + counts.changed === 0) return "Nothing changed.";
  const more = Object.entries(counts).filter(([, count]) => count > limit);
  if (more.length > 0) return `Only the first ${limit} rows of each kind are shown; counts has all of them.`;
  return cut === undefined ? undefined : `${cut}.`;
}
