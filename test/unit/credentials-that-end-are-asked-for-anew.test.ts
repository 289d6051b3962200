// The function that gives the keys of a bucket, and when it is asked. Time stands still but where a test moves it.

import { VarveError } from "varve";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BucketOptions, LastingCredentials } from "../../src/sdk/bucket";
import { checkCredentials } from "../../src/sdk/bucket";
import { knownCredentials } from "../../src/sdk/renewal";

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const MINUTE = 60_000;
const KEYS = { accessKeyId: "hidden-id", secretAccessKey: "hidden-secret" };

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

/** What a function answers: the last for ever. Returns how often it was asked, and what was renewed. */
async function kept(...answers: readonly (() => unknown)[]) {
  const seen = { asked: 0, renewed: 0, end: (): void => undefined };
  const credentials = async () => {
    seen.asked += 1;
    return (await answers[Math.min(seen.asked, answers.length) - 1]?.()) as LastingCredentials;
  };
  const { keepUp } = await knownCredentials({ credentials });
  seen.end = keepUp(() => {
    seen.renewed += 1;
    return Promise.resolve();
  });
  return seen;
}

const holding = (expiration: unknown) => () => ({ ...KEYS, expiration });

async function errorOf(credentials: unknown): Promise<VarveError> {
  const error: unknown = await knownCredentials({ credentials } as BucketOptions).catch((error) => error);
  if (!VarveError.is(error)) throw error;
  expect(`${error.message} ${error.hint}`).not.toContain("hidden");
  return error;
}

describe("when they end is", () => {
  test.each([
    ["a Date", new Date(NOW + HOUR)],
    ["an ISO text", new Date(NOW + HOUR).toISOString()],
    ["an ISO text with an offset", "2026-01-01T01:00:00+00:00"],
  ])("%s", async (_, expiration) => {
    const seen = await kept(holding(expiration), holding(undefined));
    await vi.advanceTimersByTimeAsync(55 * MINUTE - 1);
    expect(seen).toMatchObject({ asked: 1, renewed: 0 });
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toMatchObject({ asked: 2, renewed: 1 });
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect(seen.asked).toBe(2);
  });

  test.each([undefined, null])("never, where it is %s", async (expiration) => {
    const seen = await kept(holding(expiration));
    await vi.advanceTimersByTimeAsync(100 * HOUR);
    expect(seen.asked).toBe(1);
  });

  test.each([
    ["seconds since 1970", NOW / 1000],
    ["an invalid Date", new Date(Number.NaN)],
    ["a text that is no instant", "hidden"],
    ["a time without a zone", "2026-01-01T01:00:00"],
    ["a symbol", Symbol("hidden")],
  ])("not %s", async (_, expiration) => {
    const { code, message, hint } = await errorOf(() => Promise.resolve({ ...KEYS, expiration }));
    expect(code).toBe("INVALID_ARGUMENT");
    expect({ message, hint }).toMatchSnapshot();
  });
});

test("keys that have ended already are asked for anew, but not at once", async () => {
  const seen = await kept(holding(new Date(NOW - HOUR)));
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(seen.asked).toBe(21);
  seen.end();
  await vi.advanceTimersByTimeAsync(HOUR);
  expect(seen.asked).toBe(21);
});

test("a getter that throws is a function that fails, and its words are not told", async () => {
  for (const name of ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"]) {
    const answer = Object.defineProperty({ ...KEYS }, name, {
      enumerable: true,
      get: () => {
        throw new Error("hidden");
      },
    });
    expect(await errorOf(() => Promise.resolve(answer))).toMatchObject({ code: "ACCESS_DENIED" });
  }
});

test("each property of an answer is read once", async () => {
  const read: string[] = [];
  const answer = new Proxy<LastingCredentials>(KEYS, {
    get: (target, name) => {
      read.push(String(name));
      return Reflect.get(target, name);
    },
  });
  await kept(() => Object.create(answer));
  expect(read.filter((name) => name !== "then")).toEqual([
    "accessKeyId",
    "secretAccessKey",
    "sessionToken",
    "expiration",
  ]);
});

test.each([
  ["never answers", () => new Promise(() => undefined), 2 * MINUTE],
  ["fails", () => Promise.reject(new Error("hidden")), MINUTE],
])("a function that %s is asked again", async (_, failing, within) => {
  const later = holding(new Date(NOW + 10 * HOUR));
  const seen = await kept(holding(new Date(NOW + HOUR)), failing, later);
  await vi.advanceTimersByTimeAsync(55 * MINUTE);
  expect(seen).toMatchObject({ asked: 2, renewed: 0 });
  await vi.advanceTimersByTimeAsync(within);
  expect(seen).toMatchObject({ asked: 3, renewed: 1 });
});

test("what is expected is said, and nothing is shown", async () => {
  const messages = [
    await errorOf(() => Promise.resolve({ accountKey: "hidden" })),
    await errorOf(() => Promise.resolve("hidden")),
    await errorOf(() => Promise.resolve(null)),
  ].map(({ message }) => message);
  for (const value of ["hidden", ["hidden"], 7, null, { accountKey: 7 }]) {
    let thrown: unknown;
    try {
      checkCredentials("credentials", value);
    } catch (error) {
      thrown = error;
    }
    messages.push(String(thrown));
  }
  expect(messages.join("\n")).not.toContain("hidden");
  expect(messages).toMatchSnapshot();
});
