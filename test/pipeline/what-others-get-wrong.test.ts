// What embedding in the nearest peer gets wrong, 22 behaviours that were found by reading and running it, and the test of each. Those without
// a file of their own stand here; the numbers are those in the titles.
//
//  1 all rows go to the provider in one call                  every-text-is-paid-for-once, batches-stay-within-the-limits
//  2 no concurrency, limits, retries, cancelling, progress    failures-that-pass-are-tried-again, batches-stay-within-the-limits,
//                                                             a-signal-ends-embedding, every-text-is-paid-for-once
//  3 the model is made again with every call                  another-function-is-noticed
//  4 padding changes the vector of a text                     embeddings/contract, unit/token-vectors-are-pooled-under-the-mask
//  5 duplicates are sent twice, nothing is kept               every-text-is-paid-for-once
//  6 nulls are sent to the provider                           every-text-is-paid-for-once
//  7 one row with a vector leaves all others without          every-text-is-paid-for-once, missing-vectors-are-filled-in-later
//  8 a changed source keeps its old vector                    here
//  9 no backfill, no way to another model                     missing-vectors-are-filled-in-later, a-column-moves-to-another-model
// 10 another model is not noticed                             another-function-is-noticed
// 11 an unknown function makes a table useless                another-function-is-noticed
// 12 only the first function is searched                      here
// 13 one function for two columns fills only one              here, another-function-is-noticed
// 14 rows in several batches fail                             here
// 15 vectors of a wrong length are padded or cut              answers-are-checked
// 16 two providers, with few options                          embeddings/openai, onnx, huggingface, from-ai-sdk, from-langchain
// 17 only text can be embedded                                here, embeddings/huggingface
// 18 old versions of packages are pinned                      embeddings/dependencies
// 19 the registry is global                                   here
// 20 functions and options have no types                      types/embedding-functions-know-their-inputs
// 21 there are hardly any tests                               all of these
// 22 a failed write loses what was paid for                   every-text-is-paid-for-once

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
