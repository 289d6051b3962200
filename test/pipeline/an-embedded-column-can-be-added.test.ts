// A table that has rows gets an embedded column: every row that any version shows is embedded, while readers and writers go on.

import { embed, type Progress, table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { fakePace } from "../support/fake-pace";
import { hashEmbedding, hashVector } from "../support/hash-embedding";
import { notes, notesOf, paidEmbedding, paidVector, refusal, texts } from "../support/paid-embedding";

const plain = table("notes", { id: text().primaryKey(), body: text().nullable() });

async function open(count = 10) {
  const db = await memoryDatabase({ pace: fakePace() });
  const t = await db.table(plain);
  await t.insert(notes(texts(count)));
  return { db, t };
}

describe("an embedded column", () => {
  test("is added with the vectors of all rows, and fills itself from then on", async () => {
    const { db, t } = await open();
    const fn = paidEmbedding();
    const seen: Progress[] = [];
    const onProgress = (progress: Progress) => void seen.push(progress);
    const t2 = await t.addColumn("vec", (c) => embed(fn, c.body), { onProgress, message: "vectors" });
    expect((await t2.find({ select: ["vec"], orderBy: "id" })).map((row) => row.vec)).toEqual(
      texts(10).map(paidVector),
    );
    expect(seen.at(-1)).toMatchObject({ stage: "write", column: "vec", done: 10, total: 10 });
    expect((await t2.history({ limit: 1 }))[0]).toMatchObject({ operation: "addColumn", message: "vectors" });
    await t2.insert([{ id: "new", body: "new text" }]);
    expect((await t2.search("new texts", { limit: 1 }))[0]?.id).toBe("new");
    await (await db.table(notesOf(fn))).update({ where: { id: "new" }, set: { body: "other" } });
    expect(await t2.get("new", { select: ["vec"] })).toEqual({ vec: paidVector("other") });
    expect([...fn.paid.values()].every((times) => times === 1)).toBe(true);
    expect((await t2.stats()).missingVectors).toEqual({ vec: 0 });
    expect(await t2.verify()).toMatchObject({ ok: true });
  });

  test("is given as the declaration has it, to a table opened by its name", async () => {
    const { db } = await open(3);
    const fn = hashEmbedding();
    const wanted = notesOf(fn);
    const t = await (await db.openTable("notes")).addColumn("vec", wanted.derived.vec);
    expect((await t.search("text 1", { limit: 1 }))[0]).toMatchObject({ body: "text 1" });
    await t.insert([{ id: "x", body: "something else" }]);
    expect((await (await db.table(wanted)).search("something else", { limit: 1 }))[0]?.id).toBe("x");
    const named = await (await db.openTable("notes")).addColumn("other", embed(fn, { name: "body" }));
    expect(await named.get("x", { select: ["other"] })).toEqual({ other: hashVector("something else") });
  });

  test("is there in the past as well, also for rows that are gone", async () => {
    const { t } = await open(2);
    await t.upsert([{ id: "000000", body: "changed" }]);
    await t.delete({ where: { id: "000001" } });
    const fn = hashEmbedding();
    const t2 = await t.addColumn("vec", (c) => embed(fn, c.body));
    expect((await t2.asOf(1).search("text 1", { limit: 1, select: ["body", "vec"] }))[0]).toMatchObject({
      body: "text 1",
      vec: hashVector("text 1"),
    });
    const [hit] = await t2.search("text 1", { during: { from: 1, to: 4 }, limit: 1 });
    expect(hit).toMatchObject({ body: "text 1", _from: { version: 1 }, _to: { version: 3 } });
    await t2.restore(1);
    expect(await t2.count({ where: (c) => c.vec.isNotNull() })).toBe(2);
  });

  test("is not there in versions that lack what it is computed from", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("notes", { id: text().primaryKey() }));
    await t.insert([{ id: "1" }]);
    const t2 = await t.addColumn("body", text().default("same"));
    const fn = hashEmbedding();
    const t3 = await t2.addColumn("vec", (c) => embed(fn, c.body));
    expect(await t3.get("1", { select: ["vec"] })).toEqual({ vec: hashVector("same") });
    await expect(t3.asOf(1).find({ select: ["vec"] })).rejects.toBeDefined();
    expect(await t3.asOf(2).find({ select: ["vec"] })).toEqual([{ vec: hashVector("same") }]);
  });

  test("goes on with rows that are written meanwhile, and with readers", async () => {
    const { t } = await open(8);
    let more = 3;
    const fn = paidEmbedding({
      before: async () => {
        if (more === 0) return;
        more -= 1;
        const number = more;
        await t.upsert([{ id: `new ${number}`, body: `meanwhile ${number}` }]);
        await t.delete({ where: { id: `00000${number}` } });
        expect(await t.count()).toBeGreaterThan(7);
        await t.optimize();
      },
    });
    const t2 = await t.addColumn("vec", (c) => embed(fn, c.body));
    const rows = await t2.find({ select: ["body", "vec"] });
    expect(rows).toHaveLength(8);
    for (const { body, vec } of rows) expect(vec).toEqual(paidVector(body ?? ""));
  });

  test("that fails or is ended changes nothing, and is not paid twice", async () => {
    const { t } = await open(12);
    let fails = true;
    const fn = paidEmbedding({
      before: ({ number }) => {
        if (fails && number === 2) throw refusal(401);
      },
    });
    await expect(t.addColumn("vec", (c) => embed(fn, c.body))).rejects.toMatchObject({
      code: "EMBEDDING_FAILED",
    });
    expect(await t.version()).toBe(1);
    fails = false;
    const controller = new AbortController();
    controller.abort();
    const ended = t.addColumn("vec", (c) => embed(fn, c.body), { signal: controller.signal });
    await expect(ended).rejects.toMatchObject({ code: "ABORTED" });
    await t.addColumn("vec", (c) => embed(fn, c.body));
    expect([...fn.paid.values()].every((times) => times === 1)).toBe(true);
    expect(fn.paid.size).toBe(12);
  });

  test("that cannot be is refused before anything is embedded", async () => {
    const { t } = await open(1);
    const fn = paidEmbedding();
    const code = { code: "INVALID_SCHEMA" };
    await expect(t.addColumn("vec", embed(fn, { name: "nope" }))).rejects.toMatchObject(code);
    await expect(t.addColumn("vec", (c) => embed(fn, (c as never)["nope"]))).rejects.toMatchObject(code);
    await expect(t.addColumn("body", (c) => embed(fn, c.body))).rejects.toMatchObject({
      code: "COLUMN_EXISTS",
    });
    await expect(t.addColumn("_v", (c) => embed(fn, c.body))).rejects.toMatchObject({ code: "INVALID_NAME" });
    expect(fn.calls).toEqual([]);
  });

  test("is told of by a declaration that has it, and the table opens", async () => {
    const { db } = await open(2);
    const fn = hashEmbedding();
    const t = await db.table(notesOf(fn));
    await t.insert([{ id: "x", body: "something" }]);
    const told = { code: "SCHEMA_MISMATCH", hint: expect.stringContaining('addColumn("vec"') as string };
    await expect(t.search("something")).rejects.toMatchObject(told);
    await expect(t.find({ select: ["vec"] })).rejects.toMatchObject(told);
    await expect(t.search([1, 2, 3], { column: "vec" })).rejects.toMatchObject(told);
    const t2 = await t.addColumn("vec", (c) => embed(fn, c.body));
    expect((await t2.search("something", { limit: 1 }))[0]?.id).toBe("x");
  });
});

describe("a plain vector column becomes an embedded one", () => {
  const given = table("notes", { id: text().primaryKey(), body: text(), vec: vector(16) });

  test("when somebody vouches for it, and no vector is made anew", async () => {
    const db = await memoryDatabase();
    const fn = hashEmbedding();
    const t = await db.table(given);
    await t.insert([{ id: "1", body: "refunds", vec: hashVector("refunds") ?? [] }]);
    const t2 = await t.alterColumn("vec", (c) => embed(fn, c.body), { vouch: true });
    expect(fn.calls).toEqual([]);
    expect((await t2.search("refunds", { limit: 1 }))[0]?.id).toBe("1");
    expect((await t2.asOf(1).search("refunds", { limit: 1 }))[0]?.id).toBe("1");
    await t2.insert([{ id: "2", body: "shipping" }]);
    expect(await t2.get("2", { select: ["vec"] })).toEqual({ vec: hashVector("shipping") });
    const declared = table("notes", { id: text().primaryKey(), body: text() }, (c) => ({
      vec: embed(fn, c.body),
    }));
    await expect(db.table(declared)).resolves.toBeDefined();
    await (await t2.reembed("vec", hashEmbedding({ name: "other" }))).search("refunds");
  });

  test("of the same dimensions, metric and elements only", async () => {
    const db = await memoryDatabase();
    const t = await db.table(given);
    const fn = hashEmbedding();
    const refused = { code: "INVALID_ARGUMENT" };
    await expect(t.alterColumn("vec", (c) => embed(fn, c.body), {})).rejects.toMatchObject(refused);
    const short = hashEmbedding({ dimensions: 8 });
    await expect(t.alterColumn("vec", (c) => embed(short, c.body), { vouch: true })).rejects.toMatchObject(
      refused,
    );
    await expect(
      t.alterColumn("vec", (c) => embed(fn, c.body, { metric: "l2" }), { vouch: true }),
    ).rejects.toMatchObject(refused);
    await expect(t.alterColumn("body", (c) => embed(fn, c.body), { vouch: true })).rejects.toBeDefined();
  });

  test("and a plain one again", async () => {
    const db = await memoryDatabase();
    const fn = hashEmbedding();
    const t = await db.table(notesOf(fn));
    await t.insert([{ id: "1", body: "refunds" }]);
    const t2 = await t.alterColumn("vec", vector(16).nullable());
    await t2.insert([{ id: "2", body: "x", vec: hashVector("y") ?? [] }]);
    expect(await t2.get("2", { select: ["vec"] })).toEqual({ vec: hashVector("y") });
    expect(await t2.get("1", { select: ["vec"] })).toEqual({ vec: hashVector("refunds") });
  });
});
