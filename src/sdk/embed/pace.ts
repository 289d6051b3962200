import { onAbort } from "../../on-abort";

/** Time and chance, for everything in the pipeline that waits; tests pass their own. */
export interface Pace {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Waits; the signal ends the waiting early, and does not make it fail. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 up to 1. */
  random(): number;
}

/** The time and the chance of this machine. */
export const systemPace: Pace = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        forget();
        resolve();
      };
      const timer = setTimeout(done, ms);
      const forget = onAbort(signal, done);
    }),
  random: () => Math.random(),
};
