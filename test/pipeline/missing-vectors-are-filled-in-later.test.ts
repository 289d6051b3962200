// Of the weaknesses of the nearest peer: 7, rows without a vector in silence; 9, no backfill.

import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/database";
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

/** A function that is down until it is told otherwise. */
function flaky(options: Parameters<typeof paidEmbedding>[0] = {}) {
  const state = { down: true };
  const fn = paidEmbedding({
    before: () => {
      if (state.down) throw refusal(401);
    },
    ...options,
  });
  return { fn, state };
}

describe('onEmbedError: "defer"', () => {
  test("writes rows without a vector, counts them, and backfill fills them in (9)", async () => {
    const { fn, state } = flaky();
    const { t } = await openNotes(fn);
    await t.insert(notes([...texts(10), null, ""]), { onEmbedError: "defer" });
    expect(fn.calls.length).toBeLessThanOrEqual(3);
    expect(await t.stats()).toMatchObject({ rows: 12, missingVectors: { vec: 10 } });
    await expect(t.backfill()).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    state.down = false;
    expect(await t.backfill({ message: "later" })).toEqual({ filled: 10, missing: 0 });
    expect(await vectorsOf(t)).toEqual([...texts(10).map(paidVector), null, null]);
    expect((await t.history({ limit: 1 }))[0]).toMatchObject({ operation: "update", message: "later" });
    expect(await t.backfill()).toEqual({ filled: 0, missing: 0 });
    expect((await t.stats()).missingVectors).toEqual({ vec: 0 });
  });

  test("defers a text that is refused, and goes on with the others of its batch", async () => {
    const fn = paidEmbedding({
      maxBatch: 8,
      before: ({ inputs }) => {
        if (inputs.includes("text 3")) throw refusal(400);
      },
    });
    const { t } = await openNotes(fn);
    await t.upsert(notes(texts(6)), { onEmbedError: "defer" });
    const expected = texts(6).map((body, index) => (index === 3 ? null : paidVector(body)));
    expect(await vectorsOf(t)).toEqual(expected);
  });

  test("does not ask about every text where all are refused", async () => {
    const fn = paidEmbedding({
      maxBatch: 512,
      maxConcurrency: 1,
      before: () => {
        throw refusal(400);
      },
    });
    const { t } = await openNotes(fn);
    await t.insert(notes(texts(2000)), { onEmbedError: "defer" });
    expect(fn.calls.length).toBeLessThan(100);
    expect((await t.stats()).missingVectors).toEqual({ vec: 2000 });
  });

  test("does not defer what a signal ended, and is refused where it makes no sense", async () => {
    const controller = new AbortController();
    const fn = paidEmbedding({ before: () => controller.abort() });
    const { t } = await openNotes(fn);
    const options = { onEmbedError: "defer", signal: controller.signal } as const;
    await expect(t.insert(notes(["a"]), options)).rejects.toMatchObject({ code: "ABORTED" });
    await expect(t.insert(notes(["a"]), { onEmbedError: "later" as never })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(await t.count()).toBe(0);
  });
});

describe("backfill", () => {
  async function deferred(count: number, options: Parameters<typeof paidEmbedding>[0] = {}) {
    const { fn, state } = flaky(options);
    const folder = temporaryFolder();
    const { t } = await openNotes(fn, { folder });
    await t.insert(notes(texts(count)), { onEmbedError: "defer" });
    state.down = false;
    return { fn, folder, t };
  }

  test("stops at its limit, and goes on from there", async () => {
    const { t } = await deferred(10);
    expect(await t.backfill({ limit: 4, column: "vec" })).toEqual({ filled: 4, missing: 6 });
    expect(await t.backfill()).toEqual({ filled: 6, missing: 0 });
    await expect(t.backfill({ limit: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(t.backfill({ column: "body" as never })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("can be ended, and loses nothing", async () => {
    const { fn, t } = await deferred(3000, { maxBatch: 100 });
    const controller = new AbortController();
    const before = fn.calls.length;
    const filling = t.backfill({
      signal: controller.signal,
      onProgress: ({ stage }) => {
        if (stage === "write") controller.abort();
      },
    });
    await expect(filling).rejects.toMatchObject({ code: "ABORTED" });
    expect((await t.stats()).missingVectors).toEqual({ vec: 3000 - 1024 });
    expect(await t.backfill()).toEqual({ filled: 3000 - 1024, missing: 0 });
    expect(fn.calls.length - before).toBe(11 + 11 + 10);
    expect(await vectorsOf(t)).toEqual(texts(3000).map(paidVector));
  });

  test("is shared by workers", async () => {
    const { fn, folder, t } = await deferred(4000, { maxBatch: 100 });
    const workers = await Promise.all(
      [0, 0.3, 0.6].map((chance) => openNotes(fn, { folder, pace: fakePace(chance) })),
    );
    const results = await Promise.all(workers.map((worker) => worker.t.backfill()));
    expect(results.reduce((sum, { filled }) => sum + filled, 0)).toBe(4000);
    expect(await vectorsOf(t)).toEqual(texts(4000).map(paidVector));
  });

  test("passes over rows of which the function has nothing to say", async () => {
    const fn = paidEmbedding({
      before: ({ inputs, number }) => {
        if (number === 0) throw refusal(401);
        return inputs.map((input) => (input === "text 1" ? null : paidVector(input)));
      },
    });
    const { t } = await openNotes(fn);
    await t.insert(notes(texts(3)), { onEmbedError: "defer" });
    expect(await t.backfill()).toEqual({ filled: 2, missing: 1 });
    expect(await t.backfill()).toEqual({ filled: 0, missing: 1 });
  });

  /** Refuses some texts for ever, alone and in company. */
  function refusing(refused: (input: unknown) => boolean) {
    return paidEmbedding({
      maxBatch: 8,
      maxConcurrency: 1,
      before: ({ inputs, number }) => {
        if (number === 0) throw refusal(401);
        if (inputs.some(refused)) throw refusal(400);
      },
    });
  }

  test("passes over texts that are refused for ever, and fills the others", async () => {
    const { t } = await openNotes(refusing((input) => input === "text 3" || input === "text 1500"));
    await t.insert(notes(texts(2000)), { onEmbedError: "defer" });
    expect(await t.backfill()).toEqual({ filled: 1998, missing: 2 });
    const vectors = await vectorsOf(t);
    expect(vectors[3]).toBeNull();
    expect(vectors[2]).toEqual(paidVector("text 2"));
  });

  test("fails where all that is missing is refused, and says why", async () => {
    const { t } = await openNotes(refusing((input) => input === "text 3"));
    await t.insert(notes(texts(6)), { onEmbedError: "defer" });
    expect(await t.backfill()).toEqual({ filled: 5, missing: 1 });
    await expect(t.backfill()).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect((await t.stats()).missingVectors).toEqual({ vec: 1 });
  });

  test("keeps what it could embed where the function fails after that", async () => {
    const fn = paidEmbedding({
      maxBatch: 8,
      maxConcurrency: 1,
      before: ({ number }) => {
        if (number === 0 || number > 2) throw refusal(401);
      },
    });
    const { t } = await openNotes(fn);
    await t.insert(notes(texts(100)), { onEmbedError: "defer" });
    await expect(t.backfill()).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect((await t.stats()).missingVectors).toEqual({ vec: 84 });
  });

  test("leaves a row alone that somebody else changes meanwhile", async () => {
    let meddle: (() => Promise<unknown>) | undefined;
    const fn = paidEmbedding({
      before: async ({ number }) => {
        if (number === 0) throw refusal(401);
        const once = meddle;
        meddle = undefined;
        await once?.();
      },
    });
    const { t } = await openNotes(fn);
    await t.insert(notes(["old", "other"]), { onEmbedError: "defer" });
    meddle = () => t.update({ where: { body: "old" }, set: { body: "new" } });
    expect(await t.backfill()).toEqual({ filled: 1, missing: 0 });
    expect(await vectorsOf(t)).toEqual([paidVector("new"), paidVector("other")]);
    expect(fn.paid.get("other")).toBe(1);
  });
});
