import { int, type Table, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { openNotes, paidEmbedding } from "../support/paid-embedding";

const docs = table("docs", { id: int().primaryKey(), title: text() });

async function open(): Promise<Table<typeof docs>> {
  return await (await memoryDatabase()).table(docs);
}

const rows = [
  { id: 1, title: "a" },
  { id: 2, title: "b" },
  { id: 1, title: "c" },
  { id: 1, title: "d" },
];

type Rows = Parameters<Table<typeof docs>["insert"]>[0];
type Choice = Pick<NonNullable<Parameters<Table<typeof docs>["insert"]>[1]>, "onDuplicate">;

const inserts = (t: Table<typeof docs>, given: Rows, options?: Choice) => t.insert(given, options);
const upserts = (t: Table<typeof docs>, given: Rows, options?: Choice) => t.upsert(given, options);

describe.each([
  ["insert", inserts],
  ["upsert", upserts],
] as const)("%s", (_name, write) => {
  test("refuses a key twice, and says what to do", async () => {
    const t = await open();
    const refusal = { code: "DUPLICATE_KEY", where: { row: 2, column: "id" } };
    await expect(write(t, rows)).rejects.toMatchObject(refusal);
    await expect(write(t, rows, { onDuplicate: "error" })).rejects.toMatchObject(refusal);
    const error = await write(t, rows).catch((error: Error & { hint?: string }) => error);
    expect((error as { hint?: string }).hint).toContain("onDuplicate");
    expect((error as { hint?: string }).hint).not.toContain("upsert");
  });

  test("takes the first of them, or the last", async () => {
    const t = await open();
    expect(await write(t, rows, { onDuplicate: "first" })).toMatchObject({ inserted: 2, updated: 0 });
    expect(await t.find({ orderBy: "id" })).toEqual([
      { id: 1, title: "a" },
      { id: 2, title: "b" },
    ]);
    const other = await open();
    await write(other, rows, { onDuplicate: "last" });
    expect(await other.find()).toEqual([
      { id: 2, title: "b" },
      { id: 1, title: "d" },
    ]);
  });

  test("does so across a stream", async () => {
    function* stream(): Generator<{ id: number; title: string }> {
      for (let n = 0; n < 60_000; n++) yield { id: n % 25_000, title: `${"x".repeat(600)} ${n}` };
    }
    for (const [onDuplicate, number] of [
      ["first", 7],
      ["last", 50_007],
    ] as const) {
      const t = await open();
      expect(await write(t, stream(), { onDuplicate })).toMatchObject({ inserted: 25_000 });
      expect((await t.get(7))?.title.endsWith(` ${number}`)).toBe(true);
      expect(await t.count()).toBe(25_000);
    }
  });
});

test("rows that are left out are not embedded", async () => {
  const fn = paidEmbedding();
  const { t } = await openNotes(fn);
  const bodies = ["one", "two", "three"].map((body) => ({ id: "1", body }));
  await t.insert(bodies, { onDuplicate: "last" });
  expect(fn.calls.flatMap((call) => call.inputs)).toEqual(["three"]);
  expect((await t.get("1"))?.body).toBe("three");
});

test("a key that is in the table already is refused by insert all the same", async () => {
  const t = await open();
  await t.insert({ id: 1, title: "there" });
  await expect(t.insert(rows, { onDuplicate: "last" })).rejects.toMatchObject({
    code: "DUPLICATE_KEY",
    hint: expect.stringContaining("upsert()"),
  });
});

test("a table without a key has no duplicates to choose from", async () => {
  const free = table("free", { n: int() });
  const t = await (await memoryDatabase()).table(free);
  await expect(t.insert([{ n: 1 }], { onDuplicate: "last" })).rejects.toMatchObject({
    code: "NO_PRIMARY_KEY",
  });
});
