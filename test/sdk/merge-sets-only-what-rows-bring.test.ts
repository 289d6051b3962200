import { embed, int, type Table, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { paidEmbedding, paidVector } from "../support/paid-embedding";

let made = 0;
const users = table("users", {
  id: text().primaryKey(),
  name: text(),
  mail: text().nullable(),
  rank: int().default(3),
  token: int().default(() => ++made),
});

async function open(): Promise<Table<typeof users>> {
  const t = await (await memoryDatabase()).table(users);
  await t.insert([
    { id: "a", name: "Ada", mail: "a@x", rank: 1, token: 100 },
    { id: "b", name: "Bob", mail: "b@x", rank: 2, token: 200 },
  ]);
  return t;
}

describe("merge", () => {
  test("sets of each row what that row brings", async () => {
    const t = await open();
    const result = await t.upsert(
      [
        { id: "a", name: "Ada L." },
        { id: "b", mail: null, rank: undefined },
      ],
      { merge: true },
    );
    expect(result).toMatchObject({ version: 2, updated: 2, inserted: 0 });
    expect(await t.find({ orderBy: "id" })).toEqual([
      { id: "a", name: "Ada L.", mail: "a@x", rank: 1, token: 100 },
      { id: "b", name: "Bob", mail: null, rank: 2, token: 200 },
    ]);
  });

  test("gives new rows defaults, constant and made", async () => {
    const t = await open();
    await t.upsert({ id: "c", name: "Cy" }, { merge: true });
    const row = await t.get("c");
    expect(row).toEqual({ id: "c", name: "Cy", mail: null, rank: 3, token: made });
  });

  test("says which column a new row lacks", async () => {
    const t = await open();
    const rows = [
      { id: "a", rank: 9 },
      { id: "new", rank: 9 },
    ];
    await expect(t.upsert(rows, { merge: true })).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 1, column: "name" },
    });
    expect(await t.get("a")).toMatchObject({ rank: 1 });
  });

  test("refuses null where a column cannot be null, and a row without its key", async () => {
    const t = await open();
    const bad = [{ id: "a", name: null as unknown as string }];
    await expect(t.upsert(bad, { merge: true })).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 0, column: "name" },
    });
    await expect(t.untyped.upsert([{ name: "x" }], { merge: true })).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 0, column: "id" },
    });
  });

  test("keeps what others wrote to other columns meanwhile", async () => {
    const t = await open();
    const names = Array.from({ length: 40 }, (_, n) => t.upsert({ id: "a", name: `n${n}` }, { merge: true }));
    const mails = Array.from({ length: 40 }, (_, n) => t.upsert({ id: "a", mail: `m${n}` }, { merge: true }));
    await Promise.all([...names, ...mails]);
    // Calls that run at once have no order among each other, but none undoes another.
    const row = await t.get("a");
    expect(row).toMatchObject({ rank: 1, token: 100 });
    expect([row?.name[0], row?.mail?.[0]]).toEqual(["n", "m"]);
    expect(await t.version()).toBe(81);
  });

  test("of many rows from a stream is one commit", async () => {
    const t = await open();
    await t.upsert(Array.from({ length: 25_000 }, (_, n) => ({ id: `k${n}`, name: `n${n}`, mail: "m" })));
    function* rows(): Generator<{ id: string; rank: number }> {
      for (let n = 0; n < 25_000; n++) yield { id: `k${n}`, rank: n };
    }
    expect(await t.upsert(rows(), { merge: true })).toMatchObject({
      version: 3,
      updated: 24_999,
      unchanged: 1,
    });
    expect(await t.get("k24999")).toMatchObject({ name: "n24999", mail: "m", rank: 24_999 });
  });
});

describe("vectors of merged rows", () => {
  const fn = paidEmbedding();
  const docs = table(
    "docs",
    { id: int().primaryKey(), title: text().nullable(), body: text().nullable(), n: int().nullable() },
    (c) => ({ vec: embed(fn, [c.title, c.body]) }),
  );

  test("are computed where a source changed, with the sources that the row does not bring", async () => {
    const t = await (await memoryDatabase()).table(docs);
    await t.insert([
      { id: 1, title: "a", body: "b" },
      { id: 2, title: "c", body: "d" },
    ]);
    const before = fn.calls.length;
    await t.upsert(
      [
        { id: 1, n: 5 },
        { id: 2, body: "D" },
        { id: 3, title: "e" },
      ],
      { merge: true },
    );
    const asked = fn.calls.slice(before).flatMap((call) => call.inputs);
    expect(asked.sort()).toEqual(["c\n\nD", "e"]);
    expect(await t.find({ select: ["id", "n", "vec"], orderBy: "id" })).toEqual([
      { id: 1, n: 5, vec: paidVector("a\n\nb") },
      { id: 2, n: null, vec: paidVector("c\n\nD") },
      { id: 3, n: null, vec: paidVector("e") },
    ]);
  });

  test("are those of what the row is, whatever others change meanwhile", async () => {
    const t = await (await memoryDatabase()).table(docs);
    await t.insert([{ id: 1, title: "t", body: "b" }]);
    const titles = Array.from({ length: 15 }, (_, n) => t.upsert({ id: 1, title: `t${n}` }, { merge: true }));
    const bodies = Array.from({ length: 15 }, (_, n) => t.upsert({ id: 1, body: `b${n}` }, { merge: true }));
    await Promise.all([...titles, ...bodies]);
    const row = await t.get(1, { select: ["title", "body", "vec"] });
    expect(row?.vec).toEqual(paidVector(`${row?.title}\n\n${row?.body}`));
  });
});
