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

describe("a batch", () => {
  test("has at most as many texts, and about as many tokens, as the function takes", async () => {
    const fn = paidEmbedding({ maxBatch: 3, maxBatchTokens: 10, maxConcurrency: 1 });
    const { t } = await openNotes(fn);
    const long = "x".repeat(100);
    await t.insert(notes(["a", "b", "c", "d", "12345678901234567890", "12345678901234567", "e", long, "f"]));
    expect(fn.calls.map((call) => call.inputs)).toEqual([
      ["a", "b", "c"],
      ["d", "12345678901234567890"],
      ["12345678901234567", "e"],
      [long],
      ["f"],
    ]);
  });

  test("that the server finds too large is halved, until it fits", async () => {
    const fn = paidEmbedding({
      maxBatch: 16,
      before: ({ inputs }) => {
        if (inputs.length > 4) throw refusal(400, { tooLarge: true });
      },
    });
    const { t } = await openNotes(fn);
    await t.insert(notes(texts(16)));
    expect(fn.calls.map((call) => call.inputs.length)).toEqual([16, 8, 4, 4, 8, 4, 4]);
    expect(await vectorsOf(t)).toEqual(texts(16).map(paidVector));
  });

  test("of one text that is too large is an error that names the row", async () => {
    const fn = paidEmbedding({
      before: ({ inputs }) => {
        if (inputs.includes("text 6")) throw refusal(413);
      },
    });
    const { t } = await openNotes(fn);
    await expect(t.insert(notes(texts(8)))).rejects.toMatchObject({
      code: "EMBEDDING_FAILED",
      message: expect.stringContaining("One input alone is too large") as string,
      where: { table: "notes", column: "vec", row: 6 },
    });
  });
});

test("no more calls run at once than the function allows, for all tables together", async () => {
  const fn = paidEmbedding({
    maxBatch: 1,
    maxConcurrency: 3,
    before: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const [one, two] = [await openNotes(fn), await openNotes(fn)];
  await Promise.all([one.t.insert(notes(texts(20))), two.t.insert(notes(texts(20, "other")))]);
  expect(fn.most()).toBe(3);
});

test("no more calls begin within a minute than the function allows", async () => {
  const pace = fakePace();
  const begun: number[] = [];
  const fn = paidEmbedding({
    maxBatch: 1,
    requestsPerMinute: 10,
    before: () => {
      begun.push(pace.now());
    },
  });
  const { t } = await openNotes(fn, { pace });
  await t.insert(notes(texts(35)));
  expect(begun).toHaveLength(35);
  for (const [index, time] of begun.entries()) {
    const tenth = begun[index + 10];
    if (tenth !== undefined) expect(tenth - time).toBeGreaterThanOrEqual(60_000);
  }
  expect(pace.now()).toBe(180_000);
});
