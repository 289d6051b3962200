// What keeps a version readable: a lease in the table, which others see. It is renewed for as long as somebody holds it.

import { VarveError } from "../../varve-error";
import type { AsOfJson } from "../call/as-of";
import { notHeld } from "../call/errors";
import { number, type OptionRules } from "../call/options";
import { callAsync } from "../native/call";
import type { NativeTable } from "../native/open";

/** Options of `pin` and `renew`. */
export interface PinOptions {
  /**
   * For how many minutes the version is kept from now, at most a day (1440). It ends then, unless it is renewed.
   * @default it is kept until `release()`, and renews itself in the meantime
   */
  readonly minutes?: number | undefined;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

export const PIN: OptionRules<PinOptions> = {
  minutes: number("a number of minutes up to 1440, which is a day", 1 / MINUTE_MS, DAY_MINUTES),
};

/** What is left of a process that dies ends after so long. */
const HELD_MINUTES = 10;
/** A renewal that failed is tried again so long after it. */
const AGAIN_MS = 30_000;
/** Failures after which there is nothing to renew. */
const FINAL: ReadonlySet<string> = new Set(["VERSION_EXPIRED", "CLOSED", "TABLE_NOT_FOUND"]);

interface Pin {
  readonly id: string;
  readonly version: number;
  readonly until: number;
}

/** A version that is kept. */
export class Lease {
  readonly #native: NativeTable;
  readonly #minutes: number;
  #pin: Pin;
  /** Calls follow one another, as a renewal gives the pin another id. */
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #released = false;

  private constructor(native: NativeTable, pin: Pin, minutes: number) {
    this.#native = native;
    this.#pin = pin;
    this.#minutes = minutes;
  }

  /** Keeps the version at a point, null for the newest; without `minutes` until it is released. */
  static async take(native: NativeTable, at: AsOfJson | null, { minutes }: PinOptions): Promise<Lease> {
    const request = JSON.stringify({ at, forMs: toMs(minutes ?? HELD_MINUTES) });
    const pin = JSON.parse(await callAsync(() => native.pin(request))) as Pin;
    const lease = new Lease(native, pin, minutes ?? HELD_MINUTES);
    if (minutes === undefined) lease.#renewLater(HALF_MS);
    return lease;
  }

  get version(): number {
    return this.#pin.version;
  }

  get until(): Date {
    return new Date(this.#pin.until);
  }

  /** Keeps the version for so long from now. */
  async renew({ minutes = this.#minutes }: PinOptions): Promise<void> {
    await this.#next(async () => {
      if (this.#released) throw notHeld(this.#pin.version);
      const { id, version } = this.#pin;
      const request = JSON.stringify({ id, version, forMs: toMs(minutes) });
      this.#pin = JSON.parse(await this.#native.renewPin(request)) as Pin;
    });
  }

  /** Keeps it no longer. */
  async release(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#next(async () => {
      if (this.#released) return;
      await this.#native.unpin(this.#pin.id);
      this.#released = true;
    });
    clearTimeout(this.#timer);
  }

  async #next(call: () => Promise<void>): Promise<void> {
    const done = callAsync(() => this.#turn.then(call));
    this.#turn = done.catch(() => undefined);
    await done;
  }

  #renewLater(ms: number): void {
    if (this.#released) return;
    this.#timer = setTimeout(() => void this.#renewNow(), ms);
    // A program may end meanwhile.
    this.#timer.unref();
  }

  async #renewNow(): Promise<void> {
    try {
      await this.renew({});
      this.#renewLater(HALF_MS);
    } catch (error) {
      if (!VarveError.is(error) || !FINAL.has(error.code)) this.#renewLater(AGAIN_MS);
    }
  }
}

const HALF_MS = (HELD_MINUTES * MINUTE_MS) / 2;

function toMs(minutes: number): number {
  return Math.max(1, Math.round(minutes * MINUTE_MS));
}
