// A page brings its text as one string, and a string of V8 ends at 512 MiB: what could not come back is refused when it is written.

import { bytes, int, json, list, struct, type Table, table, text } from "varve";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const MIB = 1 << 20;
let t: Table;

beforeEach(async () => {
  const wide = table("t", {
    id: int().primaryKey(),
    a: text().nullable(),
    b: text().nullable(),
    data: json<unknown>().nullable(),
    items: list(text()).nullable(),
    part: struct({ raw: bytes() }).nullable(),
  });
  t = (await (await memoryDatabase()).table(wide)).untyped;
});

const large = "x".repeat(401 * MIB);

describe("a row with more text than a page holds", () => {
  test.each([
    ["a text", "a", { a: large }],
    ["JSON", "data", { data: { deep: [large] } }],
    ["a list", "items", { items: [large.slice(0, 201 * MIB), large.slice(0, 201 * MIB)] }],
  ])("in %s is refused, with row, column and sizes", async (_name, column, cells) => {
    const writing = t.insert([{ id: 1 }, { id: 2, ...cells }]);
    await expect(writing).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { table: "t", row: 1, column },
    });
    await expect(writing).rejects.toThrow(/40\d\.\d MiB.*400\.0 MiB/);
    expect(await t.version()).toBe(0);
  });

  test("in all its columns together is refused", async () => {
    const half = large.slice(0, 201 * MIB);
    await expect(t.insert([{ id: 1, a: half, b: half }])).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 0 },
    });
  });
});

test("a list of texts that grow in JSON is measured as it will be read", async () => {
  await expect(t.insert([{ id: 1, items: ["\0".repeat(70 * MIB)] }])).rejects.toMatchObject({
    code: "INVALID_ROW",
    where: { row: 0, column: "items" },
  });
});

test("half a surrogate pair is refused in JSON, in keys as in values", async () => {
  for (const data of [{ "a\ud800": 1 }, { deep: [{ "\udc00": 1 }] }, { a: "\ud800" }]) {
    await expect(t.insert([{ id: 1, data }])).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 0 },
    });
  }
});
