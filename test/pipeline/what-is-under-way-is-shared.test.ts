import { embed, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { fakePace } from "../support/fake-pace";
import {
  notes,
  notesOf,
  openNotes,
  type PaidCall,
  paidEmbedding,
  paidVector,
  refusal,
  texts,
  vectorsOf,
} from "../support/paid-embedding";
import { Random } from "../support/random";

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A function whose calls take a moment, so that others come meanwhile. */
const slow = (before: (call: PaidCall) => unknown = () => undefined, options = {}) =>
  paidEmbedding({
    ...options,
    before: async (call) => {
      await turn();
      return await before(call);
    },
  });

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.allSettled(Array.from({ length: count }, (_, index) => work(index)));

const fulfilled = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter(({ status }) => status === "fulfilled").length;

describe.each([
  ["with a cache", {}],
  ["without a cache", { embeddingCache: false }],
] as const)("%s", (_name, options) => {
  test("20 inserts of one text at once embed it once", async () => {
    const fn = slow();
    const { t } = await openNotes(fn, options);
    expect(fulfilled(await times(20, (index) => t.insert([{ id: `${index}`, body: "same" }])))).toBe(20);
    expect(fn.calls.map(({ inputs }) => inputs)).toEqual([["same"]]);
    expect(await vectorsOf(t)).toEqual(Array.from({ length: 20 }, () => paidVector("same")));
  });

  test("20 searches with one text at once embed it once, apart from documents", async () => {
    const fn = slow();
    const { t } = await openNotes(fn, options);
    const work = [
      t.insert([{ id: "1", body: "same" }]),
      ...Array.from({ length: 20 }, () => t.search("same")),
    ];
    await Promise.all(work);
    expect(fn.calls).toHaveLength(2);
  });

  test("batches that overlap are each paid for once", async () => {
    const random = new Random(7);
    const fn = slow(undefined, { maxBatch: 7, maxConcurrency: 3 });
    const { t } = await openNotes(fn, options);
    const all = texts(60);
    const writes = await times(12, async (writer) => {
      const rows = Array.from({ length: 40 }, (_, row) => ({
        id: `${writer}-${row}`,
        body: random.pick(all),
      }));
      await t.insert(rows);
      return rows;
    });
    expect(fulfilled(writes)).toBe(12);
    expect(Math.max(...fn.paid.values())).toBe(1);
    for (const row of await t.find({ select: ["body", "vec"], limit: 1000 })) {
      expect(row.vec).toEqual(paidVector(row.body ?? ""));
    }
  });
});

test("tables and databases share it where their function is the same value, and only then", async () => {
  const [fn, twin] = [slow(), slow()];
  const one = await openNotes(fn);
  const two = await openNotes(fn);
  const other = await one.db.table(notesOf(fn, "other"));
  const third = await one.db.table(notesOf(twin, "third"));
  const row = [{ id: "1", body: "same" }];
  await Promise.all([one.t.insert(row), two.t.insert(row), other.insert(row), third.insert(row)]);
  expect(fn.calls).toHaveLength(1);
  expect(twin.calls).toHaveLength(1);
});

test("columns that treat long texts in another way do not share", async () => {
  const fn = slow();
  const db = await memoryDatabase({ pace: fakePace() });
  const t = await db.table(
    table("two", { id: text().primaryKey(), body: text() }, (c) => ({
      plain: embed(fn, c.body),
      cut: embed(fn, c.body, { longText: "truncate" }),
    })),
  );
  await Promise.all([t.insert([{ id: "1", body: "a" }]), t.insert([{ id: "2", body: "a" }])]);
  expect(fn.calls).toHaveLength(2);
});

test("backfills at the same time share it too", async () => {
  let down = true;
  const fn = slow(() => {
    if (down) throw refusal(401);
  });
  const { t } = await openNotes(fn);
  await t.insert(notes(texts(9)), { onEmbedError: "defer" });
  down = false;
  await Promise.all([t.backfill(), t.backfill()]);
  expect(Math.max(...fn.paid.values())).toBe(1);
  expect(await vectorsOf(t)).toEqual(texts(9).map(paidVector));
});

describe("others do not fail", () => {
  const first = (error: unknown) => slow(({ number }) => (number === 0 ? Promise.reject(error) : undefined));

  test("when the one call fails: one of them makes it again", async () => {
    const fn = first(refusal(400));
    const { t } = await openNotes(fn);
    const writes = await times(20, (index) => t.insert([{ id: `${index}`, body: "same" }]));
    expect(fulfilled(writes)).toBe(19);
    expect(fn.calls).toHaveLength(2);
    const queries = first(refusal(400));
    const { t: asked } = await openNotes(queries);
    expect(fulfilled(await times(20, () => asked.search("same")))).toBe(19);
    expect(queries.calls).toHaveLength(2);
  });

  test("when the call answers nonsense", async () => {
    const fn = slow(({ number }) => (number === 0 ? "nonsense" : undefined));
    const { t } = await openNotes(fn);
    expect(fulfilled(await times(9, (index) => t.insert([{ id: `${index}`, body: "same" }])))).toBe(8);
    const queries = slow(({ number }) => (number === 0 ? "nonsense" : undefined));
    const { t: asked } = await openNotes(queries);
    expect(fulfilled(await times(9, () => asked.search("same")))).toBe(8);
  });

  test("when another text of the same batch is refused", async () => {
    const fn = slow(({ inputs }) => {
      if (inputs.includes("bad")) throw refusal(400);
    });
    const { t } = await openNotes(fn);
    const bad = t.insert(notes(["same", "bad"]));
    const good = t.insert([{ id: "x", body: "same" }]);
    await expect(bad).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect(await good).toMatchObject({ inserted: 1 });
    expect(await vectorsOf(t)).toEqual([paidVector("same")]);
  });

  test("when whoever made the call is aborted, and whoever waits can be aborted alone", async () => {
    for (const aborted of [0, 1, 2]) {
      const fn = slow();
      const { t } = await openNotes(fn);
      const controllers = [0, 1, 2].map(() => new AbortController());
      const writes = times(3, (index) => {
        const signal = controllers[index]?.signal;
        return t.insert([{ id: `${index}`, body: "same" }], { signal });
      });
      const searches = times(3, (index) => t.search("same", { signal: controllers[index]?.signal }));
      await Promise.resolve();
      controllers[aborted]?.abort();
      for (const results of [await writes, await searches]) {
        const failed = results.flatMap((one, index) => (one.status === "rejected" ? [index] : []));
        expect(failed).toEqual([aborted]);
        expect(results[aborted]).toMatchObject({ reason: { code: "ABORTED" } });
      }
      expect(fn.calls.length).toBeLessThanOrEqual(4);
    }
  });
});

test("a failure that lasts is everybody's, after two rounds and not after one for each", async () => {
  const pace = fakePace(1);
  const fn = slow(() => {
    throw refusal(500);
  });
  const { t } = await openNotes(fn, { pace });
  const writes = await times(20, (index) => t.insert([{ id: `${index}`, body: "same" }]));
  expect(writes.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "rejected"));
  expect(fn.calls).toHaveLength(10);
  expect(pace.now()).toBeLessThan(20_000);
  const deferred = await times(20, (index) =>
    t.insert([{ id: `${index}`, body: "same" }], { onEmbedError: "defer" }),
  );
  expect(fulfilled(deferred)).toBe(20);
  expect((await t.stats()).missingVectors).toEqual({ vec: 20 });
});

test("a vector that was shared belongs to each of those who got it", async () => {
  const fn = slow();
  const { t } = await openNotes(fn);
  const [one, two] = await Promise.all([t.embed("a"), t.embed("a")]);
  one?.fill(0);
  expect(two).toEqual(paidVector("a"));
  expect(fn.calls).toHaveLength(1);
});
