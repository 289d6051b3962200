import { int, json, list, not, sql, struct, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const things = table("things", {
  id: int().primaryKey(),
  lang: text().nullable(),
  tags: list(text()).nullable(),
  data: json<{ tags?: string[] }>().nullable(),
  info: struct({ in: text().nullable() }).nullable(),
});

async function open() {
  const t = await (await memoryDatabase()).table(things);
  await t.insert([
    { id: 1, lang: "en", tags: ["a"], data: { tags: ["a"] }, info: { in: "x" } },
    { id: 2, lang: null, tags: null, data: null },
    { id: 3, lang: "de", tags: [], data: { tags: [] } },
  ]);
  return t;
}

test("no row is among no values, and every row is not among them, as in SQL", async () => {
  const t = await open();
  for (const where of [
    { lang: { $in: [] } },
    { tags: { $in: [] } },
    { "data.tags": { $in: [] } },
    sql`lang IN ${[]}`,
  ]) {
    expect(await t.count({ where })).toBe(0);
  }
  expect(await t.count({ where: (c) => c.lang.in([]) })).toBe(0);
  expect(await t.count({ where: (c) => c.tags.containsAny([]) })).toBe(0);
  for (const where of [{ lang: { $nin: [] } }, { tags: { $nin: [] } }, sql`lang NOT IN ${[]}`]) {
    expect(await t.count({ where })).toBe(3);
  }
  expect(await t.count({ where: (c) => c.lang.notIn([]) })).toBe(3);
  expect(await t.count({ where: (c) => not(c.lang.in([])) })).toBe(3);
});

test("nothing holds all of no values, as in Mongo", async () => {
  const t = await open();
  for (const where of [{ tags: { $all: [] } }, { "data.tags": { $all: [] } }]) {
    expect(await t.count({ where: where as never })).toBe(0);
  }
  expect(await t.count({ where: { tags: { $not: { $all: [] } } } })).toBe(3);
});

test("a list of keys to keep that is empty by accident deletes nothing", async () => {
  const t = await open();
  const refused = { code: "INVALID_ARGUMENT", hint: expect.stringContaining("{ all: true }") };
  await expect(t.delete({ where: { id: { $nin: [] } } })).rejects.toMatchObject(refused);
  await expect(t.delete({ where: (c) => c.id.notIn([]) })).rejects.toMatchObject(refused);
  expect(await t.delete({ where: { id: { $in: [] } } })).toMatchObject({ deleted: 0 });
  expect(await t.count()).toBe(3);
});

test("an unknown column is an error beside an empty list, too", async () => {
  const t = (await open()).untyped;
  await expect(t.count({ where: { langs: { $in: [] } } })).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
  });
});

test("a part that is named like a method is found by field, and the message says so", async () => {
  const t = (await open()).untyped;
  const wrong = t.count({ where: (c) => (c["info"] as never as { in: { isNull(): never } }).in.isNull() });
  await expect(wrong).rejects.toMatchObject({
    code: "INVALID_FILTER",
    hint: expect.stringContaining('field("in")'),
  });
  expect(
    await t.count({ where: (c) => (c["info"] as NonNullable<(typeof c)[string]>).field("in").eq("x") }),
  ).toBe(1);
});
