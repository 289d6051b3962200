import { embed, int, type Table, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { paidEmbedding } from "../support/paid-embedding";

const fn = paidEmbedding();
const plain = table("t", { id: int().primaryKey(), body: text(), n: int().nullable() });
const embedded = table("t", { id: int().primaryKey(), body: text(), n: int().nullable() }, (c) => ({
  vec: embed(fn, c.body),
}));

type Write = (t: Table<typeof plain>, ifVersion: number) => Promise<unknown>;

const writes: readonly [string, Write][] = [
  ["insert", (t, ifVersion) => t.insert([{ id: 9, body: "x" }], { ifVersion })],
  ["insert of nothing", (t, ifVersion) => t.insert([], { ifVersion })],
  ["upsert", (t, ifVersion) => t.upsert([{ id: 1, body: "x" }], { ifVersion })],
  ["upsert of what is there", (t, ifVersion) => t.upsert([{ id: 1, body: "one" }], { ifVersion })],
  ["merge", (t, ifVersion) => t.upsert([{ id: 1, n: 1 }], { merge: true, ifVersion })],
  ["upsert of a stream", (t, ifVersion) => t.upsert(many(), { ifVersion })],
  ["update", (t, ifVersion) => t.update({ where: { id: 1 }, set: { body: "x" }, ifVersion })],
  ["update of nothing", (t, ifVersion) => t.update({ where: { id: 77 }, set: { body: "x" }, ifVersion })],
  ["delete", (t, ifVersion) => t.delete({ where: { id: 1 }, ifVersion })],
  ["delete of nothing", (t, ifVersion) => t.delete({ where: { id: 77 }, ifVersion })],
  ["purge", (t, ifVersion) => t.purge({ where: { id: 1 }, ifVersion })],
  ["purge of nothing", (t, ifVersion) => t.purge({ keys: [77], ifVersion })],
  ["restore", (t, ifVersion) => t.restore(1, { ifVersion })],
  ["addColumn", (t, ifVersion) => t.addColumn("more", text().nullable(), { ifVersion })],
  ["dropColumn", (t, ifVersion) => t.dropColumn("n", { ifVersion })],
];

function* many(): Generator<{ id: number; body: string }> {
  for (let id = 0; id < 11_000; id++) yield { id, body: `b${id}` };
}

describe.each([
  ["without embedding", plain],
  ["with embedding", embedded],
])("a table %s:", (_kind, definition) => {
  async function open(): Promise<Table<typeof plain>> {
    const t = await (await memoryDatabase({ embeddingCache: false })).table(definition);
    await t.insert([{ id: 1, body: "one" }]);
    await t.insert([{ id: 2, body: "two" }]);
    return t as unknown as Table<typeof plain>;
  }

  test.each(writes)("%s is refused where another version is the newest", async (_name, write) => {
    const t = await open();
    const paid = fn.calls.length;
    for (const version of [0, 1, 3]) {
      await expect(write(t, version)).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringMatching(new RegExp(`version ${version}\\b.* 2\\b`)),
      });
    }
    expect(await t.version()).toBe(2);
    expect(fn.calls.length).toBe(paid);
  });

  test.each(writes)("%s is done where it is the newest", async (_name, write) => {
    const t = await open();
    await write(t, 2);
  });

  test("of writes that demand one version, one is done", async () => {
    const t = await open();
    const all = Array.from({ length: 20 }, (_, n) => t.upsert({ id: 1, body: "one", n }, { ifVersion: 2 }));
    const done = (await Promise.allSettled(all)).filter(({ status }) => status === "fulfilled");
    expect(done).toHaveLength(1);
    expect(await t.version()).toBe(3);
  });
});

test("what is no version is refused", async () => {
  const t = await (await memoryDatabase()).table(plain);
  for (const ifVersion of [-1, 1.5, Number.NaN, "1"]) {
    await expect(t.insert([], { ifVersion: ifVersion as number })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  }
});

test("reembed and backfill demand a version too", async () => {
  const t = await (await memoryDatabase()).table(embedded);
  await t.insert([{ id: 1, body: "one" }]);
  const other = paidEmbedding({ name: "other" });
  await expect(t.reembed("vec", other, { ifVersion: 7 })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(other.calls).toHaveLength(0);
  await t.update({ where: { id: 1 }, set: { vec: null }, vectors: true });
  await expect(t.backfill({ ifVersion: 1 })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await t.backfill({ ifVersion: 2 })).toEqual({ filled: 1, missing: 0 });
});
