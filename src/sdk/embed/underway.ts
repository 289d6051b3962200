// What a function is embedding right now. Whoever wants the vector of an input that somebody else has already asked for waits for that
// answer, so that no input is paid for twice at the same time.

import { onAbort } from "../../on-abort";
import { aborted } from "../call/errors";
import type { FailedRequest } from "./request";
import type { AnyFunction } from "./traits";

/** What became of an input: its vector, why there is none, or `undefined` where whoever asked for it has given up. */
export type Outcome =
  | { readonly vector: Float32Array | null }
  | { readonly failed: FailedRequest }
  | undefined;

/** How often somebody waits for the answer of somebody else before making a call that is shared with nobody. */
export const SHARED_ROUNDS = 2;

interface Entry {
  readonly outcome: Promise<Outcome>;
  readonly settle: (outcome: Outcome) => void;
}

/** The inputs of one function that are being embedded, by their keys. */
export class Underway {
  readonly #entries = new Map<string, Entry>();

  /** Claims a key: whoever gets `undefined` must embed it and settle it; everybody else gets what becomes of it. */
  claim(key: string): Promise<Outcome> | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) return known.outcome;
    let settle: Entry["settle"] = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    this.#entries.set(key, { outcome, settle });
    return undefined;
  }

  /** Tells those who wait what became of a key. Only whoever claimed it may say so; the first word counts. */
  settle(key: string, outcome: Outcome): void {
    this.#entries.get(key)?.settle(outcome);
    this.#entries.delete(key);
  }

  /** Makes the vector of a key, or waits for somebody who is making it; the signal ends the waiting. */
  async share(
    key: string,
    signal: AbortSignal | undefined,
    make: () => Promise<Exclude<Outcome, undefined>>,
  ): Promise<Exclude<Outcome, undefined>> {
    for (let round = 0; round < SHARED_ROUNDS; round++) {
      const others = this.claim(key);
      if (others === undefined) return await this.#make(key, make);
      const outcome = await orAborted(others, signal);
      if (outcome === undefined) continue;
      if ("vector" in outcome) return { vector: copyOf(outcome.vector) };
      // A failure of somebody else's call may be theirs alone. The second one is taken for our own.
      if (round > 0) return outcome;
    }
    return await make();
  }

  async #make(
    key: string,
    make: () => Promise<Exclude<Outcome, undefined>>,
  ): Promise<Exclude<Outcome, undefined>> {
    let outcome: Outcome;
    try {
      outcome = await make();
      return outcome;
    } finally {
      this.settle(key, outcome);
    }
  }
}

/** A vector that whoever gets it may change. */
export function copyOf(vector: Float32Array | null): Float32Array | null {
  return vector === null ? null : vector.slice();
}

/** Waits until something is there or the signal is aborted; undefined then. */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (signal === undefined) return await work;
  if (signal.aborted) return undefined;
  let forget = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    forget = onAbort(signal, () => resolve(undefined));
  });
  return await Promise.race([work, aborted]).finally(forget);
}

/** Waits until something is there; throws ABORTED where the signal is aborted first. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const done = await unlessAborted(
    work.then((value) => ({ value })),
    signal,
  );
  if (done === undefined || signal?.aborted) throw aborted(signal?.reason);
  return done.value;
}

const underway = new WeakMap<AnyFunction, Underway>();

/** What is under way in a function, in all tables of the process. */
export function underwayOf(fn: AnyFunction): Underway {
  const known = underway.get(fn);
  if (known !== undefined) return known;
  const made = new Underway();
  underway.set(fn, made);
  return made;
}
