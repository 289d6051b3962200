import { type Database, type Snapshot, type TableDescription, type UntypedTable, VarveError } from "varve";
import { idOf } from "../../integrations/support/retrieval/search-reader";
import { textPart } from "../../integrations/support/retrieval/tool-schema";
import { AS_OF, TABLE } from "../../mcp/tools/input";
import { readPoint } from "../../mcp/tools/read-point";
import { openTable } from "../../open-table";
import type { Key, MapAnswer } from "../api-types";
import { studioFunction } from "../studio-function";
import { type Plane, placeIn, planeOf } from "./projection";

const POINTS_MAX = 50_000;
/** How many vectors say which plane is the best one. */
const SAMPLE = 3000;
const LABEL = 80;
const COLUMN_MAX = 200;

/**
 * The last plane of each open database, from when somebody first asks for it: moving through its versions must not find it anew. It is found
 * to its end even if nobody waits any more, as the next version needs it too.
 */
const planes = new WeakMap<Database, { readonly of: string; readonly plane: Promise<Plane> }>();

/** The rows of a version as points of a plane, which is that of the newest version: so the past appears where the present does. */
export const mapFunction = studioFunction<{
  readonly table: string;
  readonly column?: string;
  readonly as_of?: string;
}>(
  "map",
  { table: TABLE, column: textPart("The vector column.", COLUMN_MAX, true), as_of: AS_OF },
  async ({ table, column: asked, as_of }, { db, signal }): Promise<MapAnswer> => {
    const t = await openTable(db, table);
    const { view, description, said } = await readPoint(t, as_of);
    const column = description.columns.find(
      ({ name, kind }) => kind === "vector" && (asked === undefined || name === asked),
    );
    if (column === undefined)
      throw new VarveError("INVALID_ARGUMENT", `The table ${JSON.stringify(t.name)} has no such vectors.`, {
        hint: "Only columns that hold vectors have a map.",
      });
    const { name, dimensions = 0 } = column;
    const newest = t.asOf(await t.version());
    const plane = await planeFor(db, newest, name, dimensions, `${t.name} ${await newest.version()} ${name}`);
    const points = await pointsOf(view, description, name, plane, signal);
    const rows = said.version === 0 ? 0 : await view.count();
    return { ...said, column: name, ...points, left: rows - points.ids.length, share: plane.share };
  },
);

async function planeFor(
  db: Database,
  newest: Snapshot<UntypedTable>,
  column: string,
  dimensions: number,
  of: string,
): Promise<Plane> {
  const known = planes.get(db);
  if (known?.of === of) return await known.plane;
  const found = { of, plane: planeIn(newest, column, dimensions) };
  planes.set(db, found);
  try {
    return await found.plane;
  } catch (error) {
    if (planes.get(db) === found) planes.delete(db);
    throw error;
  }
}

async function planeIn(newest: Snapshot<UntypedTable>, column: string, dimensions: number): Promise<Plane> {
  const has = (await newest.describe()).columns.some(({ name }) => name === column);
  return await planeOf(has ? await sampleOf(newest, column) : [], dimensions);
}

async function sampleOf(newest: Snapshot<UntypedTable>, column: string): Promise<Float32Array[]> {
  const step = Math.max(1, Math.floor(Math.min(POINTS_MAX, await newest.count()) / SAMPLE));
  const sample: Float32Array[] = [];
  let seen = 0;
  for await (const batch of newest.scan({ select: [column] })) {
    for (const row of batch) {
      const vector = row[column];
      if (seen++ % step === 0 && ArrayBuffer.isView(vector))
        sample.push(Float32Array.from(vector as Float32Array));
    }
    if (seen >= POINTS_MAX) break;
  }
  return sample;
}

async function pointsOf(
  view: Snapshot<UntypedTable>,
  { primaryKey, columns }: TableDescription,
  column: string,
  plane: Plane,
  signal: AbortSignal | undefined,
): Promise<Pick<MapAnswer, "ids" | "places" | "labels">> {
  const label = columns.find(({ kind, name }) => kind === "text" && name !== primaryKey)?.name;
  const names = [primaryKey, label, column].filter((name) => name !== undefined && name !== null);
  const [ids, places, labels]: [(Key | null)[], number[], string[]] = [[], [], []];
  if ((await view.version()) === 0) return { ids, places, labels };
  for await (const batch of view.scan({ select: names, signal })) {
    for (const row of batch) {
      const vector = row[column];
      if (!ArrayBuffer.isView(vector) || ids.length === POINTS_MAX) continue;
      ids.push(primaryKey === null ? null : idOf(row[primaryKey]));
      places.push(...placeIn(plane, vector as Float32Array));
      labels.push(label === undefined ? "" : String(row[label] ?? "").slice(0, LABEL));
    }
    if (ids.length === POINTS_MAX) break;
  }
  return { ids, places, labels };
}
