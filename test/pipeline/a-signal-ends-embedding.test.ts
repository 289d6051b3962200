// Of the weaknesses of the nearest peer: 2, nothing can be cancelled.

import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { notes, openNotes, paidEmbedding, refusal, texts } from "../support/paid-embedding";

test("a signal ends a write at once, also where the function does not listen, and what was answered is kept", async () => {
  const controller = new AbortController();
  let hang = true;
  const fn = paidEmbedding({
    maxBatch: 10,
    maxConcurrency: 2,
    before: async ({ number }) => {
      if (!hang || number < 3) return;
      setImmediate(() => controller.abort("enough"));
      await new Promise(() => undefined);
    },
  });
  const { db, t } = await openNotes(fn);
  const writing = t.insert(notes(texts(100)), { signal: controller.signal });
  await expect(writing).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
  const running = fn.calls.filter((call) => call.number >= 3);
  expect(running.length).toBeGreaterThan(0);
  expect(running.every((call) => call.signal?.reason === "enough")).toBe(true);
  const { entries } = await db.embeddingCache.stats();
  expect(entries).toBe(fn.paid.size);
  expect(entries).toBeGreaterThan(0);
  hang = false;
});

test("a signal ends a wait", async () => {
  const controller = new AbortController();
  const fn = paidEmbedding({
    retry: { forMs: 600_000 },
    before: () => {
      setTimeout(() => controller.abort(), 5);
      throw refusal(429, { retryAfterMs: 500_000 });
    },
  });
  // The real clock: this test would take minutes if it waited.
  const { t } = await openNotes(fn, { pace: undefined });
  await expect(t.insert(notes(["a"]), { signal: controller.signal })).rejects.toMatchObject({
    code: "ABORTED",
  });
  await expect(t.search("a", { signal: AbortSignal.timeout(5) })).rejects.toMatchObject({ code: "ABORTED" });
});

test("a signal that was aborted before lets no call begin", async () => {
  const fn = paidEmbedding();
  const { t } = await openNotes(fn);
  const signal = AbortSignal.abort();
  await expect(t.insert(notes(["a"]), { signal })).rejects.toMatchObject({ code: "ABORTED" });
  expect(fn.calls).toEqual([]);
});

// From the eleventh listener of one signal on, Node warns of a leak on the user's console.
test("a signal that many calls share has one listener, and ends them all", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const fn = paidEmbedding({ before: () => new Promise(() => undefined) });
  const { t } = await openNotes(fn);
  const others = texts(30);
  const calls = [
    t.insert(notes(others), { signal }),
    // These texts are under way: the write waits for each of them.
    t.insert(
      notes(others).map((row) => ({ ...row, id: `again-${row.id}` })),
      { signal },
    ),
    ...texts(60).map((query) => t.search(query, { signal })),
  ];
  const ends = Promise.allSettled(calls);
  await expect.poll(() => fn.calls.length).toBeGreaterThan(0);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  controller.abort();
  for (const end of await ends)
    expect(end).toMatchObject({ status: "rejected", reason: { code: "ABORTED" } });
});

// Node keeps a signal that is made of others for as long as it has a listener: one for each request of a server.
test("a signal has no listener of ours once its calls have ended", async () => {
  const { signal } = new AbortController();
  const { t } = await openNotes(paidEmbedding());
  await t.insert(notes(texts(30)), { signal });
  await Promise.all(texts(20).map((query) => t.search(query, { signal })));
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
