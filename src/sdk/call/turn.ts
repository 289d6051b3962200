// Turns of the event loop. Quick reads and small commits are answered inside the call, and whoever awaits them one after another would never let the event
// loop go on to timers, sockets and other people's promises. So the reads of one turn may take some milliseconds; then they wait.

import { AsyncResource } from "node:async_hooks";
import { setImmediate } from "node:timers";

/** How long reads may hold the event loop at a stretch. Everything else gets its turn after two stretches at the most. */
const STRETCH_MS = 4;
/** Reads that are not timed at the start of a stretch, so that an occasional read pays nothing for the clock. */
const UNTIMED = 4;

/** Reads of a stretch that nobody has timed yet. */
let reads = 0;
/** When the stretch began. */
let began: number | undefined;
/** Reads that wait, in their order, and how many of them are done. */
let waiting: (() => void)[] = [];
let done = 0;

/** Reads at once, or in a later turn of the event loop where it has had none for some milliseconds. */
export function inTurn<T>(read: () => Promise<T>): Promise<T> {
  if (waiting.length === 0 && hasTime()) return read();
  return new Promise((resolve) => {
    // Whoever reads later does so in the async context of whoever asked: what is embedded for a query belongs to its span.
    waiting.push(AsyncResource.bind(() => resolve(read())));
  });
}

/** Whether the event loop may be held a little longer. */
export function hasTime(): boolean {
  if (began !== undefined) return performance.now() - began < STRETCH_MS;
  reads += 1;
  if (reads > UNTIMED) begin();
  return true;
}

function begin(): void {
  began = performance.now();
  setImmediate(nextStretch);
}

function nextStretch(): void {
  began = undefined;
  reads = 0;
  if (waiting.length === 0) return;
  begin();
  for (let read = waiting[done]; read !== undefined && hasTime(); read = waiting[done]) {
    done += 1;
    read();
  }
  if (done < waiting.length) return;
  waiting = [];
  done = 0;
}
