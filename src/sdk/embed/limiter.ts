import { onAbort } from "../../on-abort";
import { checkSignal } from "../call/progress";
import type { Pace } from "./pace";
import { type AnyFunction, concurrencyOf } from "./traits";

const MINUTE_MS = 60_000;

/** Holds the calls of one function, from all tables of the process, to its limits. */
export class Limiter {
  /** Whether the function has ever answered. */
  answered = false;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #perMinute: number | undefined;
  /** When the calls of the last minute began; kept only where they are limited. */
  #starts: number[] = [];
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(fn: AnyFunction) {
    this.#free = concurrencyOf(fn);
    this.#perMinute = fn.requestsPerMinute;
  }

  /** Waits until a call may begin; every call that began must be released. */
  async acquire(pace: Pace, signal: AbortSignal | undefined): Promise<void> {
    checkSignal(signal);
    if (this.#free > 0) this.#free -= 1;
    else await this.#slot(signal);
    try {
      await this.#turn(pace, signal);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Lets the next call begin. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  /** For how many milliseconds no call may begin, because a server asked for that. */
  pauseMs(now: number): number {
    return Math.max(0, this.#pausedUntil - now);
  }

  /** Lets no call begin before that time. */
  pauseUntil(time: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, time);
  }

  async #slot(signal: AbortSignal | undefined): Promise<void> {
    let forget = (): void => undefined;
    const served = await new Promise<boolean>((resolve) => {
      const take = (): void => resolve(true);
      const leave = (): void => {
        const place = this.#waiting.indexOf(take);
        if (place >= 0) this.#waiting.splice(place, 1);
        resolve(false);
      };
      this.#waiting.push(take);
      forget = onAbort(signal, leave);
    });
    forget();
    if (!served) checkSignal(signal);
  }

  async #turn(pace: Pace, signal: AbortSignal | undefined): Promise<void> {
    while (true) {
      checkSignal(signal);
      const now = pace.now();
      const wait = this.#waitMs(now);
      if (wait <= 0) {
        if (this.#perMinute !== undefined) this.#starts.push(now);
        return;
      }
      await pace.sleep(wait, signal);
    }
  }

  #waitMs(now: number): number {
    const paused = this.#pausedUntil - now;
    if (this.#perMinute === undefined) return paused;
    this.#starts = this.#starts.filter((start) => now - start < MINUTE_MS);
    const oldest = this.#starts.at(-Math.max(1, Math.floor(this.#perMinute)));
    return oldest === undefined ? paused : Math.max(paused, oldest + MINUTE_MS - now);
  }
}

const limiters = new WeakMap<AnyFunction, Limiter>();

/** The limiter of a function, which is the same for all tables. */
export function limiterOf(fn: AnyFunction): Limiter {
  const known = limiters.get(fn);
  if (known !== undefined) return known;
  const made = new Limiter(fn);
  limiters.set(fn, made);
  return made;
}
