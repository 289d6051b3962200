// Two writers that read the same row and write it back would lose one of the changes: the engine finds the rows when it commits.

import { embed, int, type Table, table, text, type UntypedTable } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { fakePace } from "../support/fake-pace";
import { hashEmbedding, hashVector } from "../support/hash-embedding";

const counters = table("counters", { id: text().primaryKey(), n: int(), m: int() });

test("updates of one row from several handles are all made", async () => {
  const folder = temporaryFolder();
  const first = await (await diskDatabase(folder)).table(counters);
  await first.insert([{ id: "a", n: 0, m: 0 }]);
  const others = await Promise.all([1, 2, 3].map(async () => (await diskDatabase(folder)).table(counters)));
  const writes = others.map((t, i) => t.update({ where: { id: "a" }, set: { n: i } }));
  await Promise.all([...writes, first.update({ where: { id: "a" }, set: { m: 9 } })]);
  expect(await first.version()).toBe(5);
  const commits = await first.history();
  expect(commits.filter((commit) => commit.operation === "update")).toHaveLength(4);
  expect(await first.get("a")).toMatchObject({ m: 9 });
});

test("two handles on one folder see each other's writes", async () => {
  const folder = temporaryFolder();
  const one = await (await diskDatabase(folder)).table(counters);
  const two = await (await diskDatabase(folder)).table(counters);
  await one.insert([{ id: "a", n: 1, m: 1 }]);
  expect(await two.count()).toBe(1);
  await two.insert([{ id: "b", n: 2, m: 2 }]);
  expect(await one.find({ select: ["id"] })).toEqual([{ id: "a" }, { id: "b" }]);
});

describe("an update whose row is changed while it embeds", () => {
  /** A table whose function changes the row behind the caller's back, the first `times` times that it is called. */
  async function contested(times: number): Promise<{ t: Table<UntypedTable>; calls: () => number }> {
    let calls = 0;
    let meddle: () => Promise<unknown> = () => Promise.resolve();
    const fn = {
      ...hashEmbedding({ name: "meddling" }),
      embed: async (inputs: readonly string[]): Promise<(Float32Array | null)[]> => {
        calls += 1;
        if (calls <= times) await meddle();
        return inputs.map((input) => hashVector(input));
      },
    };
    const notes = table("notes", { id: text().primaryKey(), title: text(), body: text(), n: int() }, (c) => ({
      vec: embed(fn, [c.title, c.body]),
    }));
    const options = { embeddingCache: false, pace: fakePace(0.5) } as const;
    const t = await (await memoryDatabase(options)).table(notes);
    const vec = new Float32Array(16).fill(0.25);
    await t.insert([{ id: "a", title: "t", body: "old", n: 0, vec }], { vectors: true });
    meddle = () =>
      t.update({ where: { id: "a" }, set: { title: `t${calls}`, n: calls, vec }, vectors: true });
    return { t: t.untyped, calls: () => calls };
  }

  test("embeds again what is new, on top of the other change", async () => {
    const { t, calls } = await contested(2);
    expect(await t.update({ where: { id: "a" }, set: { body: "new" } })).toMatchObject({ updated: 1 });
    expect(await t.get("a")).toEqual({ id: "a", title: "t2", body: "new", n: 2 });
    expect((await t.get("a", { select: ["vec"] }))?.["vec"]).toEqual(hashVector("t2 new"));
    expect(calls()).toBe(3);
  });

  test("says how often and for how long it tried, when that does not end", async () => {
    const { t } = await contested(Number.POSITIVE_INFINITY);
    await expect(t.update({ where: { id: "a" }, set: { body: "new" } })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/each of the \d+ times .* in 3\d\.\d s/),
    });
    expect(await t.get("a")).toMatchObject({ body: "old" });
  });

  test("does not care about changes that have nothing to do with it", async () => {
    const { t, calls } = await contested(0);
    const writes = Array.from({ length: 20 }, (_, n) => t.update({ where: { id: "a" }, set: { n } }));
    await Promise.all([t.update({ where: { id: "a" }, set: { body: "new" } }), ...writes]);
    expect(await t.get("a")).toMatchObject({ title: "t", body: "new" });
    expect(await t.version()).toBe(22);
    expect(calls()).toBe(1);
  });
});

describe("a hundred updates at once", () => {
  test("of one row through one handle are all made", async () => {
    const t = await (await memoryDatabase()).table(counters);
    await t.insert(Array.from({ length: 300 }, (_, n) => ({ id: `${n}`, n: 0, m: 0 })));
    const of = (where: { id: string } | undefined) =>
      Array.from({ length: 100 }, (_, n) =>
        t.update(where === undefined ? { all: true, set: { n } } : { where, set: { n } }),
      );
    await Promise.all(of({ id: "1" }));
    await Promise.all(of(undefined));
    expect(await t.version()).toBe(201);
  });

  test("of one row through several databases are all made", async () => {
    const folder = temporaryFolder();
    const databases = await Promise.all([1, 2, 3, 4].map(() => diskDatabase(folder)));
    const handles: Table<typeof counters>[] = [];
    for (const db of databases) handles.push(await db.table(counters));
    await handles[0]?.insert({ id: "a", n: 0, m: 0 });
    const once = (_: unknown, n: number) =>
      handles[n % 4]?.update({ where: { id: "a" }, set: (c) => ({ n: c.n.plus(1) }) });
    await Promise.all(Array.from({ length: 100 }, once));
    expect(await handles[1]?.get("a")).toEqual({ id: "a", n: 100, m: 0 });
  });
});

test("an update changes what began to match before it was committed", async () => {
  const folder = temporaryFolder();
  const one = await (await diskDatabase(folder)).table(counters);
  const two = await (await diskDatabase(folder)).table(counters);
  await one.insert(Array.from({ length: 5_000 }, (_, n) => ({ id: `${n}`, n: n % 2, m: 0 })));
  for (let round = 1; round <= 20; round++) {
    const update = one.update({ where: (c) => c.n.eq(1), set: { m: round } });
    const inserted = await two.insert({ id: `new ${round}`, n: 1, m: 0 });
    const { version } = await update;
    const row = await one.get(`new ${round}`);
    if (version > inserted.version) expect(row?.m).toBe(round);
    else expect(row?.m).toBe(0);
  }
});
