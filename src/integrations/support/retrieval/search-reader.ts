// The searches. Each reads one version, or says of each row since when it is there, so that what it cites can be read again.

import {
  type Explanation,
  type Moment,
  parsePoint,
  type Snapshot,
  type Span,
  type Table,
  type UntypedTable,
} from "varve";
import { isDate } from "../../../realm";
import { type RerankedHit, rerankHits } from "./rerank";
import type { View } from "./row-setting";
import type { ToolSetting } from "./setting";
import { cutText, ShownRows, shownWhole } from "./shown-row";
import type { SearchAsOfInput, SearchInput } from "./tool-input";
import type { AsOfResult, FoundSpanRow, SearchResult, ShownMoment, SpanResult } from "./tool-types";

type FoundHit = Readonly<Record<string, unknown>> & { readonly _score: number };
type FoundSpan = FoundHit & { readonly _from: Moment; readonly _to: Moment | null };

/** What is said of an answer that is empty. */
export const NOTHING = "Nothing was found.";

/** The most characters of a row that a reranking model reads. */
const RERANK_TEXT = 8000;

/** Answers `search` and `searchAsOf`. */
export class SearchReader {
  readonly #setting: ToolSetting;
  readonly #more: string | undefined;

  /** `more` is what shows more of a row that is cut, as the end of a sentence. */
  constructor(setting: ToolSetting, more?: string) {
    this.#setting = setting;
    this.#more = more;
  }

  /** The best rows of the newest version. */
  async now(input: SearchInput, signal: AbortSignal | undefined): Promise<SearchResult> {
    const { table } = this.#setting;
    return await this.at(table.asOf(await table.version()), input, signal);
  }

  /** The best rows of an older version. */
  async asOf(input: SearchAsOfInput, signal: AbortSignal | undefined): Promise<AsOfResult> {
    const { table, dates } = this.#setting;
    const snapshot = table.asOf(parsePoint(input.asOf, { dates }));
    const { committedAt, effectiveAt } = await snapshot.point();
    const found = await this.at(snapshot, input, signal);
    return {
      asOf: input.asOf,
      committedAt: committedAt?.toISOString() ?? null,
      effectiveAt: effectiveAt?.toISOString() ?? null,
      ...found,
    };
  }

  /** The best rows of one version. */
  async at(
    view: Snapshot<UntypedTable>,
    input: SearchInput,
    signal: AbortSignal | undefined,
  ): Promise<SearchResult> {
    const { table, limits, maxText, maxAnswer, rerank, shown, key } = this.#setting;
    const { limit = limits.limit } = input;
    const version = await view.version();
    if (version === 0) return { table: table.name, version, results: [], note: await beforeAll(table) };
    const { hits, reason } = await this.#hits(view, input, limit, signal);
    const best: readonly RerankedHit<FoundHit>[] =
      rerank === undefined
        ? hits.map((hit) => ({ ...hit, _relevance: hit._score }))
        : await rerankHits(hits, {
            query: input.query,
            rerank,
            text: (hit) => this.#text(hit),
            limit,
            signal,
          });
    const rows = new ShownRows(maxText, maxAnswer);
    const results = best.map((hit) => ({
      id: idOf(hit[key]),
      version,
      score: Number(hit._relevance.toFixed(4)),
      row: rows.row(hit, shown),
    }));
    const note = reason ?? noteOf(results.length, rows, this.#more);
    return { table: table.name, version, results, ...(note === undefined ? {} : { note }) };
  }

  /** How a search of one version is answered. */
  async explanation(
    view: Snapshot<UntypedTable>,
    { query, limit = this.#setting.limits.limit, filter }: SearchInput,
    signal: AbortSignal | undefined,
  ): Promise<Explanation> {
    const { mode, column, where } = this.#setting;
    const options = { limit, where: where(filter), confidence: true, signal };
    return await (mode === "text"
      ? view.explain(query, { ...options, mode })
      : view.explain(query, { ...options, mode, column }));
  }

  /** The best rows of all versions from one point to another, every version of a row for itself; by vectors. */
  async during(span: Span, input: SearchInput, signal: AbortSignal | undefined): Promise<SpanResult> {
    const { table, limits, maxText, maxAnswer, select, shown, key, column, where } = this.#setting;
    const { query, limit = limits.limit, filter } = input;
    const [first, last] = [table.asOf(span.from), table.asOf(span.to)];
    const [from, to] = [await first.version(), await last.version()];
    // A span that ends before it begins is refused by the search itself.
    if (from === 0 && to === 0)
      return { table: table.name, from, to, results: [], note: await beforeAll(table) };
    const options = { limit, where: where(filter), select: await columnsOf(last, select), column, signal };
    const during = { from, to };
    const hits = await table.search(query, { ...options, during, everyVersion: true });
    const rows = new ShownRows(maxText, maxAnswer);
    const results = (hits as unknown as FoundSpan[]).map(
      (hit): FoundSpanRow => ({
        id: idOf(hit[key]),
        version: hit._from.version,
        score: Number(hit._score.toFixed(4)),
        from: momentOf(hit._from),
        to: hit._to === null ? null : momentOf(hit._to),
        row: rows.row(hit, shown),
      }),
    );
    const note = hits.reason ?? noteOf(results.length, rows, this.#more);
    return { table: table.name, from, to, results, ...(note === undefined ? {} : { note }) };
  }

  async #hits(
    view: Snapshot<UntypedTable>,
    { query, filter }: SearchInput,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<{ hits: readonly FoundHit[]; reason: string | undefined }> {
    const { mode, column, select, rerank, candidates, where } = this.#setting;
    const options = {
      limit: rerank === undefined ? limit : Math.max(limit, candidates),
      select: await columnsOf(view, select),
      where: where(filter),
      signal,
    };
    const hits = await (mode === "text"
      ? view.search(query, { ...options, mode })
      : view.search(query, { ...options, mode, column }));
    return { hits: hits as unknown as FoundHit[], reason: hits.reason };
  }

  /** What a reranking model reads of a row: its texts. */
  #text(hit: FoundHit): string {
    const texts = this.#setting.shown.map((name) => hit[name]).filter((value) => typeof value === "string");
    return cutText(texts.join("\n"), RERANK_TEXT);
  }
}

/** Those of some columns that the table had at a version. */
export async function columnsOf(view: View, names: readonly string[]): Promise<string[]> {
  const known = new Set((await view.describe()).columns.map((column) => column.name));
  return names.filter((name) => known.has(name));
}

/** Why there is nothing before the first version. */
export async function beforeAll(table: Table): Promise<string> {
  return (await table.version()) === 0 ? "The table is empty." : "The table did not exist yet at that point.";
}

/** The value of a key in JSON. */
export function idOf(value: unknown): string | number {
  if (typeof value === "bigint") return shownWhole(value);
  if (typeof value === "number") return value;
  return isDate(value) ? value.toISOString() : String(value);
}

/** A moment as a model reads it. */
export function momentOf({ version, date }: Moment): ShownMoment {
  return { version, at: date.toISOString() };
}

/** What is said of an answer that is empty or cut; `more` is how else rows are read, where there is a way. */
export function noteOf(
  found: number,
  { cut, full }: ShownRows,
  more: string | undefined,
): string | undefined {
  if (found === 0) return NOTHING;
  if (cut === undefined) return undefined;
  if (full && found > 1) return `${cut}; ask for fewer results to read more of each.`;
  return more === undefined ? `${cut}.` : `${cut}; ${more}.`;
}
