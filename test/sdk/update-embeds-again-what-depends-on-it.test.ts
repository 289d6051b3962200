import { embed, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hash, openDocs, threeDocs } from "../support/docs";
import { hashEmbedding, hashVector } from "../support/hash-embedding";

test("update sets columns of the rows that match, and leaves the others alone", async () => {
  const t = await openDocs(threeDocs);
  const result = await t.update({
    where: (c) => c.lang.isNotNull(),
    set: { views: 7, lang: null, title: undefined },
  });
  expect(result).toMatchObject({ version: 2, inserted: 0, updated: 2, deleted: 0 });
  const rows = await t.find({ orderBy: "id", select: ["id", "title", "views", "lang"] });
  expect(rows).toEqual([
    { id: "1", title: "Refunds", views: 7, lang: null },
    { id: "2", title: "Versand", views: 7, lang: null },
    { id: "3", title: "Empty", views: 0, lang: null },
  ]);
  expect(hash.calls).toEqual([]);
});

test("an update of a source embeds it again", async () => {
  const t = await openDocs(threeDocs);
  await t.update({ where: { id: { $in: ["1", "2"] } }, set: { body: "something else" } });
  expect(hash.calls).toEqual([{ inputs: ["something else"], kind: "document" }]);
  expect((await t.get("1", { select: ["vec"] }))?.vec).toEqual(hashVector("something else"));
  await t.update({ where: { id: "1" }, set: { body: null } });
  expect((await t.get("1", { select: ["vec"] }))?.vec).toBeNull();
  expect((await t.asOf(1).get("1", { select: ["vec"] }))?.vec).toEqual(hashVector(threeDocs[0]?.body ?? ""));
});

test("an update of one of several sources embeds the row with the others as they are", async () => {
  const fn = hashEmbedding();
  const pages = table("pages", { id: text().primaryKey(), title: text(), body: text().nullable() }, (c) => ({
    vec: embed(fn, [c.title, c.body], { template: "{title}: {body}" }),
    plain: embed(fn, [c.title, c.body]),
  }));
  const t = await (await memoryDatabase()).table(pages);
  await t.insert([
    { id: "1", title: "a", body: "x" },
    { id: "2", title: "b" },
  ]);
  expect(fn.calls.map((call) => call.inputs)).toEqual([
    ["a: x", "b: "],
    ["a\n\nx", "b"],
  ]);
  fn.calls.length = 0;
  await t.update({ all: true, set: { title: "new" } });
  expect(fn.calls.map((call) => call.inputs)).toEqual([
    ["new: x", "new: "],
    ["new\n\nx", "new"],
  ]);
});

test("an update may bring a vector", async () => {
  const t = await openDocs(threeDocs);
  const own = new Float32Array(16).fill(0.25);
  await t.update({ where: { id: "1" }, set: { body: "other", vec: own }, vectors: true });
  expect((await t.get("1", { select: ["vec"] }))?.vec).toEqual(own);
  expect(hash.calls).toEqual([]);
});

test("an update of nothing makes no version", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.update({ where: { id: "9" }, set: { title: "x" } })).toMatchObject({
    version: 1,
    updated: 0,
  });
});

test("an update that does not fit is refused, also where no row matches", async () => {
  const t = await openDocs(threeDocs);
  const where = { id: "9" };
  const set = (values: object): Promise<unknown> => t.update({ where, set: values as never });
  await expect(set({ views: "3" })).rejects.toMatchObject({
    code: "INVALID_ROW",
    where: { column: "views" },
  });
  await expect(set({ title: null })).rejects.toMatchObject({
    code: "INVALID_ROW",
    where: { column: "title" },
  });
  await expect(set({ titel: "x" })).rejects.toMatchObject({
    code: "INVALID_ROW",
    where: { column: "titel" },
  });
  await expect(set({ id: "1" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT", where: { column: "id" } });
  await expect(set({ vec: null })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    where: { column: "vec" },
  });
  await expect(set({})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(t.update({ set: { title: "x" } } as never)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  await expect(t.update({ where: { titel: "x" }, set: { title: "x" } } as never)).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
  });
});
