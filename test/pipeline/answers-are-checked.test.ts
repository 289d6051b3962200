// Of the weaknesses of the nearest peer: 15, vectors of a wrong length are padded or cut in silence.

import { expect, test } from "vitest";
import { notes, openNotes, paidEmbedding } from "../support/paid-embedding";

const right = Float32Array.of(1, 2);

test.each([
  ["too few vectors", [right]],
  ["too many vectors", [right, right, right]],
  ["no array", "vectors"],
  ["too short a vector", [right, Float32Array.of(1)]],
  ["too long a vector (15)", [right, Float32Array.of(1, 2, 3)]],
  ["an array of texts", [right, ["1", "2"]]],
  ["nothing in the place of a vector", [right, undefined]],
  ["a vector with NaN", [right, Float32Array.of(1, Number.NaN)]],
  ["a vector with infinity", [Float32Array.of(Number.POSITIVE_INFINITY, 0), right]],
])("an answer with %s is refused, and not asked for again", async (_name, answer) => {
  const fn = paidEmbedding({ before: () => answer });
  const { db, t } = await openNotes(fn);
  await expect(t.insert(notes(["a", "b"]))).rejects.toMatchObject({
    code: "EMBEDDING_FAILED",
    where: { table: "notes", column: "vec" },
  });
  expect(fn.calls).toHaveLength(1);
  expect(await t.count()).toBe(0);
  expect(await db.embeddingCache.stats()).toMatchObject({ entries: 0 });
});

test("a function may have nothing to say about a text, which is remembered too", async () => {
  const fn = paidEmbedding({ before: () => [right, null] });
  const { t } = await openNotes(fn);
  await t.insert(notes(["a", "b"]));
  await t.upsert(notes(["a", "b"]));
  expect((await t.find({ select: ["vec"] })).map((row) => row.vec)).toEqual([right, null]);
  expect(fn.calls).toHaveLength(1);
});
