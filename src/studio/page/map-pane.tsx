import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MapAnswer, RowsAnswer, SchemaAnswer } from "../api-types";
import { count, counted, percent } from "./format";
import { asOf, atIndex, moveTo, stops } from "./history-state";
import { MapPlane, pointsOf } from "./map-plane";
import { route } from "./route";
import { RowDetail } from "./row-detail";
import type { RowPlace } from "./row-place";
import { Failure } from "./shown-failure";
import { useAnswer } from "./use-answer";
import { VectorChoice } from "./vector-choice";

/** The most rows that are read of those that were picked. */
const PICKED_MAX = 100;
const STEP_MS = 650;
/** The most steps in which the past is played. */
const STEPS_MAX = 60;

/** The vectors of a column as points: those of the version that is read, on the plane of the newest one. */
export function MapPane() {
  const { table, column } = route.value;
  const schema = useAnswer<SchemaAnswer>("schema", { table }).value;
  const vectors = (schema?.columns ?? []).filter(({ kind }) => kind === "vector").map(({ name }) => name);
  const made = schema?.columns.find((one) => one.kind === "vector" && one.function !== null)?.name;
  const chosen = vectors.includes(column) ? column : (made ?? vectors[0]);
  if (schema === undefined) return <p class="empty">Reading …</p>;
  if (chosen === undefined) return <p class="empty">This table has no vectors.</p>;
  return <OneMap key={`${table} ${chosen}`} table={table} column={chosen} vectors={vectors} />;
}

interface OneMapProps {
  readonly table: string;
  readonly column: string;
  readonly vectors: readonly string[];
}

function OneMap({ table, column, vectors }: OneMapProps) {
  const [isPicking, setPicking] = useState(true);
  const [picked, setPicked] = useState<readonly number[]>([]);
  const point = asOf.value === undefined ? {} : { as_of: asOf.value };
  const { value, failure } = useAnswer<MapAnswer>("map", { table, column, ...point });
  const fresh = useFresh(value);
  const [isPlaying, setPlaying] = usePlayed(value);
  // What was picked is a matter of one version.
  useEffect(() => setPicked([]), [value?.version]);
  const points = useMemo(
    () => pointsOf(value?.places ?? [], value?.labels ?? [], new Set(picked), fresh),
    [value, picked, fresh],
  );
  if (failure !== undefined) return <Failure failure={failure} />;
  const ids = picked.flatMap((at) => value?.ids[at] ?? []);
  return (
    <div class="map">
      <div class="line">
        <button type="button" aria-pressed={isPlaying} onClick={() => setPlaying(!isPlaying)}>
          {isPlaying ? "Stop" : "Play the past"}
        </button>
        <fieldset class="choice">
          <legend class="unseen">What dragging does</legend>
          <button type="button" aria-pressed={isPicking} onClick={() => setPicking(true)}>
            Pick
          </button>
          <button type="button" aria-pressed={!isPicking} onClick={() => setPicking(false)}>
            Move
          </button>
        </fieldset>
        <VectorChoice names={vectors} value={column} />
        <output class="dim" aria-live={isPlaying ? "off" : "polite"}>
          {value === undefined ? "" : told(value)}
        </output>
      </div>
      <div class="split">
        <MapPlane
          points={points}
          label={value === undefined ? "Map." : `Map of ${counted(value.ids.length, "row")} by ${column}.`}
          isPicking={isPicking}
          onPick={setPicked}
        />
        {ids.length === 0 ? null : <Picked key={ids.join()} table={table} ids={ids} point={point} />}
      </div>
    </div>
  );
}

function told({ ids, left, share }: MapAnswer): string {
  const missing = left > 0 ? `, ${count(left)} more without a vector or not shown` : "";
  return `${counted(ids.length, "row")}${missing}; two dimensions show ${percent(share)} of what differs`;
}

/** The rows that were picked. */
function Picked({
  table,
  ids,
  point,
}: {
  readonly table: string;
  readonly ids: readonly (string | number)[];
  readonly point: object;
}) {
  const keys = ids.slice(0, PICKED_MAX);
  const { value, failure } = useAnswer<RowsAnswer>("rows", { table, keys, ...point, limit: PICKED_MAX });
  const [open, setOpen] = useState<RowPlace>();
  const text = value?.columns.findIndex(({ kind, isKey }) => kind === "text" && !isKey) ?? -1;
  if (open !== undefined && value !== undefined)
    return (
      <RowDetail
        place={open}
        columns={value.columns}
        question={{ table, ...point }}
        onClose={() => setOpen(undefined)}
      />
    );
  return (
    <aside class="detail" aria-label="Picked rows">
      <h3 aria-live="polite">{`${counted(ids.length, "row")} picked`}</h3>
      {ids.length > PICKED_MAX ? <p class="dim">{`The first ${PICKED_MAX} are shown.`}</p> : null}
      {failure === undefined ? null : <Failure failure={failure} />}
      <ul class="picked">
        {(value?.rows ?? []).map((row, index) => {
          const cell = row.cells[text];
          return (
            <li key={row.id}>
              <button type="button" onClick={() => setOpen({ index, row })}>
                <strong>{row.id}</strong> <span class="dim">{typeof cell === "string" ? cell : ""}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </aside>
  );
}

/** Which points were not there, or stood elsewhere, in the map that was shown before. */
function useFresh(value: MapAnswer | undefined): ReadonlySet<number> {
  const before = useRef<MapAnswer | undefined>(undefined);
  return useMemo(() => {
    const last = before.current;
    before.current = value;
    if (last === undefined || value === undefined || last.version === value.version) return new Set<number>();
    const places = new Map(
      last.ids.map((id, at) => [id, `${last.places[2 * at]} ${last.places[2 * at + 1]}`]),
    );
    const moved = value.ids.map(
      (id, at) => places.get(id) !== `${value.places[2 * at]} ${value.places[2 * at + 1]}`,
    );
    return new Set(moved.flatMap((is, at) => (is ? [at] : [])));
  }, [value]);
}

/** Goes through the versions, one after the other, each once it is shown. */
function usePlayed(value: MapAnswer | undefined): [boolean, (isPlaying: boolean) => void] {
  const [isPlaying, setPlaying] = useState(false);
  const last = stops.value.length - 1;
  const step = Math.max(1, Math.ceil(last / STEPS_MAX));
  const index = atIndex.value;
  useEffect(() => {
    if (!isPlaying) return;
    if (index >= last) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => moveTo("at", Math.min(last, index + step)), STEP_MS);
    return () => clearTimeout(timer);
  }, [isPlaying, value, index, last, step]);
  const set = (isWanted: boolean): void => {
    if (isWanted && index >= last) moveTo("at", Math.min(1, last));
    setPlaying(isWanted);
  };
  return [isPlaying, set];
}
