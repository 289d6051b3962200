import { boolean, bytes, date, float, int, json, list, struct, table, text, timestamp, vector } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const everything = table("everything", {
  id: text().primaryKey(),
  word: text().nullable(),
  kind: text({ enum: ["a", "b"] }).nullable(),
  any: json().nullable(),
  whole: int().nullable(),
  large: int({ bigint: true }).nullable(),
  real: float().nullable(),
  short: float({ bits: 32 }).nullable(),
  yes: boolean().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  raw: bytes().nullable(),
  vec: vector(3).nullable(),
  half: vector(2, { element: "f16" }).nullable(),
  tags: list(text()).nullable(),
  holes: list(int().nullable()).nullable(),
  bigs: list(int({ bigint: true })).nullable(),
  meta: struct({
    author: text(),
    kind: text({ enum: ["x"] }),
    pages: int().nullable(),
    seen: list(date()),
    raw: bytes().nullable(),
    any: json().nullable(),
  }).nullable(),
  deep: list(struct({ at: timestamp(), ok: boolean().nullable(), in: struct({ n: float() }) })).nullable(),
});

const full: typeof everything.$insert = {
  id: "full",
  word: "Straße 👋 \u0000 \u2028",
  kind: "b",
  any: { a: [1, "x", null, { b: true }], "": 1.5, "k\u0000": "v" },
  whole: Number.MIN_SAFE_INTEGER,
  large: -(2n ** 63n),
  real: Number.MIN_VALUE,
  short: 0.5,
  yes: false,
  at: new Date(-1),
  day: "0001-01-01",
  raw: Uint8Array.of(0, 255, 128),
  vec: Float32Array.of(1, -2, 0.5),
  half: Float32Array.of(0.5, -65504),
  tags: ["x", "", "é👋"],
  holes: [1, null, 3],
  bigs: [2n ** 62n, 5n],
  meta: {
    author: "me",
    kind: "x",
    pages: null,
    seen: ["2026-01-01"],
    raw: Uint8Array.of(7),
    any: [{ x: 1 }],
  },
  deep: [
    { at: new Date(0), ok: null, in: { n: 0.1 } },
    { at: new Date(1), ok: false, in: { n: -1 } },
  ],
};

const all = Object.keys(everything.columns) as (keyof typeof everything.columns)[];
const empty = Object.fromEntries(all.map((name) => [name, name === "id" ? "empty" : null]));

const hollow: typeof everything.$insert = {
  id: "hollow",
  word: "",
  any: [],
  tags: [],
  holes: [],
  raw: new Uint8Array(),
  deep: [],
};

test.each(["one write", "three writes"])("every type, in %s", async (way) => {
  const t = await (await memoryDatabase()).table(everything);
  const rows = [full, { id: "empty" }, hollow];
  if (way === "one write") await t.insert(rows);
  else for (const row of rows) await t.insert([row]);
  expect(await t.get("full", { select: all })).toEqual(full);
  expect(await t.get("empty", { select: all })).toEqual(empty);
  expect(await t.get("hollow", { select: all })).toEqual({ ...empty, ...hollow });
  expect(await t.find({ select: all })).toEqual([full, empty, { ...empty, ...hollow }]);
});

test("every type, from disk and after tidying up", async () => {
  const folder = temporaryFolder();
  const t = await (await diskDatabase(folder)).table(everything);
  const many = Array.from({ length: 300 }, (_, i) => ({ ...full, id: `full ${i}` }));
  await t.insert(many);
  await t.insert([{ id: "empty" }]);
  await t.optimize();
  const again = await (await diskDatabase(folder)).table(everything);
  expect(await again.get("full 299", { select: all })).toEqual({ ...full, id: "full 299" });
  expect(await again.get("empty", { select: all })).toEqual(empty);
  expect((await again.verify()).ok).toBe(true);
});

test("rows without vectors are JSON", async () => {
  const t = await (await memoryDatabase()).table(everything);
  const { large: _large, bigs: _bigs, ...plain } = full;
  await t.insert([plain]);
  const [row] = await t.find();
  expect(row).not.toHaveProperty("vec");
  expect(JSON.parse(JSON.stringify(row))).toMatchObject({ id: "full", at: "1969-12-31T23:59:59.999Z" });
});

test("an integer that a number cannot hold is an error unless it is asked for as bigint", async () => {
  const db = await memoryDatabase();
  const t = await db.table(everything);
  await t.insert([full]);
  const untyped = await db.openTable("everything");
  await expect(untyped.find({ select: ["large"] })).rejects.toMatchObject({ code: "UNSAFE_INTEGER" });
  const asked = await db.openTable("everything", { bigints: ["large"] });
  expect(await asked.find({ select: ["large"] })).toEqual([{ large: -(2n ** 63n) }]);
  await expect(asked.find({ select: ["bigs"] })).rejects.toMatchObject({ code: "UNSAFE_INTEGER" });
  const inLists = await db.openTable("everything", { bigints: ["bigs", "holes"] });
  expect(await inLists.find({ select: ["bigs", "holes"] })).toEqual([
    { bigs: [2n ** 62n, 5n], holes: [1n, null, 3n] },
  ]);
});

test("a filter compares every type", async () => {
  const t = await (await memoryDatabase()).table(everything);
  await t.insert([full, { id: "empty" }]);
  const found = async (where: Parameters<typeof t.count>[0]): Promise<number> => await t.count(where);
  expect(await found({ where: (c) => c.word.like("Straße%") })).toBe(1);
  expect(await found({ where: (c) => c.whole.lt(0) })).toBe(1);
  expect(await found({ where: (c) => c.large.eq(-(2n ** 63n)) })).toBe(1);
  expect(await found({ where: (c) => c.real.gt(0) })).toBe(1);
  expect(await found({ where: (c) => c.short.eq(0.5) })).toBe(1);
  expect(await found({ where: (c) => c.yes.eq(false) })).toBe(1);
  expect(await found({ where: (c) => c.at.lt(new Date(0)) })).toBe(1);
  expect(await found({ where: (c) => c.day.eq("0001-01-01") })).toBe(1);
  expect(await found({ where: (c) => c.raw.eq(Uint8Array.of(0, 255, 128)) })).toBe(1);
  expect(await found({ where: (c) => c.tags.containsAll(["x", ""]) })).toBe(1);
  expect(await found({ where: (c) => c.bigs.contains(2n ** 62n) })).toBe(1);
  expect(await found({ where: (c) => c.meta.author.eq("me").and(c.meta.pages.isNull()) })).toBe(1);
  expect(await found({ where: (c) => c.any.path("").eq(1.5) })).toBe(1);
  expect(await found({ where: (c) => c.vec.isNull() })).toBe(1);
});
