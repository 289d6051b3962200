import {
  boolean,
  bytes,
  date,
  float,
  int,
  json,
  list,
  struct,
  type Table,
  table,
  text,
  timestamp,
} from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const narrow = table("x", { id: int().primaryKey(), name: text().nullable() });

async function open(): Promise<Table<typeof narrow>> {
  const t = await (await memoryDatabase()).table(narrow);
  await t.insert([{ id: 1 }]);
  return t;
}

const columns = [
  ["int", int().default(5), 5],
  ["bigint", int({ bigint: true }).default(2n ** 62n), 2n ** 62n],
  ["bytes", bytes().default(Uint8Array.of(1, 255)), Uint8Array.of(1, 255)],
  ["text in JSON", json().default("x"), "x"],
  ["text", text().default("x"), "x"],
  ["enum", text({ enum: ["a", "b"] }).default("b"), "b"],
  ["float", float({ bits: 32 }).default(0.5), 0.5],
  ["boolean", boolean().default(true), true],
  ["timestamp", timestamp().default(new Date(9)), new Date(9)],
  ["date", date().default("2026-01-02"), "2026-01-02"],
  ["list", list(text()).default(["a"]), ["a"]],
  ["struct", struct({ a: int() }).default({ a: 1 }), { a: 1 }],
  ["json", json().default([1, { a: 2 }]), [1, { a: 2 }]],
  ["nullable", text().nullable(), null],
  ["nullable with a default", int().nullable().default(3), 3],
] as const;

describe("a handle from before a column came", () => {
  test.each(columns)("writes rows that show its default: %s", async (_name, column, shown) => {
    const old = await open();
    const wider = (await old.addColumn("more", column as never)) as unknown as Table;
    await old.insert([{ id: 2 }]);
    await old.upsert([{ id: 3, name: "x" }]);
    await old.upsert(
      (function* () {
        for (let id = 10; id < 12_000; id++) yield { id, name: "y" };
      })(),
    );
    const rows = await wider.find({ where: { id: { $in: [1, 2, 3, 11_999] } }, select: ["id", "more"] });
    expect(rows.map((row) => row["more"])).toEqual([shown, shown, shown, shown]);
  });

  test("updates rows, and keeps the column", async () => {
    const old = await open();
    const wider = await old.addColumn("rank", int().default(5));
    await wider.update({ where: { id: 1 }, set: { rank: 8 } });
    await old.update({ where: { id: 1 }, set: { name: "x" } });
    expect(await wider.get(1)).toEqual({ id: 1, name: "x", rank: 8 });
  });
});

test("a declaration may leave out a column with a constant default", async () => {
  const db = await memoryDatabase();
  await (await db.table(narrow)).addColumn("rank", int().default(5));
  const t = await db.table(narrow);
  await t.insert([{ id: 2 }]);
  expect(await (await db.openTable("x")).get(2)).toMatchObject({ rank: 5 });
});

describe("a handle from before a column went", () => {
  test("goes on writing as long as no row has a value for it", async () => {
    const old = await open();
    const after = await old.dropColumn("name");
    await old.insert([{ id: 2 }]);
    await old.upsert([{ id: 1 }]);
    expect(await after.count()).toBe(2);
  });

  test("is told which column it is, and what to do", async () => {
    const old = await open();
    await old.dropColumn("name");
    const refusal = {
      code: "CONFLICT",
      where: { column: "name" },
      hint: expect.stringContaining("Open the table again"),
    };
    await expect(old.insert([{ id: 2, name: "x" }])).rejects.toMatchObject(refusal);
    await expect(old.upsert([{ id: 1, name: "x" }])).rejects.toMatchObject(refusal);
    await expect(old.update({ where: { id: 1 }, set: { name: "x" } })).rejects.toMatchObject(refusal);
  });

  test("is told so too where the column was made anew", async () => {
    const old = await open();
    await (await old.dropColumn("name")).addColumn("name", text().nullable());
    await expect(old.insert([{ id: 2, name: "x" }])).rejects.toMatchObject({ code: "CONFLICT" });
  });
});
