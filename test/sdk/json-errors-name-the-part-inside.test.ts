// What a column of JSON cannot hold is named with the way to it, not only with its column.

import { json, table, text, VarveError } from "varve";
import { expect, it } from "vitest";
import { memoryDatabase } from "../support/database";

class Metadata {}

it.each<[string, unknown, string]>([
  ["an instance of a class", { pdf: { metadata: new Metadata() } }, "data.pdf.metadata"],
  ["a number that JSON lacks", { pages: [{ n: 1 }, { n: Number.NaN }] }, "data.pages[1].n"],
  ["nothing in a list", { tags: ["a", undefined] }, "data.tags[1]"],
  ["half a character", { ключ: "\ud800" }, "data.ключ"],
  ["a key that is no name", { "a b": { '"': 1n } }, 'data["a b"]["\\""]'],
  ["the whole", new Map(), "data"],
])("%s", async (_, data, place) => {
  const t = await (await memoryDatabase()).table(
    table("t", { id: text().primaryKey(), data: json<unknown>() }),
  );
  const rows = [
    { id: "0", data: 1 },
    { id: "1", data },
  ];
  const error: unknown = await t.insert(rows).catch((caught: unknown) => caught);
  expect(VarveError.is(error) && error.code).toBe("INVALID_ROW");
  expect((error as VarveError).message).toContain(`Row 1, ${JSON.stringify(place)}: `);
  expect((error as VarveError).where).toEqual({ table: "t", row: 1, column: "data" });
});

it("the properties of a commit too", async () => {
  const t = await (await memoryDatabase()).table(table("t", { id: text().primaryKey() }));
  const properties = { crawl: { at: Number.NaN } };
  await expect(t.insert([{ id: "1" }], { properties })).rejects.toThrow("properties.crawl.at");
});
