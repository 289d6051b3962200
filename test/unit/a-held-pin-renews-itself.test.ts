import { VarveError } from "varve";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { NativeTable } from "../../src/native-types";
import { Lease } from "../../src/sdk/read/lease";

const MINUTE = 60_000;

/** A table that pins, and notes what it was asked. */
class Pins {
  readonly asked: string[] = [];
  failure: VarveError | undefined;
  #made = 0;

  readonly table = {
    pin: async (request: string) => this.#pinned("pin", request),
    renewPin: async (request: string) => this.#pinned("renew", request),
    unpin: async (id: string) => this.asked.push(`unpin ${id}`),
  } as Partial<NativeTable> as NativeTable;

  #pinned(call: string, request: string): string {
    const { id = "", forMs } = JSON.parse(request) as { id?: string; forMs: number };
    this.asked.push(`${call} ${id}`.trim());
    if (this.failure !== undefined) throw this.failure;
    this.#made += 1;
    return JSON.stringify({ id: `p${this.#made}`, version: 3, until: Date.now() + forMs });
  }
}

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

test("it is renewed at half of its time, as long as nobody releases it", async () => {
  const pins = new Pins();
  const lease = await Lease.take(pins.table, null, {});
  await vi.advanceTimersByTimeAsync(12 * MINUTE);
  expect(pins.asked).toEqual(["pin", "renew p1", "renew p2"]);
  expect(lease.until.getTime() - Date.now()).toBe(8 * MINUTE);
  await lease.release();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(pins.asked.slice(3)).toEqual(["unpin p3"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("one that is released while it is renewed is not left behind", async () => {
  const pins = new Pins();
  const lease = await Lease.take(pins.table, null, {});
  const renewed = lease.renew({});
  await Promise.all([renewed, lease.release()]);
  expect(pins.asked).toEqual(["pin", "renew p1", "unpin p2"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a renewal that fails is tried again soon, unless there is nothing to renew any more", async () => {
  const pins = new Pins();
  await Lease.take(pins.table, null, {});
  pins.failure = new VarveError("IO", "The network is down.");
  await vi.advanceTimersByTimeAsync(6 * MINUTE);
  expect(pins.asked).toEqual(["pin", "renew p1", "renew p1", "renew p1"]);
  pins.failure = new VarveError("CLOSED", "The handle was closed.");
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(pins.asked.length).toBe(5);
  expect(vi.getTimerCount()).toBe(0);
});

test("one of some minutes ends by itself", async () => {
  const pins = new Pins();
  await Lease.take(pins.table, { version: 3 }, { minutes: 10 });
  expect(vi.getTimerCount()).toBe(0);
});
