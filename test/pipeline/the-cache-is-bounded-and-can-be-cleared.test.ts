import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";
import {
  notes,
  notesOf,
  openNotes,
  paidEmbedding,
  paidVector,
  texts,
  vectorsOf,
} from "../support/paid-embedding";

describe("in memory", () => {
  test("it keeps the vectors that were used last; of one write those that came first", async () => {
    const fn = paidEmbedding({ maxBatch: 100 });
    const { db, t } = await openNotes(fn, { embeddingCache: { maxBytes: 136 * 10 } });
    await t.insert(notes(texts(10)));
    await t.upsert(notes(["text 0", "new"]));
    const { entries, bytes, maxBytes } = await db.embeddingCache.stats();
    expect({ entries, bytes, maxBytes }).toEqual({ entries: 10, bytes: 1360, maxBytes: 1360 });
    await t.upsert(notes(["text 0", "text 8", "text 9"]));
    expect(fn.calls.slice(1).map((call) => call.inputs)).toEqual([["new"], ["text 9"]]);
    await t.upsert(notes(texts(10, "other")));
    await t.upsert(notes(["text 0", "other 9"]));
    expect(fn.calls.at(-1)?.inputs).toEqual(["text 0"]);
  });

  test("it can be cleared, and says how it does", async () => {
    const fn = paidEmbedding();
    const { db, t } = await openNotes(fn);
    await t.insert(notes(["a"]));
    await t.insert([{ id: "again", body: "a" }]);
    expect(await db.embeddingCache.stats()).toMatchObject({ entries: 1, hits: 1, misses: 1, diskBytes: 0 });
    await db.embeddingCache.clear();
    expect(await db.embeddingCache.stats()).toMatchObject({ entries: 0, bytes: 0 });
    await t.insert([{ id: "once more", body: "a" }]);
    expect(fn.calls).toHaveLength(2);
  });

  test("it can be left out", async () => {
    const fn = paidEmbedding();
    const folder = temporaryFolder();
    const { db, t } = await openNotes(fn, { folder, embeddingCache: false });
    await t.insert(notes(["a"]));
    await t.insert([{ id: "again", body: "a" }]);
    expect(fn.calls).toHaveLength(2);
    expect(await db.embeddingCache.stats()).toMatchObject({ entries: 0, maxBytes: 0 });
    expect(existsSync(join(folder, "_embeddings"))).toBe(false);
  });

  test("its size must be a size", async () => {
    const open = openNotes(paidEmbedding(), { embeddingCache: { maxBytes: -1 } });
    await expect(open).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("on disk", () => {
  /** Writes rows in a database of its own, which is closed again. */
  async function writeNotes(folder: string, bodies: readonly string[], maxBytes?: number): Promise<string[]> {
    const fn = paidEmbedding({ maxBatch: 100 });
    const { db, t } = await openNotes(fn, { folder, embeddingCache: { maxBytes } });
    // Rows that are there already would not be embedded.
    await t.delete({ all: true });
    await t.insert(notes(bodies));
    expect(await vectorsOf(t)).toEqual(bodies.map(paidVector));
    await db.close();
    return fn.calls.flatMap((call) => call.inputs);
  }
  const fileOf = (folder: string): string => join(folder, "_embeddings", "newer.vectors");

  test("it is there when the database is opened again", async () => {
    const folder = temporaryFolder();
    expect(await writeNotes(folder, ["a", "b"])).toEqual(["a", "b"]);
    expect(await writeNotes(folder, ["a", "c"])).toEqual(["c"]);
    expect(await writeNotes(folder, ["c", "b"])).toEqual([]);
  });

  test("it does not grow beyond its bound", async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < 20; round += 1) {
      await writeNotes(folder, texts(10, `round ${round}`), 4000);
      const sizes = readdirSync(join(folder, "_embeddings")).map(
        (name) => statSync(join(folder, "_embeddings", name)).size,
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(4000);
    }
    expect(await writeNotes(folder, texts(10, "round 19"), 4000)).toEqual([]);
  });

  test("a torn end is passed over, and what is added after it is found", async () => {
    const folder = temporaryFolder();
    await writeNotes(folder, ["a", "b"]);
    truncateSync(fileOf(folder), statSync(fileOf(folder)).size - 7);
    expect(await writeNotes(folder, ["a", "b"])).toEqual(["b"]);
    expect(await writeNotes(folder, ["a", "b"])).toEqual([]);
  });

  test("what is damaged is not believed", async () => {
    const folder = temporaryFolder();
    await writeNotes(folder, ["a", "b"]);
    const bytes = readFileSync(fileOf(folder));
    bytes.writeUInt8(bytes.readUInt8(45) ^ 1, 45);
    writeFileSync(fileOf(folder), bytes);
    appendFileSync(fileOf(folder), "VEC1 and then something else");
    expect(await writeNotes(folder, ["a", "b"])).toEqual(["a"]);
  });

  test("it can be cleared", async () => {
    const folder = temporaryFolder();
    await writeNotes(folder, ["a"]);
    const { db } = await openNotes(paidEmbedding(), { folder });
    expect((await db.embeddingCache.stats()).diskBytes).toBeGreaterThan(0);
    await db.embeddingCache.clear();
    expect(existsSync(join(folder, "_embeddings"))).toBe(false);
    expect(await db.tables()).toEqual(["notes"]);
    await db.close();
    expect(await writeNotes(folder, ["a"])).toEqual(["a"]);
  });

  test("a disk that refuses is no reason to fail", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "_embeddings"), "a file where the folder should be");
    expect(await writeNotes(folder, ["a"])).toEqual(["a"]);
  });
});

test("another config, or another revision, is another key", async () => {
  const folder = temporaryFolder();
  const db = await diskDatabase(folder);
  const calls: number[] = [];
  const options = [{}, { config: { a: 1, b: 2 } }, { config: { b: 2, a: 1 } }, { revision: "2" }, {}];
  for (const [index, different] of options.entries()) {
    const fn = paidEmbedding(different);
    const t = await db.table(notesOf(fn, `notes${index}`));
    await t.insert(notes(["a"]));
    calls.push(fn.calls.length);
  }
  expect(calls).toEqual([1, 1, 0, 1, 0]);
});
