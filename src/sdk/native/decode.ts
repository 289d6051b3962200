// Pages become rows. A projection is a list of columns that is read again and again: its readers and the maker of its rows are made once.

import type { NativePage } from "../../native-types";
import type { Highlight, Stretch } from "../schema/infer";
import type { Field } from "../schema/table-schema";
import { type ColumnReader, type PageCursor, readerFor, readPlain, readText } from "./page-reader";
import { reviverFor } from "./revive";
import { type RowMaker, rowMaker } from "./row-maker";

/** What a hit may say of how it was found. */
export type ScoreName = "_score" | "_distance" | "_textScore" | "_textRank" | "_vectorRank";

/** What hits show beside the columns of their rows, and what stands behind them. */
export interface HitShape {
  readonly scores: readonly ScoreName[];
  /** Whether they say what words and what vectors found. */
  readonly fused: boolean;
  /** Whether they say how many rows are in their group. */
  readonly counted: boolean;
  /** Whether they say from when to when there was the row. */
  readonly span: boolean;
  /** Whether they show parts of a text. */
  readonly highlighted?: boolean;
  /** The columns of which values are counted. */
  readonly facets: readonly Pick<Field, "name" | "type">[];
  /** Whether it is said how sure the search is. */
  readonly confidence: boolean;
}

/** How sure a search is of what it found. */
export type Confidence = "strong" | "weak" | "none";

/** A value of a column, and how many rows have it. */
export interface FacetCount {
  /** The value, of a list one of its items; null for rows without one. */
  readonly value: string | number | bigint | boolean | Date | null;
  /** The number of rows. */
  readonly count: number;
}

/** How often values stand in columns: for each column the most frequent first, and at most 100 of them. */
export type Facets = Readonly<Record<string, readonly FacetCount[]>>;

/** A row as plain data. */
export type PlainRow = Record<string, unknown>;

/** A row, and from when to when there was it. */
export interface Life {
  readonly from: { readonly version: number; readonly date: Date };
  readonly to: Life["from"] | null;
  readonly row: PlainRow;
}

/** Pages with more text than this are not kept alive by texts cut from them. */
const DETACH_CHARS = 32_768;

const NO_BYTES = new Uint8Array(0);

/** Some columns of a table, in order, and how to read pages of them. */
export class Projection {
  /** The columns as a part of a request: `"select":[...],"fields":[...],"bigints":[...]`. */
  readonly json: string;
  readonly #readers: readonly ColumnReader[];
  readonly #makeRows: RowMaker;
  readonly #names: readonly string[];
  readonly #makeHits = new Map<string, RowMaker>();

  constructor(fields: readonly Pick<Field, "id" | "name" | "type">[]) {
    this.#names = fields.map((field) => field.name);
    this.#readers = fields.map((field) => readerFor(field.type, field.name));
    this.#makeRows = rowMaker(this.#names);
    const bigints = fields
      .filter(({ type }) => type.kind === "int" && type.bigint)
      .map((field) => field.name);
    // With the ids, a column that was dropped and made anew under its old name is not taken for the one that is meant.
    this.json = `"select":${JSON.stringify(this.#names)},"fields":${JSON.stringify(fields.map(({ id }) => id))}`;
    if (bigints.length > 0) this.json += `,"bigints":${JSON.stringify(bigints)}`;
  }

  /** The rows of a page. */
  rows(numbers: Float64Array, text: string, blob: Uint8Array = NO_BYTES): PlainRow[] {
    const page = openPage(numbers, text, blob);
    return this.#makeRows(this.#columns(page), page.rows);
  }

  /** The rows that were asked for by their keys, in the order of these; undefined where there is none. */
  byKey(
    numbers: Float64Array,
    text: string,
    count: number,
    blob: Uint8Array = NO_BYTES,
  ): (PlainRow | undefined)[] {
    const page = openPage(numbers, text, blob);
    const rows = this.#makeRows(this.#columns(page), page.rows);
    return Array.from({ length: count }, (_, at) => rows[numbers[page.at + at] ?? -1]);
  }

  /** The rows of a page with the moments at which each began and ended. */
  lives(numbers: Float64Array, text: string, blob: Uint8Array = NO_BYTES): Life[] {
    const page = openPage(numbers, text, blob);
    const rows = this.#makeRows(this.#columns(page), page.rows);
    const [from, to] = readLifetimes(page);
    return rows.map((row, at) => ({ from: from[at], to: to[at], row }) as Life);
  }

  /** The hits of a page of a search. */
  hits(shape: HitShape, numbers: Float64Array, text: string, blob: Uint8Array = NO_BYTES): PlainRow[] {
    const page = openPage(numbers, text, blob);
    const columns = this.#columns(page);
    const values = readScores(page, shape.fused);
    for (const name of shape.scores) columns.push(values[name] ?? []);
    if (shape.counted) columns.push(readPlain(page));
    if (shape.span) columns.push(...readLifetimes(page));
    const hits = this.#makerOf(shape)(columns, page.rows);
    const cursor = readText(page);
    if (cursor !== "") Object.defineProperty(hits, "cursor", { value: cursor });
    if (shape.facets.length > 0)
      Object.defineProperty(hits, "facets", { value: readFacets(shape.facets, readText(page)) });
    if (shape.confidence) Object.defineProperty(hits, "confidence", { value: readText(page) });
    if (shape.highlighted === true) addHighlights(hits, readText(page));
    return hits;
  }

  #makerOf({ scores, counted, span }: HitShape): RowMaker {
    const names = [...this.#names, ...scores];
    if (counted) names.push("_count");
    if (span) names.push("_from", "_to");
    const key = names.slice(this.#names.length).join();
    const known = this.#makeHits.get(key);
    if (known !== undefined) return known;
    const made = rowMaker(names);
    this.#makeHits.set(key, made);
    return made;
  }

  #columns(page: PageCursor): unknown[][] {
    const readers = this.#readers;
    const columns = new Array<unknown[]>(readers.length);
    for (let i = 0; i < readers.length; i++) columns[i] = (readers[i] as ColumnReader)(page);
    return columns;
  }
}

/** The rows of a page that came as a whole. */
export function rowsOf(projection: Projection, page: NativePage): PlainRow[] {
  return projection.rows(page.numbers, page.text, page.blob);
}

function openPage(numbers: Float64Array, text: string, blob: Uint8Array): PageCursor {
  const rows = numbers[0] ?? 0;
  return {
    numbers,
    text,
    blob,
    rows,
    detach: rows > 1 && text.length > DETACH_CHARS,
    at: 1,
    textAt: 0,
    blobAt: 0,
  };
}

/** Shows parts of a text of each hit. */
function addHighlights(hits: readonly PlainRow[], json: string): void {
  type Place = readonly [start: number, end: number];
  const stretch = ([start, end]: Place): Stretch => ({ start, end });
  const all = JSON.parse(json) as readonly (readonly [string, Place, readonly Place[]])[][];
  for (const [at, hit] of hits.entries())
    hit["_highlights"] = (all[at] ?? []).map(
      ([text, part, marks]): Highlight => ({ text, ...stretch(part), marks: marks.map(stretch) }),
    );
}

/** What hits say of how they were found; of words and vectors null where either did not find the row. */
function readScores(page: PageCursor, fused: boolean): Partial<Record<ScoreName, unknown[]>> {
  const [distances, scores] = [readPlain(page), readPlain(page)];
  if (!fused) return { _distance: distances, _score: scores };
  const ranks = (): unknown[] => readPlain(page).map((rank) => (rank === 0 ? null : rank));
  return {
    _distance: distances.map((distance) => (Number.isNaN(distance) ? null : distance)),
    _score: scores,
    _textScore: readPlain(page),
    _textRank: ranks(),
    _vectorRank: ranks(),
  };
}

/** When rows began and when they ended. */
function readLifetimes(page: PageCursor): [unknown[], unknown[]] {
  const [from, to]: [unknown[], unknown[]] = [[], []];
  for (let row = 0; row < page.rows; row++) {
    from.push(readMoment(page));
    to.push(readMoment(page));
  }
  return [from, to];
}

/** The values of columns and how often each stands there. */
function readFacets(fields: HitShape["facets"], json: string): Facets {
  const counted = JSON.parse(json) as readonly (readonly (readonly [unknown, number])[])[];
  const facets: Record<string, readonly FacetCount[]> = Object.create(null);
  for (const [at, { name, type }] of fields.entries()) {
    const revive = reviverFor(type.kind === "list" ? type.item.type : type, name);
    const values = counted[at] ?? [];
    facets[name] = values.map(([value, count]) => ({
      value: (value === null ? null : revive(value)) as FacetCount["value"],
      count,
    }));
  }
  return facets;
}

/** A version and its date; null where the version is below 0. */
function readMoment(page: PageCursor): { version: number; date: Date } | null {
  const version = page.numbers[page.at++] ?? -1;
  const date = page.numbers[page.at++] ?? 0;
  return version < 0 ? null : { version, date: new Date(date) };
}
