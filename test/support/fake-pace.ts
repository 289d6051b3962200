import type { Pace } from "../../src/sdk/embed/pace";

/** Time that passes only where somebody waits, and chance without surprises. */
export interface FakePace extends Pace {
  /** How long each wait was asked to be. */
  readonly waits: readonly number[];
}

/** A pace for `connect`: no test has to wait. */
export function fakePace(chance = 0): FakePace {
  const waits: number[] = [];
  let now = 0;
  return {
    waits,
    now: () => now,
    sleep: async (ms, signal) => {
      waits.push(ms);
      const until = now + ms;
      // Calls that run get their turn first.
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (!signal?.aborted) now = Math.max(now, until);
    },
    random: () => chance,
  };
}
