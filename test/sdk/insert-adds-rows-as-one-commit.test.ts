import { connect, int, table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { type docs, hash, openDocs, threeDocs } from "../support/docs";
import { hashVector } from "../support/hash-embedding";

describe("insert", () => {
  test("adds rows and says what it did", async () => {
    const t = await openDocs();
    const before = Date.now();
    const result = await t.insert(threeDocs, { message: "first" });
    expect(result).toMatchObject({ version: 1, inserted: 3, updated: 0, deleted: 0 });
    expect(result.committedAt?.getTime()).toBeGreaterThanOrEqual(before);
    expect(await t.count()).toBe(3);
    expect(await t.get("1")).toEqual({
      id: "1",
      title: "Refunds",
      body: threeDocs[0]?.body,
      lang: "en",
      views: 10,
      at: null,
    });
    expect(await t.get("3")).toEqual({ id: "3", title: "Empty", body: null, lang: null, views: 0, at: null });
  });

  test("of a key that is there already is refused as a whole", async () => {
    const t = await openDocs(threeDocs);
    await expect(
      t.insert([
        { id: "4", title: "x" },
        { id: "2", title: "x" },
      ]),
    ).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
    expect(await t.count()).toBe(3);
    expect(await t.version()).toBe(1);
  });

  test("of one key twice is refused", async () => {
    const t = await openDocs();
    await expect(
      t.insert([
        { id: "1", title: "x" },
        { id: "1", title: "y" },
      ]),
    ).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
  });

  test("of nothing makes no version", async () => {
    const t = await openDocs(threeDocs);
    const result = await t.insert([]);
    expect(result).toMatchObject({ version: 1, inserted: 0 });
    expect(result.committedAt).toBeInstanceOf(Date);
    expect((await t.history()).length).toBe(1);
    const empty = await openDocs();
    expect(await empty.insert([])).toEqual({
      version: 0,
      committedAt: null,
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: 0,
      deferred: 0,
    });
  });

  test("takes any iterable", async () => {
    const t = await openDocs();
    await t.insert(new Set(threeDocs));
    async function* more(): AsyncGenerator<typeof docs.$insert> {
      for (let i = 0; i < 10; i++) yield await Promise.resolve({ id: `more-${i}`, title: "x" });
    }
    expect(await t.insert(more())).toMatchObject({ version: 2, inserted: 10 });
  });

  test("of what is no iterable is an error", async () => {
    const t = await openDocs();
    for (const rows of [null, 3, "rows", Promise.resolve([])]) {
      await expect(t.insert(rows as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

describe("large inserts", () => {
  const wide = table("wide", { id: int().primaryKey(), body: text(), vec: vector(64) });

  function* rows(count: number): Generator<typeof wide.$insert> {
    for (let id = 0; id < count; id++)
      yield { id, body: `row ${id} `.repeat(20), vec: new Float32Array(64).fill(id) };
  }

  test("are one commit, however they come", async () => {
    const t = await (await memoryDatabase()).table(wide);
    const progress: number[] = [];
    const first = await t.insert([...rows(25_000)], { onProgress: ({ done }) => progress.push(done) });
    expect(first).toMatchObject({ version: 1, inserted: 25_000 });
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.at(-1)).toBe(25_000);
    const second = await t.upsert(rows(26_000));
    expect(second).toMatchObject({ version: 2, inserted: 1000, unchanged: 25_000 });
    expect(await t.count()).toBe(26_000);
    expect(await t.get(25_999, { select: ["body", "vec"] })).toEqual({
      body: "row 25999 ".repeat(20),
      vec: new Float32Array(64).fill(25_999),
    });
  });

  test("leave nothing behind when a late row does not fit", async () => {
    const t = await (await memoryDatabase()).table(wide);
    function* bad(): Generator<typeof wide.$insert> {
      yield* rows(20_000);
      yield { id: 20_000, body: "x", vec: new Float32Array(3) };
    }
    await expect(t.insert(bad())).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 20_000, column: "vec" },
    });
    expect(await t.count()).toBe(0);
    expect(await t.version()).toBe(0);
  });

  test("end when their source fails", async () => {
    const t = await (await memoryDatabase()).table(wide);
    function* failing(): Generator<typeof wide.$insert> {
      yield* rows(20_000);
      throw new Error("the network is gone");
    }
    await expect(t.insert(failing())).rejects.toThrow("the network is gone");
    expect(await t.count()).toBe(0);
  });

  test("end with their signal", async () => {
    const t = await (await memoryDatabase()).table(wide);
    const controller = new AbortController();
    const writing = t.insert(rows(50_000), {
      signal: controller.signal,
      onProgress: () => controller.abort("enough"),
    });
    await expect(writing).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(await t.count()).toBe(0);
  });
});

describe("derived vectors", () => {
  test("are computed once for each text, in batches", async () => {
    const t = await openDocs();
    const bodies = ["a", "b", "a", "c", "d", "e", "a", null, "  "];
    const stages: unknown[] = [];
    await t.insert(
      bodies.map((body, id) => ({ id: String(id), title: "x", body })),
      { onProgress: (progress) => stages.push(progress) },
    );
    expect(hash.calls).toEqual([
      { inputs: ["a", "b", "c", "d"], kind: "document" },
      { inputs: ["e"], kind: "document" },
    ]);
    const rows = await t.find({ select: ["vec"] });
    expect(rows.map((row) => row.vec)).toEqual(
      bodies.map((body) => (body?.trim() ? hashVector(body) : null)),
    );
    expect(stages).toEqual([
      { stage: "embed", column: "vec", done: 4, total: 5, cacheHits: 0, requests: 2, tokens: 5 },
      { stage: "embed", column: "vec", done: 5, total: 5, cacheHits: 0, requests: 2, tokens: 5 },
      { stage: "write", done: 9, total: 9 },
    ]);
  });

  test("that rows bring are kept where that is asked for, and refused elsewhere", async () => {
    const t = await openDocs();
    const own = new Float32Array(16).fill(0.25);
    const rows = [
      { id: "1", title: "x", body: "text", vec: own },
      { id: "2", title: "x", body: "text" },
      { id: "3", title: "x", body: "text", vec: null },
    ];
    await expect(t.insert(rows as never)).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 0, column: "vec" },
    });
    await t.insert(rows, { vectors: true });
    expect((await t.find({ select: ["vec"] })).map((row) => row.vec)).toEqual([
      own,
      hashVector("text"),
      null,
    ]);
    expect(hash.calls).toEqual([{ inputs: ["text"], kind: "document" }]);
  });

  test("are not computed for rows that do not fit anyway", async () => {
    const t = await openDocs();
    await expect(t.insert([{ id: "1", title: "x", body: "text", views: 1.5 }])).rejects.toMatchObject({
      code: "INVALID_ROW",
    });
    expect(hash.calls).toEqual([]);
  });
});

test("a path, an URL or memory is a database, anything else is not", async () => {
  await expect(connect("")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(connect(undefined as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});
