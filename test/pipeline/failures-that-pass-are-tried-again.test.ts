import { describe, expect, test } from "vitest";
import { fakePace } from "../support/fake-pace";
import {
  notes,
  openNotes,
  paidEmbedding,
  paidVector,
  refusal,
  texts,
  vectorsOf,
} from "../support/paid-embedding";

/** The first calls fail with these errors. */
const failing = (...errors: readonly unknown[]) =>
  paidEmbedding({
    before: ({ number }) => {
      if (number < errors.length) throw errors[number];
    },
  });

describe("what passes is tried again", () => {
  test.each([
    ["408", refusal(408)],
    ["409", refusal(409)],
    ["429", refusal(429)],
    ["500", refusal(500)],
    ["503", refusal(503)],
    ["a lost connection", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
    ["a failed fetch", new TypeError("fetch failed")],
    ["what says so itself", Object.assign(new Error("busy"), { retryable: true })],
  ])("%s", async (_name, error) => {
    const fn = failing(error, error);
    const { t } = await openNotes(fn);
    await t.insert(notes(["a"]));
    expect(fn.calls).toHaveLength(3);
    expect(await vectorsOf(t)).toEqual([paidVector("a")]);
  });
});

describe("what does not pass is not", () => {
  test.each([
    ["400", refusal(400)],
    ["401", refusal(401)],
    ["403", refusal(403)],
    ["404", refusal(404)],
    ["a spent quota", Object.assign(refusal(429), { code: "insufficient_quota" })],
    ["a wait of a day", refusal(429, { retryAfterMs: 86_400_000 })],
    ["what says so itself", refusal(500, { retryable: false })],
    ["a bug", new RangeError("no")],
  ])("%s", async (_name, error) => {
    const fn = failing(error);
    const { t } = await openNotes(fn);
    await expect(t.insert(notes(["a"]))).rejects.toMatchObject({
      code: "EMBEDDING_FAILED",
      where: { table: "notes", column: "vec", row: 0 },
      cause: error,
    });
    expect(fn.calls).toHaveLength(1);
    expect(await t.count()).toBe(0);
  });
});

test("each wait is twice as long, up to half a minute, and a part of it is chance", async () => {
  const fn = failing(...Array.from({ length: 99 }, () => refusal(500)));
  for (const [chance, share] of [
    [0, 0.5],
    [1, 1],
  ] as const) {
    const pace = fakePace(chance);
    const { t } = await openNotes(fn, { pace });
    await expect(t.insert(notes(["a"]))).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect(pace.waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000].map((wait) => wait * share));
  }
  expect(fn.calls).toHaveLength(16);
});

test("after a refusal all calls of a function wait as long as the server asks", async () => {
  const pace = fakePace();
  const begun: number[] = [];
  const fn = paidEmbedding({
    maxBatch: 1,
    before: ({ number }) => {
      begun.push(pace.now());
      if (number === 2) throw refusal(429, { retryAfterMs: 7000 });
    },
  });
  const one = await openNotes(fn, { pace });
  const two = await openNotes(fn, { pace });
  await Promise.all([one.t.insert(notes(texts(20))), two.t.insert(notes(texts(20, "other")))]);
  expect(fn.calls).toHaveLength(41);
  expect(begun.filter((time) => time > 0 && time < 7000)).toEqual([]);
  expect(begun.filter((time) => time === 0).length).toBeLessThanOrEqual(4);
});

test("a query is tried again as well, but not for long", async () => {
  const fn = failing(refusal(500), refusal(429, { retryAfterMs: 10 }));
  const { t } = await openNotes(fn);
  expect(await t.search("a")).toEqual([]);
  expect(fn.calls).toHaveLength(3);
  const dead = failing(...Array.from({ length: 99 }, () => refusal(500)));
  await expect((await openNotes(dead)).t.search("a")).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
  expect(dead.calls).toHaveLength(4);
});

test("a failure ends the write, and calls that ran still fill the cache", async () => {
  const fn = paidEmbedding({
    maxBatch: 1,
    before: async ({ number }) => {
      if (number === 0) throw refusal(401);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  });
  const { t } = await openNotes(fn);
  await expect(t.insert(notes(texts(20)))).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
  expect(fn.calls).toHaveLength(4);
  await t.insert(notes(texts(20)));
  expect(fn.calls).toHaveLength(21);
});

describe("a call that never ends", () => {
  const hanging = (hangs: (number: number) => boolean) =>
    paidEmbedding({
      timeoutMs: 20,
      maxConcurrency: 1,
      before: ({ number }) => (hangs(number) ? new Promise(() => undefined) : undefined),
    });

  test("is ended after a while, told so, and made once more", async () => {
    const fn = hanging((number) => number === 0);
    const { t } = await openNotes(fn);
    await t.insert(notes(["a"]));
    expect(fn.calls.map((call) => call.signal?.aborted)).toEqual([true, false]);
    expect(await vectorsOf(t)).toEqual([paidVector("a")]);
  });

  test("fails the write the second time, and does not keep its place", async () => {
    const fn = hanging((number) => number < 2);
    const { t } = await openNotes(fn);
    await expect(t.insert(notes(["a"]))).rejects.toMatchObject({
      code: "EMBEDDING_FAILED",
      message: expect.stringContaining("longer than 20 ms") as string,
    });
    await t.insert(notes(["a"]));
    expect(await vectorsOf(t)).toEqual([paidVector("a")]);
  });
});
