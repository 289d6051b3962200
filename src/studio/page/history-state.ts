// What is known of the table that is looked at: its commits, and where the handles stand. All panes follow it.

import { computed, signal } from "@preact/signals";
import type { TimelineAnswer } from "../api-types";
import { adjust, route } from "./route";
import { type Stop, stopsOf } from "./stops";

/** The commits of the table. */
export const timeline = signal<TimelineAnswer | undefined>(undefined);

/** The stops of its timeline. */
export const stops = computed<readonly Stop[]>(() => {
  const known = timeline.value;
  return known === undefined ? [] : stopsOf(known.commits, route.value.axis, known.oldestVersion);
});

/** The place among them of the newest version: where dates were taken back, it is not the last one. */
const newestIndex = computed(() => Math.max(0, indexOf(String(timeline.value?.version ?? "")) ?? 0));

/** The place among the stops of the handle that is read. */
export const atIndex = computed(() => indexOf(route.value.at) ?? newestIndex.value);

/** That of the handle that it is compared with; undefined where there is one handle. */
export const fromIndex = computed(() => {
  const index = indexOf(route.value.from);
  return index === undefined || index > atIndex.value ? undefined : index;
});

/** The version that is read, as the server is told; undefined for the newest one. */
export const asOf = computed(() => (isNow.value ? undefined : told(atIndex.value)));

/** Whether the newest version is read. */
export const isNow = computed(() => route.value.at === "" || atIndex.value === newestIndex.value);

/** The point that it is compared with; undefined where there is one handle. */
export const fromPoint = computed(() => (fromIndex.value === undefined ? undefined : told(fromIndex.value)));

/** The point that a stop is. */
export function told(index: number): string | undefined {
  const stop = stops.value[index];
  return stop === undefined ? undefined : `v${stop.version}`;
}

function indexOf(version: string): number | undefined {
  if (version === "") return undefined;
  const index = stops.value.findIndex((stop) => String(stop.version) === version);
  return index < 0 ? undefined : index;
}

/** Moves a handle to a stop. The handles never pass each other. */
export function moveTo(handle: "at" | "from", index: number): void {
  const last = stops.value.length - 1;
  const from = fromIndex.value;
  const [low, high] = handle === "from" ? [0, atIndex.value] : [from ?? 0, last];
  const to = Math.min(high, Math.max(low, index));
  const version = stops.value[to]?.version;
  if (version === undefined) return;
  adjust({ [handle]: handle === "at" && to === newestIndex.value ? "" : String(version) });
}

/** Sets a second handle one stop before the first, or takes it away. */
export function compare(isWanted: boolean): void {
  const index = Math.max(0, atIndex.value - 1);
  adjust({ from: isWanted ? String(stops.value[index]?.version ?? "") : "" });
}
