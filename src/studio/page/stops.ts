// The stops of the timeline: where its marks stand, and which point of the history each of them is.

import type { StudioCommit } from "../api-types";
import type { Axis } from "./route";

/** A place on the timeline where a handle can stand. */
export interface Stop {
  readonly version: number;
  /** Its date on the axis, in milliseconds; of what was before the first commit that of the commit. */
  readonly time: number;
  /** Undefined before the first commit. */
  readonly commit: StudioCommit | undefined;
}

/** The stops of a table by one of the dates of its commits, the earliest first. */
export function stopsOf(commits: readonly StudioCommit[], axis: Axis, oldestVersion: number): Stop[] {
  const times =
    axis === "effective" ? effectiveTimes(commits) : commits.map((one) => Date.parse(one.committedAt));
  const stops = commits
    .map((commit, at) => ({ version: commit.version, time: times[at] ?? 0, commit }))
    .filter(({ version }) => version >= oldestVersion);
  const ordered = stops.toSorted((a, b) => a.time - b.time || a.version - b.version);
  const [first] = ordered;
  if (oldestVersion > 0 || (commits[0]?.version ?? 1) > 1) return ordered;
  return [{ version: 0, time: first?.time ?? 0, commit: undefined }, ...ordered];
}

/** Since when commits are true: one without a date has that of the commit before it. Before the first date nothing is known. */
function effectiveTimes(commits: readonly StudioCommit[]): number[] {
  const first = commits.find(({ effectiveAt }) => effectiveAt !== null)?.effectiveAt;
  let time = Date.parse(first ?? commits[0]?.committedAt ?? "");
  return commits.map(({ effectiveAt }) => {
    if (effectiveAt !== null) time = Date.parse(effectiveAt);
    return time;
  });
}

/**
 * Where stops stand, from 0 to 1: as far apart as their dates, but never closer than `gap` where there is room for that. So commits of one
 * second stay apart, and a year without commits still shows.
 */
export function placesOf(times: readonly number[], gap: number): number[] {
  const count = times.length;
  if (count <= 1) return times.map(() => 0.5);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const span = last - first;
  const least = Math.min(gap, 1 / (count - 1));
  const free = 1 - least * (count - 1);
  // What every two of them are apart: the least, and a share of what is left by their dates.
  let place = 0;
  return times.map((time, index) => {
    if (index > 0) {
      const share = span === 0 ? 1 / (count - 1) : (time - (times[index - 1] ?? time)) / span;
      place += least + free * share;
    }
    return Math.min(1, place);
  });
}

/** The stop that is nearest to a place. */
export function nearest(places: readonly number[], place: number): number {
  let best = 0;
  for (const [index, one] of places.entries())
    if (Math.abs(one - place) < Math.abs((places[best] ?? 0) - place)) best = index;
  return best;
}
