// `contains` means one thing in every way of writing a filter that has it: a list has the item, a text has the part. Nothing in a part is a pattern.

import { json, list, not, table, text, type Where } from "varve";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";

const notes = table("notes", {
  id: text().primaryKey(),
  title: text().nullable(),
  lang: text({ enum: ["en", "de"] }).nullable(),
  tags: list(text()).nullable(),
  data: json<unknown>().nullable(),
});

type NotesWhere = Where<typeof notes>;

async function open() {
  const t = await (await memoryDatabase()).table(notes);
  await t.insert([
    { id: "a", title: "abc", lang: "en", tags: ["b", "x"], data: { v: "abc" } },
    { id: "b", title: "a%c", lang: "de", tags: ["abc"], data: { v: ["b", "x"] } },
    { id: "c", title: "", lang: null, tags: [], data: { v: ["abc"] } },
    { id: "d", data: { v: 5 } },
    { id: "e", title: "a\\_", data: { v: { b: 1 } } },
    { id: "f" },
  ]);
  return async (where: NotesWhere) =>
    (await t.find({ where }))
      .map(({ id }) => id)
      .toSorted()
      .join("");
}

describe("contains", () => {
  it.each<[string, string, NotesWhere, NotesWhere]>([
    ["a text, its part", "a", (c) => c.title.contains("bc"), { title: { $contains: "bc" } }],
    ["a text, a sign of patterns", "b", (c) => c.title.contains("%"), { title: { $contains: "%" } }],
    ["a text, a backslash", "e", (c) => c.title.contains("\\_"), { title: { $contains: "\\_" } }],
    ["a text, nothing", "abce", (c) => c.title.contains(""), { title: { $contains: "" } }],
    ["a list, its item and no part of one", "a", (c) => c.tags.contains("b"), { tags: { $contains: "b" } }],
    ["in JSON, both", "ab", (c) => c.data.path("v").contains("b"), { "data.v": { $contains: "b" } }],
    ["in JSON, a number is no part", "", (c) => c.data.path("v").contains(5), { "data.v": { $contains: 5 } }],
  ])("of %s", async (_, expected, builder, mongo) => {
    const found = await open();
    expect(await found(builder)).toBe(expected);
    expect(await found(mongo)).toBe(expected);
  });

  it("has an opposite: of a text and a list that do not, and as in Mongo also where there is nothing", async () => {
    const found = await open();
    expect(await found((c) => not(c.data.path("v").contains("b")))).toBe("c");
    expect(await found((c) => not(c.title.contains("b")))).toBe("bce");
    expect(await found({ "data.v": { $not: { $contains: "b" } } })).toBe("cdef");
    expect(await found({ title: { $not: { $contains: "b" } } })).toBe("bcdef");
  });

  it("asks an enum like any text", async () => {
    const found = await open();
    expect(await found((c) => c.lang.contains("e"))).toBe("ab");
  });

  it("refuses a part that is no text", async () => {
    const found = await open();
    const wrong = { title: { $contains: 5 } } as unknown as NotesWhere;
    await expect(found(wrong)).rejects.toMatchObject({ code: "INVALID_FILTER" });
  });
});
