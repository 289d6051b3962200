import {
  type Explanation,
  type Hits,
  type Moment,
  parsePoint,
  type Snapshot,
  type Table,
  type TableDescription,
  type UntypedTable,
  VarveError,
} from "varve";
import { byKeys } from "../../integrations/support/retrieval/by-keys";
import { momentOf } from "../../integrations/support/retrieval/search-reader";
import { limitPart, textPart } from "../../integrations/support/retrieval/tool-schema";
import { AS_OF, choicePart, keysPart, pointPart, TABLE, WHERE } from "../../mcp/tools/input";
import { keyOf, keysOf, type WrittenKey } from "../../mcp/tools/key";
import { type ReadPoint, readPoint } from "../../mcp/tools/read-point";
import { openTable } from "../../open-table";
import { typedFilter } from "../../typed-filter";
import type { ExplainAnswer, HitsAnswer, Part, ShownHit } from "../api-types";
import { plain } from "../shown-cell";
import { studioFunction } from "../studio-function";
import { shownRow } from "./rows";
import { studioColumns } from "./shown-columns";

const LIMITS = { limit: 20, maxLimit: 200 };
const COLUMN_MAX = 200;
const QUERY_MAX = 10_000;
const MODES = ["auto", "hybrid", "vector", "text"] as const;

interface AskedHits {
  readonly table: string;
  readonly query?: string;
  readonly like?: readonly WrittenKey[];
  readonly column?: string;
  readonly mode?: (typeof MODES)[number];
  readonly as_of?: string;
  readonly from?: string;
  readonly where?: string;
  readonly limit?: number;
}

const INPUT = {
  table: TABLE,
  query: textPart("What to look for.", QUERY_MAX, true),
  like: keysPart(true),
  column: textPart("The vector column.", COLUMN_MAX, true),
  mode: choicePart("How to search.", MODES),
  as_of: AS_OF,
  from: pointPart("Searches all versions from this point to that of as_of", true),
  where: WHERE,
  limit: limitPart("The most hits", LIMITS),
};

type Hit = Readonly<Record<string, unknown>>;

/** A search that is ready to be made. */
interface Prepared {
  readonly table: Table;
  readonly read: ReadPoint;
  readonly mode: HitsAnswer["mode"];
  readonly partsOf: string | undefined;
  readonly query: string | Float32Array;
  /** Those of `search` and `explain`: which of them go together was looked at. */
  readonly options: object;
}

/** Searches as people look at it: with every score, the parts of texts that were found, and across versions from when until when. */
export const hitsFunction = studioFunction<AskedHits>(
  "hits",
  INPUT,
  async (input, { db, signal }): Promise<HitsAnswer> => {
    const search = await prepared(await openTable(db, input.table), input);
    const { read, mode, partsOf } = search;
    const columns = studioColumns(read.description);
    const said = { ...read.said, mode, columns, partsOf: partsOf ?? null };
    if (read.said.version === 0)
      return {
        ...said,
        from: null,
        hits: [],
        reason: "The table is empty at this point.",
        confidence: null,
        ms: 0,
      };
    const start = performance.now();
    const hits = await made(search, signal);
    const ms = performance.now() - start;
    const names = columns.map(({ name }) => name);
    const from = input.from === undefined ? null : await search.table.asOf(parsePoint(input.from)).version();
    return {
      ...said,
      from,
      hits: hits.map((hit) => shownHit(read.description, names, hit)),
      reason: hits.reason ?? null,
      confidence: hits.confidence ?? null,
      ms,
    };
  },
);

/** How that search is answered, and how much is read for it. */
export const explainFunction = studioFunction<AskedHits>(
  "explain",
  INPUT,
  async (input, { db, signal }): Promise<ExplainAnswer> => {
    const { read, query, options } = await prepared(await openTable(db, input.table), input);
    const { view } = read;
    const { highlight: _, ...asked } = { ...options, signal } as Record<string, unknown>;
    const explained = await (view.explain as (query: unknown, options: object) => Promise<object>).call(
      view,
      query,
      asked,
    );
    return { explanation: plain(explained) as unknown as Explanation };
  },
);

async function made({ read, table, query, options }: Prepared, signal: AbortSignal | undefined) {
  const view = "during" in options ? table : read.view;
  const search = view.search as (query: unknown, options: object) => Promise<Hits<Hit>>;
  return await search.call(view, query, { ...options, signal });
}

async function prepared(table: Table, input: AskedHits): Promise<Prepared> {
  const read = await readPoint(table, input.as_of);
  const { description, view, said } = read;
  const way = wayOf(description, input);
  const query = await queryOf(view, description, input, way.column);
  const select = description.columns.map(({ name }) => name);
  const where = input.where === undefined ? undefined : typedFilter(input.where);
  const common = { where, select, limit: input.limit ?? LIMITS.limit };
  if (input.from !== undefined) {
    const during = { from: parsePoint(input.from), to: said.version };
    const options = { ...common, column: way.column, during, everyVersion: true };
    return { table, read, mode: "vector", partsOf: undefined, query, options };
  }
  const { mode, partsOf, column } = way;
  const highlight = partsOf === undefined ? undefined : { column: partsOf, fragments: 2, size: 260 };
  const named = mode === "text" ? {} : { column };
  // How sure a search is, is a matter of what was asked in words.
  const confidence = typeof query === "string" && mode !== "text";
  return { table, read, mode, partsOf, query, options: { ...common, ...named, mode, highlight, confidence } };
}

/** How a table is searched, where nothing or not all is said. */
function wayOf({ name, columns }: TableDescription, { mode = "auto", column, like, from }: AskedHits) {
  const words = columns.filter(({ search }) => search !== undefined).map((one) => one.name);
  const vectors = columns.filter(({ kind }) => kind === "vector");
  const embedded = vectors.filter((one) => like !== undefined || one.function !== undefined);
  const chosen = embedded.find((one) => column === undefined || one.name === column);
  const source = chosen?.sources?.find((one) => words.includes(one));
  if (like !== undefined || from !== undefined || mode === "vector") {
    if (chosen !== undefined) return { mode: "vector" as const, column: chosen.name, partsOf: undefined };
    throw cannot(name, like === undefined ? "has no column that is embedded" : "has no such vector column");
  }
  if (mode !== "text" && source !== undefined)
    return { mode: "hybrid" as const, column: chosen?.name, partsOf: source };
  if (mode === "hybrid") throw cannot(name, "has no text that is both embedded and searched by its words");
  if (mode === "auto" && chosen !== undefined)
    return { mode: "vector" as const, column: chosen.name, partsOf: undefined };
  if (words.length > 0) return { mode: "text" as const, column: undefined, partsOf: words[0] };
  throw cannot(name, "has neither an embedded column nor texts that are searched by their words");
}

function cannot(table: string, why: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The table ${JSON.stringify(table)} ${why}.`, {
    hint: "Find rows by a condition, or search in another way.",
  });
}

async function queryOf(
  view: Snapshot<UntypedTable>,
  description: TableDescription,
  { query = "", like }: AskedHits,
  column: string | undefined,
): Promise<string | Float32Array> {
  if (like === undefined || column === undefined) return query;
  const where = byKeys(keyOf(description), keysOf(description, like));
  const [row] = await view.find({ where, limit: 1, select: [column] });
  const vector = row?.[column];
  if (ArrayBuffer.isView(vector)) return Float32Array.from(vector as Float32Array);
  throw new VarveError("INVALID_ARGUMENT", "hits: the row that others should be like has no vector here.", {
    hint: "Choose another row or another version.",
  });
}

function shownHit(description: TableDescription, names: readonly string[], hit: Hit): ShownHit {
  const [from, to] = [hit["_from"] as Moment | undefined, hit["_to"] as Moment | null | undefined];
  return {
    ...shownRow(description, names, hit),
    score: numberOf(hit["_score"]) ?? 0,
    textScore: numberOf(hit["_textScore"]),
    distance: numberOf(hit["_distance"]),
    textRank: numberOf(hit["_textRank"]),
    vectorRank: numberOf(hit["_vectorRank"]),
    parts: partsOf(hit["_highlights"]),
    from: from === undefined ? null : momentOf(from),
    to: to === undefined || to === null ? null : momentOf(to),
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

interface Highlighted {
  readonly start: number;
  readonly text: string;
  readonly marks: readonly { readonly start: number; readonly end: number }[];
}

/** The marks count from where the part starts, not from where the text does. */
function partsOf(highlights: unknown): Part[] {
  if (!Array.isArray(highlights)) return [];
  return (highlights as Highlighted[]).map(({ start, text, marks }) => ({
    text,
    marks: marks.map((mark) => ({ start: mark.start - start, end: mark.end - start })),
  }));
}
