// Of the weaknesses of the nearest peer: 9, moving to another model means writing the table anew, and its history is lost.

import { type EmbeddingFunction, embed, Registry, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { fakePace } from "../support/fake-pace";
import { hashEmbedding, hashVector } from "../support/hash-embedding";
import {
  notes,
  notesOf,
  openNotes,
  paidEmbedding,
  paidVector,
  refusal,
  texts,
  vectorsOf,
} from "../support/paid-embedding";

/** A function whose vectors have other dimensions than those of `paidEmbedding`. */
const other = (more: Parameters<typeof paidEmbedding>[0] = {}) =>
  paidEmbedding({
    name: "other",
    dimensions: 3,
    ...more,
    before: async (call) => (await more.before?.(call)) ?? call.inputs.map(otherVector),
  });

const otherVector = (body: string): Float32Array => Float32Array.of(...paidVector(body), 7);

describe("reembed", () => {
  test("gives every row the vectors of another function, in one commit that changes no row", async () => {
    const { db, t } = await openNotes(paidEmbedding());
    await t.insert(notes([...texts(10), null, ""]));
    const t2 = await t.reembed("vec", other(), { message: "a better model", properties: { ticket: 7 } });
    expect(await vectorsOf(t2)).toEqual([...texts(10).map(otherVector), null, null]);
    const [commit] = await t2.history({ limit: 1 });
    expect(commit).toMatchObject({ version: 2, operation: "reembed", message: "a better model" });
    expect(commit).toMatchObject({ inserted: 0, updated: 0, deleted: 0, properties: { ticket: 7 } });
    expect(await t2.diff(1, 2)).toEqual({ added: [], removed: [], changed: [] });
    expect((await t2.stats()).missingVectors).toEqual({ vec: 0 });
    expect(await t2.verify()).toMatchObject({ ok: true });
    await expect(db.table(notesOf(other()))).resolves.toBeDefined();
  });

  test("lets the past be searched with the new function, also for rows that are gone", async () => {
    const { t } = await openNotes(paidEmbedding());
    await t.insert(notes(["first", "second"]));
    await t.upsert([{ id: "000000", body: "changed" }]);
    await t.delete({ where: { id: "000001" } });
    await t.tag("gone", 3);
    const t2 = await t.reembed("vec", other());
    const [hit] = await t2.asOf(1).search("second", { limit: 1, select: ["body", "vec"] });
    expect(hit).toMatchObject({ body: "second", vec: otherVector("second") });
    expect(await t2.asOf({ tag: "gone" }).find({ select: ["body", "vec"] })).toEqual([
      { body: "changed", vec: otherVector("changed") },
    ]);
    await t2.restore(1);
    expect(await vectorsOf(t2)).toEqual(["first", "second"].map(otherVector));
  });

  test("goes on with rows that are written meanwhile", async () => {
    let more = 3;
    const { t } = await openNotes(paidEmbedding());
    await t.insert(notes(texts(8)));
    const busy = other({
      before: async () => {
        if (more === 0) return;
        more -= 1;
        const number = more;
        await t.upsert([{ id: `new ${number}`, body: `meanwhile ${number}` }]);
        await t.delete({ where: { id: `00000${number}` } });
        await t.optimize();
      },
    });
    const t2 = await t.reembed("vec", busy);
    const rows = await t2.find({ select: ["body", "vec"] });
    expect(rows).toHaveLength(8);
    for (const { body, vec } of rows) expect(vec).toEqual(otherVector(body ?? ""));
    expect((await t2.history({ limit: 1 }))[0]).toMatchObject({ operation: "reembed", version: 8 });
  });

  test("ends although others never stop writing, and no row is left without a vector", async () => {
    const { t } = await openNotes(paidEmbedding());
    await t.insert(notes(texts(3)));
    let number = 0;
    const write = async () => {
      number += 1;
      await t.insert([{ id: `new ${number}`, body: `meanwhile ${number}` }]).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "CONFLICT" });
      });
    };
    const t2 = await t.reembed("vec", other({ before: write }));
    expect(number).toBeGreaterThan(3);
    const rows = await t2.find({ select: ["body", "vec"] });
    expect(rows.length).toBeGreaterThan(4);
    for (const { body, vec } of rows) expect(vec).toEqual(otherVector(body ?? ""));
    const history = await t2.history({ limit: 100 });
    expect(history.filter(({ operation }) => operation === "reembed")).toHaveLength(1);
    expect(await t2.verify()).toMatchObject({ ok: true });
  });

  test("tells handles that were opened before, and never mixes their vectors with the new ones", async () => {
    const { t } = await openNotes(paidEmbedding());
    await t.insert(notes(["a", "b"]));
    const snapshot = t.asOf(1);
    await snapshot.version();
    const t2 = await t.reembed("vec", paidEmbedding({ name: "same size" }));
    const told = { code: "CONFLICT", hint: expect.stringMatching(/[Oo]pen the table again/) as string };
    await expect(t.search("a")).rejects.toMatchObject(told);
    await expect(snapshot.search("a")).rejects.toMatchObject(told);
    await expect(t.insert([{ id: "c", body: "c" }])).rejects.toMatchObject(told);
    await expect(t.update({ where: { id: "000000" }, set: { body: "c" } })).rejects.toMatchObject(told);
    expect(await t.count()).toBe(2);
    expect(await t.get("000000")).toEqual({ id: "000000", body: "a" });
    await t2.insert([{ id: "c", body: "c" }]);
    expect(await t2.search("c")).toHaveLength(3);
  });

  test("works on a table that was opened by its name, and is kept", async () => {
    const folder = temporaryFolder();
    const { db, t } = await openNotes(paidEmbedding(), { folder });
    await t.insert(notes(["a", "b"]));
    await db.close();
    const registry = new Registry().register("paid", () => paidEmbedding());
    const named = await diskDatabase(folder, { registry, pace: fakePace() });
    const t2 = await (await named.openTable("notes")).reembed("vec", other() as EmbeddingFunction<never>);
    await t2.insert([{ id: "c", body: "c" }]);
    await named.close();
    const again = await openNotes(other(), { folder });
    expect(await vectorsOf(again.t)).toEqual(["a", "b", "c"].map(otherVector));
  });

  test("pays for a text once, and nothing again after a failure", async () => {
    const { t } = await openNotes(paidEmbedding());
    await t.insert(notes([...texts(8), ...texts(8)]));
    let down = true;
    const fn = other({
      maxConcurrency: 1,
      before: ({ number }) => {
        if (down && number === 1) throw refusal(401);
      },
    });
    await expect(t.reembed("vec", fn)).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect((await t.history({ limit: 1 }))[0]).toMatchObject({ operation: "insert" });
    expect(await t.search("text 1")).toHaveLength(10);
    down = false;
    await t.reembed("vec", fn);
    expect(fn.calls.flatMap(({ inputs }) => inputs)).toHaveLength(8 + 4);
  });

  test("is ended by a signal, and changes nothing then", async () => {
    const controller = new AbortController();
    const { t } = await openNotes(paidEmbedding());
    await t.insert(notes(texts(8)));
    const fn = other({ before: () => controller.abort() });
    const ended = t.reembed("vec", fn, { signal: controller.signal });
    await expect(ended).rejects.toMatchObject({ code: "ABORTED" });
    expect(await t.version()).toBe(1);
    expect(await vectorsOf(t)).toEqual(texts(8).map(paidVector));
  });

  test("says how far it is", async () => {
    const { t } = await openNotes(paidEmbedding());
    await t.insert(notes(texts(8)));
    const seen: string[] = [];
    await t.reembed("vec", other(), {
      onProgress: ({ stage, done, total }) => seen.push(`${stage} ${done}/${total}`),
    });
    expect(seen.at(-1)).toBe("write 8/8");
    expect(seen).toContain("embed 4/8");
  });

  test("leaves the other columns alone, and may be repeated and go from one local function to another", async () => {
    const db = await memoryDatabase();
    const two = table("two", { id: text().primaryKey(), title: text(), body: text() }, (c) => ({
      a: embed(builtin(), c.title),
      b: embed(hashEmbedding(), [c.title, c.body], {
        template: "{title} {body}",
        element: "f16",
        metric: "l2",
      }),
    }));
    const t = await db.table(two);
    await t.insert([{ id: "1", title: "refunds", body: "are paid" }]);
    const before = await t.get("1", { select: ["a"] });
    const t2 = await t.reembed("b", hashEmbedding({ dimensions: 8 }));
    const t3 = await t2.reembed("b", hashEmbedding({ dimensions: 4 }));
    expect(await t3.get("1", { select: ["a"] })).toEqual(before);
    const row = await t3.get("1", { select: ["b"] });
    const expected = hashVector("refunds are paid", 4) ?? [];
    for (const [at, element] of [...expected].entries()) expect(row?.b?.[at]).toBeCloseTo(element, 2);
    const t4 = await t3.reembed("b", builtin());
    expect(await t4.search("money back", { column: "b" })).toHaveLength(1);
    expect((await t4.explain("money", { column: "b" })).function).toBe("builtin");
  });

  test("works on an empty table", async () => {
    const { t } = await openNotes(paidEmbedding());
    const t2 = await t.reembed("vec", other());
    await t2.insert(notes(["a"]));
    expect(await vectorsOf(t2)).toEqual([otherVector("a")]);
  });

  test("forgets vectors that rows brought themselves", async () => {
    const { t } = await openNotes(paidEmbedding());
    await t.insert(
      [
        { id: "1", body: "a", vec: [1, 2] },
        { id: "2", body: null, vec: [3, 4] },
      ],
      { vectors: true },
    );
    const t2 = await t.reembed("vec", other());
    expect(await vectorsOf(t2)).toEqual([otherVector("a"), null]);
  });

  test("refuses columns that are not derived, and what is no function", async () => {
    const { t } = await openNotes(paidEmbedding());
    await expect(t.untyped.reembed("body", other() as never)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(t.untyped.reembed("nothing", other() as never)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(t.untyped.reembed("vec", {} as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
