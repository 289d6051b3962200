// Two writers that read the same row and write it back would lose one of the changes; the engine refuses the second, and the SDK repeats it.

import { embed, int, type Table, table, text, type UntypedTable } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
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
    const notes = table("notes", { id: text().primaryKey(), body: text(), n: int() }, (c) => ({
      vec: embed(fn, c.body),
    }));
    // Without a cache, so that the function is called with every attempt.
    const t = await (await memoryDatabase({ embeddingCache: false })).table(notes);
    await t.insert([{ id: "a", body: "old", n: 0, vec: new Float32Array(16).fill(0.25) }], { vectors: true });
    meddle = () => t.update({ where: { id: "a" }, set: { n: calls } });
    return { t: t.untyped, calls: () => calls };
  }

  test("is done again, on top of the other change", async () => {
    const { t, calls } = await contested(2);
    expect(await t.update({ where: { id: "a" }, set: { body: "new" } })).toMatchObject({ updated: 1 });
    expect(await t.get("a")).toEqual({ id: "a", body: "new", n: 2 });
    expect(calls()).toBe(3);
  });

  test("gives up after five times", async () => {
    const { t, calls } = await contested(99);
    await expect(t.update({ where: { id: "a" }, set: { body: "new" } })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(await t.get("a")).toEqual({ id: "a", body: "old", n: 5 });
    expect(calls()).toBe(5);
  });
});
