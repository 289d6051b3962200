import { embed, int, type SearchOptions, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const docs = table(
  "docs",
  { id: int().primaryKey(), title: text({ search: true }), body: text().nullable(), lang: text() },
  (c) => ({ vec: embed(builtin(), c.body) }),
);

const LONG = `👋 Réfunds are paid. ${"Other words stand here. ".repeat(20)}A refund within 30 days, they say.`;

async function filled() {
  const t = await (await memoryDatabase()).table(docs);
  await t.insert([
    { id: 1, title: "Refund", body: LONG, lang: "en" },
    { id: 2, title: "", body: "Parcels leave on Mondays.", lang: "en" },
    { id: 3, title: "About a refund", body: null, lang: "en" },
  ]);
  return t;
}

test("hits of words, and of words and vectors, show parts of a text", async () => {
  const t = await filled();
  const asked = { highlight: { column: "body", size: 40 }, select: ["id", "body"] } as const;
  for (const options of [{ mode: "text", ...asked } as const, { mode: "hybrid", ...asked } as const, asked]) {
    const hits = await t.search('refunds "30 days"', options as typeof asked & { mode: "hybrid" });
    const hit = hits.find(({ id }) => id === 1);
    const parts = hit?._highlights ?? [];
    expect(parts).toHaveLength(2);
    for (const { text: part, start, end, marks } of parts) {
      expect(LONG.slice(start, end)).toBe(part);
      expect(end - start).toBeLessThanOrEqual(40);
      for (const mark of marks) expect(mark.start >= start && mark.end <= end).toBe(true);
    }
    const marked = parts.flatMap(({ marks }) => marks.map(({ start, end }) => LONG.slice(start, end)));
    expect(marked).toEqual(["Réfunds", "refund", "30 days"]);
    expect(hits.find(({ id }) => id === 2)?._highlights ?? []).toEqual([]);
  }
});

test("a column by its name, in pages and groups, and of any version", async () => {
  const t = await filled();
  const version = await t.version();
  const more = { groupBy: "lang", facets: ["lang"], confidence: true } as const;
  const options = { mode: "hybrid", highlight: "body", ...more } as const;
  const hits = await t.search("refund", options);
  expect(hits.confidence).toMatch(/^(strong|weak|none)$/);
  expect(hits[0]?._highlights?.[0]?.marks).toHaveLength(1);
  expect(hits.facets?.["lang"]).toEqual([{ value: "en", count: 3 }]);
  await t.update({ where: { id: 1 }, set: { body: "Nothing of it any more." } });
  expect(await t.asOf(version).search("refund", options)).toEqual(hits);
  const [null3] = await t.search("refund", { mode: "text", highlight: "title", where: { id: 3 } });
  expect(null3?._highlights?.[0]?.text).toBe("About a refund");
  const plain = await t.search("refund", { mode: "hybrid" });
  expect(plain[0]).not.toHaveProperty("_highlights");
  const near = await t.search("refund", { highlight: "body", maxDistance: 2 });
  expect(near[0]).not.toHaveProperty("_highlights");
});

test("what cannot be shown is said", async () => {
  const t = await filled();
  const said = async (options: object) => {
    const found = t.search("refund", options as SearchOptions<typeof docs, "id", "vec">);
    return await found.then(
      () => "found",
      (error: Error & { hint?: string }) => `${error.message} ${error.hint ?? ""}`,
    );
  };
  const all: string[] = [];
  for (const options of [
    { mode: "vector", highlight: "body" },
    { mode: "text", highlight: "lang" },
    { mode: "hybrid", highlight: "title" },
    { mode: "hybrid", highlight: "id" },
    { highlight: "nobody" },
    { highlight: 7 },
    { highlight: { fragments: 3 } },
    { highlight: { column: "body", fragments: 0 } },
    { highlight: { column: "body", words: 3 } },
  ])
    all.push(await said(options));
  expect(all).toMatchInlineSnapshot(`
    [
      "highlight: expected mode: "text" or "hybrid" beside it, found mode: "vector". ",
      "Words are not looked for in the column "lang". Take one of the columns that are searched, or search this one too.",
      "Words are not looked for in the column "title". Take one of the columns that are searched, or search this one too.",
      "No parts of the column "id" can be shown. Take a column that holds one text.",
      "The table "docs" has no column "nobody". Its columns are "id", "title", "body", "lang", "vec".",
      "highlight: expected the name of a column, or { column, fragments, size }, found the number 7. ",
      "highlight.column: expected the name of a column, found nothing. ",
      "highlight.fragments: expected a whole number from 1 to 100, found the number 0. ",
      "highlight: expected the name of a column, or { column, fragments, size }, found "words". ",
    ]
  `);
});
