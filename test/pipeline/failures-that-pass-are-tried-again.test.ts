import type { Progress } from "varve";
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
    ["425", refusal(425)],
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
    ["409", refusal(409)],
    ["501", refusal(501)],
    ["a host that nobody knows", Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" })],
    ["a certificate", Object.assign(new Error("self-signed"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })],
    ["a page of HTML", new SyntaxError("Unexpected token '<', \"<h1>\" is not valid JSON")],
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

describe("what rarely passes is tried once more", () => {
  test.each([
    ["a refused connection", Object.assign(new Error("connect"), { code: "ECONNREFUSED" })],
    ["a name that cannot be looked up now", Object.assign(new Error("getaddrinfo"), { code: "EAI_AGAIN" })],
    ["half of an answer", new SyntaxError("Unterminated string in JSON at position 9")],
    ["what says so itself", refusal(500, { retryable: "once" })],
  ])("%s", async (_name, error) => {
    const pace = fakePace(1);
    const fn = failing(...Array.from({ length: 9 }, () => error));
    const { t } = await openNotes(fn, { pace });
    await expect(t.insert(notes(["a"]))).rejects.toMatchObject({
      message: expect.stringContaining("Tried 2 times in 0.5 s.") as string,
    });
    expect(fn.calls).toHaveLength(2);
    expect(pace.waits).toEqual([500]);
  });
});

describe("a failure that lasts ends a write in seconds", () => {
  const lasting = (error: unknown, options = {}) =>
    paidEmbedding({
      ...options,
      before: () => {
        throw error;
      },
    });

  test("each wait is twice as long, and a part of it is chance", async () => {
    for (const [chance, share] of [
      [0, 0.5],
      [1, 1],
    ] as const) {
      const fn = lasting(refusal(500));
      const pace = fakePace(chance);
      const { t } = await openNotes(fn, { pace });
      const seconds = (7.5 * share).toFixed(1);
      await expect(t.insert(notes(["a"]))).rejects.toMatchObject({
        code: "EMBEDDING_FAILED",
        message: expect.stringContaining(`status 500. Tried 5 times in ${seconds} s.`) as string,
      });
      expect(pace.waits).toEqual([500, 1000, 2000, 4000].map((wait) => wait * share));
      expect(fn.calls).toHaveLength(5);
    }
  });

  test("a server that is too busy is waited for longer, but no longer than two minutes", async () => {
    for (const error of [refusal(429), refusal(503, { retryAfterMs: 20_000 })]) {
      const pace = fakePace(1);
      const { t } = await openNotes(lasting(error), { pace });
      await expect(t.insert(notes(["a"]))).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
      expect(pace.now()).toBeGreaterThan(50_000);
      expect(pace.now()).toBeLessThanOrEqual(120_000);
    }
  });

  test.each([
    ["attempts", { attempts: 2 }, 2, [500]],
    ["no second attempt", { attempts: 1 }, 1, []],
    ["a time", { forMs: 40_000 }, 7, [500, 1000, 2000, 4000, 8000, 16_000]],
    ["both", { attempts: 9, forMs: 2000 }, 3, [500, 1000]],
  ])("the function says how long: %s", async (_name, retry, calls, waits) => {
    const pace = fakePace(1);
    const fn = lasting(refusal(429), { retry });
    const { t } = await openNotes(fn, { pace });
    await expect(t.insert(notes(["a"]))).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect(fn.calls).toHaveLength(calls);
    expect(pace.waits).toEqual(waits);
  });

  test("and every way of embedding ends so", async () => {
    let broken = false;
    const fn = paidEmbedding({
      before: () => {
        if (broken) throw refusal(500);
      },
    });
    const pace = fakePace(1);
    const { t } = await openNotes(fn, { pace });
    await t.insert(notes(["a"]));
    broken = true;
    const other = lasting(refusal(500), { name: "other" });
    const ways = [
      () => t.upsert(notes(["b"])),
      () => t.update({ where: { id: "000000" }, set: { body: "c" } }),
      () => t.search("d"),
      () => t.embed("e"),
      () => t.reembed("vec", other),
      async () => {
        await t.insert([{ id: "x", body: "f" }], { onEmbedError: "defer" });
        await t.backfill();
      },
    ];
    for (const way of ways) {
      const from = pace.now();
      await expect(way()).rejects.toMatchObject({
        code: "EMBEDDING_FAILED",
        message: expect.stringMatching(/Tried \d times in \d\.\d s/) as string,
      });
      expect(pace.now() - from).toBeLessThan(20_000);
    }
  });

  test("progress says that it waits, for how long and why", async () => {
    const seen: Progress[] = [];
    const { t } = await openNotes(failing(refusal(503)), { pace: fakePace(1) });
    await t.insert(notes(["a"]), { onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ stage }) => stage)).toEqual(["wait", "embed", "write"]);
    expect(seen[0]).toMatchObject({ column: "vec", attempt: 1, waitMs: 500, reason: "status 503" });
  });
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

test("a query does not wait for the end of a long pause that the server has asked a write for", async () => {
  const pace = fakePace();
  const asked = new Promise<void>((resolve) => {
    pace.sleep = () => new Promise(() => resolve());
  });
  const fn = failing(refusal(429, { retryAfterMs: 60_000 }));
  const { t } = await openNotes(fn, { pace });
  const write = new AbortController();
  const insert = t.insert(notes(["a"]), { signal: write.signal });
  insert.catch(() => undefined);
  await asked;
  await expect(t.search("b")).rejects.toMatchObject({
    code: "EMBEDDING_FAILED",
    message: expect.stringContaining("asked for a pause, which lasts 60 s more") as string,
  });
  expect(fn.calls).toHaveLength(1);
  write.abort();
  await expect(insert).rejects.toMatchObject({ code: "ABORTED" });
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

  test("is ended after a while, and made once more", async () => {
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
