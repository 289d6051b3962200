// The weaknesses of the nearest peer (../shared/research/lancedb.md, section 2), by their numbers. Here stand those that no other file
// has in its titles. The others:
//
// 1, 2, 5, 6, 7, 22   every-text-is-paid-for-once
// 2                   failures-that-pass-are-tried-again, batches-stay-within-the-limits, a-signal-ends-embedding
// 3, 10, 11           another-function-is-noticed
// 4, 16, 18           test/embeddings: pooling, providers and their packages
// 9                   missing-vectors-are-filled-in-later
// 15                  answers-are-checked
// 20                  test/types
// 21                  all of these

import { bytes, embed, Registry, table, text } from "varve";
import { custom } from "varve/embeddings";
import { expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { notes, openNotes, paidEmbedding, paidVector, texts, vectorsOf } from "../support/paid-embedding";

test("a changed source is embedded again, and only that (8)", async () => {
  const fn = paidEmbedding();
  const { t } = await openNotes(fn);
  await t.insert(notes(["a", "b"]));
  await t.update({ where: { body: "a" }, set: { body: "c" } });
  expect(fn.calls.map((call) => call.inputs)).toEqual([["a", "b"], ["c"]]);
  expect(await vectorsOf(t)).toEqual([paidVector("c"), paidVector("b")]);
});

test("several functions, and one function for several columns, each fill and search their own (12, 13)", async () => {
  const one = paidEmbedding({ name: "one" });
  const two = paidEmbedding({
    name: "two",
    dimensions: 1,
    before: ({ inputs }) => inputs.map(() => Float32Array.of(1)),
  });
  const pages = table("pages", { id: text().primaryKey(), title: text(), body: text() }, (c) => ({
    titleVec: embed(one, c.title),
    bodyVec: embed(one, c.body),
    otherVec: embed(two, c.body),
  }));
  const t = await (await memoryDatabase()).table(pages);
  await t.insert([{ id: "1", title: "t", body: "b" }]);
  expect(await t.get("1", { select: ["titleVec", "bodyVec", "otherVec"] })).toEqual({
    titleVec: paidVector("t"),
    bodyVec: paidVector("b"),
    otherVec: Float32Array.of(1),
  });
  for (const column of ["titleVec", "bodyVec", "otherVec"] as const) {
    expect(await t.search("q", { column })).toHaveLength(1);
  }
  expect(two.calls.map((call) => call.inputs)).toEqual([["b"], ["q"]]);
});

test("rows that come in several batches are all embedded (14)", async () => {
  const fn = paidEmbedding({ maxBatch: 1000 });
  const { t } = await openNotes(fn);
  const bodies = texts(25_000);
  async function* stream() {
    for (const row of notes(bodies)) yield row;
    await Promise.resolve();
  }
  await t.insert(stream());
  expect(await vectorsOf(t)).toEqual(bodies.map(paidVector));
  expect(fn.calls.every((call) => call.inputs.length <= 1000)).toBe(true);
});

test("images are sources as well, and the same image is sent once (17)", async () => {
  const sent: number[] = [];
  const fn = custom<Uint8Array>({
    name: "images",
    dimensions: 1,
    inputTypes: ["image"],
    embed: (images) => {
      sent.push(images.length);
      return Promise.resolve(images.map((image) => Float32Array.of(image[0] ?? 0)));
    },
  });
  const photos = table("photos", { id: text().primaryKey(), file: bytes().nullable() }, (c) => ({
    seen: embed(fn, c.file),
  }));
  const t = await (await memoryDatabase()).table(photos);
  const file = () => Uint8Array.of(7, 8);
  await t.insert([
    { id: "1", file: file() },
    { id: "2", file: file() },
    { id: "3", file: Uint8Array.of(9) },
    { id: "4" },
  ]);
  await t.upsert([{ id: "5", file: file() }]);
  expect(sent).toEqual([2]);
  const rows = await t.find({ select: ["seen"], orderBy: "id" });
  expect(rows.map((row) => row.seen?.[0])).toEqual([7, 7, 9, undefined, 7]);
});

test("two registries in one process do not know of each other (19)", async () => {
  const folder = temporaryFolder();
  const { db } = await openNotes(paidEmbedding(), { folder });
  await db.close();
  const [mine, yours] = [paidEmbedding(), paidEmbedding()];
  for (const fn of [mine, yours]) {
    const registry = new Registry().register("paid", () => fn);
    const t = await (await diskDatabase(folder, { registry })).openTable("notes");
    await t.search("a");
  }
  expect([mine.calls.length, yours.calls.length]).toEqual([1, 1]);
});
