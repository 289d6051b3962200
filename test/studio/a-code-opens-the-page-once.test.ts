import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Access } from "../../src/studio/access";

describe("a code that a browser is started with", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is exchanged for the token, once", () => {
    const access = new Access();
    const code = access.newCode();
    expect(code).not.toBe(access.token);
    expect([access.redeem("none"), access.redeem(undefined), access.redeem({})]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(access.redeem(code)).toBe(access.token);
    expect(access.redeem(code)).toBeUndefined();
  });

  it("is of no use after a minute", () => {
    const access = new Access();
    const code = access.newCode();
    vi.setSystemTime(60_001);
    expect(access.redeem(code)).toBeUndefined();
  });
});
