// Of the weaknesses of the nearest peer: 10, no fingerprint of the model; 11, a function that is not registered makes a table useless;
// 3, the model is made again with every call.

import { Registry } from "varve";
import { custom } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";
import { fakePace } from "../support/fake-pace";
import { notes, notesOf, openNotes, paidEmbedding } from "../support/paid-embedding";

/** A folder with a table that a function wrote. */
async function written(options: Parameters<typeof paidEmbedding>[0]): Promise<string> {
  const folder = temporaryFolder();
  const { db, t } = await openNotes(paidEmbedding(options), { folder });
  await t.insert(notes(["a"]));
  await db.close();
  return folder;
}

describe("a declaration with another function is refused at open (10)", () => {
  test.each([
    ["another revision", { revision: "1" }, { revision: "2" }],
    ["another config", { config: { model: "a" } }, { config: { model: "b" } }],
    ["another name", { name: "one" }, { name: "two" }],
    ["other dimensions", {}, { dimensions: 3 }],
  ])("%s", async (_name, stored, given) => {
    const folder = await written(stored);
    const opening = openNotes(paidEmbedding(given), { folder });
    await expect(opening).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      where: { table: "notes", column: "vec" },
    });
    await expect(openNotes(paidEmbedding(stored), { folder })).resolves.toBeDefined();
  });

  test("a revision counts also where the config does not hold it", async () => {
    const folder = temporaryFolder();
    const bare = (revision: string) => ({ ...paidEmbedding(), revision });
    const { db } = await openNotes(bare("1"), { folder });
    await db.close();
    await expect(openNotes(bare("1"), { folder })).resolves.toBeDefined();
    const opening = openNotes(bare("2"), { folder });
    await expect(opening).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      message: expect.stringContaining("revision 1") as string,
      hint: expect.stringContaining("function") as string,
    });
  });
});

describe("a table that is opened by its name", () => {
  test("does not use a function of another revision, but stays readable (10, 11)", async () => {
    const folder = await written({ revision: "1" });
    const registry = new Registry().register("paid", () => paidEmbedding({ revision: "2" }));
    const t = await (await diskDatabase(folder, { registry })).openTable("notes");
    await expect(t.search("a")).rejects.toMatchObject({
      code: "EMBEDDING_UNAVAILABLE",
      where: { column: "vec" },
    });
    expect(await t.search([1, 2])).toHaveLength(1);
    expect(await t.count()).toBe(1);
  });

  test("takes rows with vectors where nobody knows the function (11)", async () => {
    const folder = await written({});
    const t = await (await diskDatabase(folder, { registry: new Registry() })).openTable("notes");
    const row = { id: "b", body: "b", vec: Float32Array.of(1, 2) };
    expect(await t.insert([row], { vectors: true })).toMatchObject({ inserted: 1 });
    await expect(t.insert([{ id: "c", body: "c" }])).rejects.toMatchObject({ code: "EMBEDDING_UNAVAILABLE" });
    await t.insert([{ id: "c", body: "c" }], { onEmbedError: "defer" });
    expect((await t.stats()).missingVectors).toEqual({ vec: 1 });
  });

  test("has its function made once, for all handles and calls (3)", async () => {
    const folder = await written({});
    let made = 0;
    const registry = new Registry().register("paid", () => {
      made += 1;
      return paidEmbedding();
    });
    const db = await diskDatabase(folder, { registry, pace: fakePace() });
    for (const query of ["a", "b"]) {
      const t = await db.openTable("notes");
      await t.upsert([{ id: "b", body: query }]);
      await t.search(query);
      await t.search(query);
    }
    expect(made).toBe(1);
  });
});

test("one function may serve several columns and tables (13), and each text is paid for once", async () => {
  const fn = paidEmbedding();
  const { db, t } = await openNotes(fn);
  const { name, dimensions, maxBatch, embed } = fn;
  const other = notesOf(custom({ name, dimensions, maxBatch, embed }));
  await t.insert(notes(["a"]));
  expect(other.name).toBe("notes");
  await (await db.table(other)).upsert(notes(["a"]));
  expect(fn.calls).toHaveLength(1);
});
