import { useEffect, useRef, useState } from "preact/hooks";
import { kindOf } from "./commit-kind";
import { counted, moment } from "./format";
import { atIndex, compare, fromIndex, isNow, moveTo, stops, timeline } from "./history-state";
import { adjust, route } from "./route";
import { nearest, placesOf, type Stop } from "./stops";

const HEIGHT = 88;
const BASE = 54;
const MARGIN = 18;
/** How close marks may stand, and how high they are, in pixels. */
const GAP = 9;
const TALL = 34;

/** All commits of the table, and the handles that say which version is read. */
export function Timeline() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const all = stops.value;
  const inner = Math.max(1, width - 2 * MARGIN);
  const places = placesOf(
    all.map(({ time }) => time),
    GAP / inner,
  );
  const at = (index: number): number => MARGIN + (places[index] ?? 0.5) * inner;
  const from = fromIndex.value;
  const grab = (event: PointerEvent): void => {
    if (event.button !== 0 || box.current === null) return;
    const placeOf = ({ clientX }: PointerEvent): number =>
      (clientX - (box.current?.getBoundingClientRect().left ?? 0) - MARGIN) / inner;
    const target = nearest(places, placeOf(event));
    const isFrom = from !== undefined && Math.abs(target - from) < Math.abs(target - atIndex.value);
    const handle = isFrom ? "from" : "at";
    const move = (moved: PointerEvent): void => moveTo(handle, nearest(places, placeOf(moved)));
    const drop = (): void => removeEventListener("pointermove", move);
    moveTo(handle, target);
    document.getElementById(`handle-${handle}`)?.focus({ preventScroll: true });
    event.preventDefault();
    addEventListener("pointermove", move);
    addEventListener("pointerup", drop, { once: true });
    addEventListener("pointercancel", drop, { once: true });
  };
  return (
    <section class="timeline" aria-label="Timeline">
      <TimelineHead />
      {all.length === 0 ? (
        <p class="empty">Nothing was committed yet.</p>
      ) : (
        <div class="track" ref={box} style={{ height: `${HEIGHT}px` }} onPointerDown={grab}>
          <Marks all={all} at={at} width={width} />
          {from === undefined ? null : (
            <div
              class="between"
              style={{ left: `${at(from)}px`, width: `${at(atIndex.value) - at(from)}px` }}
            />
          )}
          {from === undefined ? null : <Handle handle="from" index={from} left={at(from)} />}
          <Handle handle="at" index={atIndex.value} left={at(atIndex.value)} />
        </div>
      )}
    </section>
  );
}

function TimelineHead() {
  const { axis } = route.value;
  const older = timeline.value?.older ?? 0;
  return (
    <div class="line">
      <p class="reads" aria-live="polite">
        {sentence()}
      </p>
      {older > 0 ? <span class="dim">{counted(older, "older commit")} not shown</span> : null}
      <span class="grow" />
      <fieldset class="choice">
        <legend class="unseen">Dates</legend>
        {(["committed", "effective"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={one === axis} onClick={() => adjust({ axis: one })}>
            {one}
          </button>
        ))}
      </fieldset>
      <button
        type="button"
        aria-pressed={fromIndex.value !== undefined}
        onClick={() => compare(fromIndex.value === undefined)}
      >
        Compare
      </button>
      <button type="button" disabled={isNow.value} onClick={() => adjust({ at: "" })}>
        Now
      </button>
    </div>
  );
}

/** What is read, in words. */
function sentence(): string {
  const [at, from] = [stops.value[atIndex.value], stops.value[fromIndex.value ?? -1]];
  if (at === undefined) return "";
  const read = isNow.value ? `Now: ${named(at)}` : `As of ${named(at)}`;
  return from === undefined ? read : `From ${shortly(from)} to ${shortly(at)}`;
}

function shortly({ version, time, commit }: Stop): string {
  if (commit === undefined) return "before the first commit";
  return `version ${version} (${moment(new Date(time).toISOString())})`;
}

function named({ version, time, commit }: Stop): string {
  if (commit === undefined) return "before the first commit";
  const tags = commit.tags.map((tag) => ` @${tag}`).join("");
  const since = route.value.axis === "effective" ? "true since " : "";
  return `version ${version}${tags}, ${since}${moment(new Date(time).toISOString())}`;
}

function Marks({
  all,
  at,
  width,
}: {
  readonly all: readonly Stop[];
  readonly at: (index: number) => number;
  readonly width: number;
}) {
  const most = Math.max(1, ...all.map(changedRows));
  const [first, last] = [all[0], all.at(-1)];
  return (
    <svg width={width} height={HEIGHT} aria-hidden="true">
      <line class="base" x1={0} x2={width} y1={BASE + 0.5} y2={BASE + 0.5} />
      {all.map((stop, index) => {
        const tall = stop.commit === undefined ? 3 : 4 + Math.sqrt(changedRows(stop) / most) * (TALL - 4);
        const x = at(index);
        return (
          <g key={stop.version} class={kindOf(stop.commit)}>
            <title>{describe(stop)}</title>
            <rect class="bar" x={x - 2.5} y={BASE - tall} width={5} height={tall} rx={1.5} />
            {stop.commit?.tags.length ? (
              <text
                class="tag"
                x={x}
                y={BASE - tall - 5}
                text-anchor={index > all.length / 2 ? "end" : "start"}
              >
                {stop.commit.tags.join(" ")}
              </text>
            ) : null}
          </g>
        );
      })}
      {first === undefined || last === undefined ? null : (
        <g class="dates">
          <text x={4} y={HEIGHT - 4}>
            {moment(new Date(first.time).toISOString())}
          </text>
          <text x={width - 4} y={HEIGHT - 4} text-anchor="end">
            {moment(new Date(last.time).toISOString())}
          </text>
        </g>
      )}
    </svg>
  );
}

function changedRows({ commit }: Stop): number {
  return commit === undefined ? 0 : commit.inserted + commit.updated + commit.deleted;
}

function describe({ version, commit }: Stop): string {
  if (commit === undefined) return "Before the first commit";
  const { operation, inserted, updated, deleted, message, tags } = commit;
  const rows = `+${inserted} ~${updated} -${deleted}`;
  return [`${version} ${operation} ${rows}`, message, tags.map((tag) => `@${tag}`).join(" ")]
    .filter((part) => part !== null && part !== "")
    .join("\n");
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

function Handle({
  handle,
  index,
  left,
}: {
  readonly handle: "at" | "from";
  readonly index: number;
  readonly left: number;
}) {
  const stop = stops.value[index];
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveTo(handle, Math.min(stops.value.length - 1, Math.max(0, index + step)));
  };
  return (
    <div
      class={`handle ${handle}`}
      id={`handle-${handle}`}
      role="slider"
      tabIndex={0}
      style={{ left: `${left}px` }}
      aria-label={handle === "at" ? "Version that is read" : "Version that it is compared with"}
      aria-valuemin={0}
      aria-valuemax={stops.value.length - 1}
      aria-valuenow={index}
      aria-valuetext={stop === undefined ? "" : named(stop)}
      onKeyDown={onKeyDown}
    >
      <span>{stop?.version ?? ""}</span>
    </div>
  );
}

/** How wide an element is, also after the window has changed. */
function useWidth(box: { readonly current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(800);
  const isThere = stops.value.length > 0;
  useEffect(() => {
    if (!isThere || box.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 800)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box, isThere]);
  return width;
}
