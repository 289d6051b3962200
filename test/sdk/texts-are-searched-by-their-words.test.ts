import { embed, int, list, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const docs = table(
  "docs",
  { id: int().primaryKey(), title: text({ search: true }), body: text(), lang: text(), tags: list(text()) },
  (c) => ({ vec: embed(builtin(), c.body) }),
);

const ROWS = [
  { id: 1, title: "Refunds", body: "You get your money back within 30 days.", lang: "en", tags: [] },
  { id: 2, title: "Shoes", body: "No refunds for worn running shoes.", lang: "en", tags: ["refunds"] },
  { id: 3, title: "Code", body: "The reference code is AB-1234-K.", lang: "en", tags: [] },
  { id: 4, title: "Häuser", body: "Die Häuser am Fluss", lang: "de", tags: [] },
];

async function filled() {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  await t.insert(ROWS);
  return t;
}

const ids = (hits: readonly { id: number }[]) => hits.map(({ id }) => id);

describe("a search by words", () => {
  test("finds texts that are embedded, and those that are declared to be searched", async () => {
    const t = await filled();
    const hits = await t.search("refund", { mode: "text" });
    expect(ids(hits)).toEqual([2, 1]);
    expect(hits[0]?._score).toBeGreaterThan(hits[1]?._score ?? 0);
    expect(Object.keys(hits[0] ?? {})).toEqual(["id", "title", "body", "lang", "tags", "_score"]);
    expect(await t.search("en", { mode: "text" })).toEqual([]);
  });

  test("reads what people type", async () => {
    const t = await filled();
    const found = async (query: string) => ids(await t.search(query, { mode: "text", select: ["id"] }));
    expect(await found("+refund -shoes")).toEqual([1]);
    expect(await found('"30 days"')).toEqual([1]);
    expect(await found("hau*")).toEqual([4]);
    expect(await found("refnud~")).toEqual([2, 1]);
    expect(await found("title:refunds")).toEqual([1]);
    expect(await found("what is AB-1234-K about?")).toEqual([3]);
    expect(await found('"" +- ~ *')).toEqual([]);
    expect(await found("")).toEqual([]);
  });

  test("takes a query as data", async () => {
    const t = await filled();
    const query = { match: "refnud", fuzzy: 1, not: ["shoes"] } as const;
    expect(ids(await t.search(query, { mode: "text" }))).toEqual([1]);
    await expect(t.search({ ...query, fuzzy: 3 }, { mode: "text" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(t.search({ matches: "x" } as object, { mode: "text" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  test("looks in the fields that it is told, each for what it counts", async () => {
    const t = await filled();
    expect(ids(await t.search("refunds", { mode: "text", fields: ["title"] }))).toEqual([1]);
    expect(ids(await t.search("refunds", { mode: "text", fields: { title: 0.01, body: 1 } }))).toEqual([
      2, 1,
    ]);
    await expect(t.search("x", { mode: "text", fields: ["lang"] })).rejects.toThrow(
      'The column "lang" is not searched by its words.',
    );
    await expect(t.search("x", { mode: "text", fields: { title: 0 } })).rejects.toThrow("above 0");
  });

  test("keeps to the filter, the bounds and the page", async () => {
    const t = await filled();
    const where = { title: "Shoes" };
    expect(ids(await t.search("refunds", { mode: "text", where }))).toEqual([2]);
    const [first] = await t.search("refunds", { mode: "text", limit: 1 });
    const rest = await t.search("refunds", { mode: "text", offset: 1 });
    expect([first?.id, ...ids(rest)]).toEqual([2, 1]);
    const page = await t.search("refunds", { mode: "text", limit: 1 });
    expect(ids(await t.search("refunds", { mode: "text", limit: 1, after: page.cursor }))).toEqual([1]);
    expect(ids(await t.search("refunds", { mode: "text", minScore: first?._score }))).toEqual([2]);
  });

  test("sees what a version saw, scored as it was then", async () => {
    const t = await filled();
    const { version } = await t.stats();
    const before = await t.search("refunds", { mode: "text" });
    await t.update({ where: { id: 1 }, set: { title: "Money back" } });
    await t.delete({ where: { id: 3 } });
    await t.insert([{ id: 5, title: "Refunds refunds", body: "refunds", lang: "en", tags: [] }]);
    expect(ids(await t.search("refunds", { mode: "text" }))).toEqual([5, 2]);
    await t.optimize();
    expect(ids(await t.search("refunds", { mode: "text" }))).toEqual([5, 2]);
    expect(await t.asOf(version).search("refunds", { mode: "text" })).toEqual(before);
  });

  test("is the same from an index as from the rows", async () => {
    const db = await memoryDatabase();
    const t = await db.table(docs);
    const words = ["refund", "policy", "shoes", "days", "money", "river", "house"];
    const rows = Array.from({ length: 3000 }, (_, id) => ({
      id,
      title: `${words[id % 7]} ${words[(id * 3) % 5]}`,
      body: Array.from({ length: 1 + (id % 11) }, (_, at) => words[(id * 5 + at * at) % 7]).join(" "),
      lang: "en",
      tags: [],
    }));
    await t.insert(rows);
    const asked = ["refund", "river house -money", '+policy "money river"', "hou*"];
    const find = () =>
      Promise.all(asked.map((query) => t.search(query, { mode: "text", select: ["id"], limit: 20 })));
    const scanned = await find();
    await t.optimize();
    const { indexes } = await t.explain("refund", { mode: "text" });
    expect(indexes).toBeGreaterThan(0);
    expect(await find()).toEqual(scanned);
  });

  test("lets somebody else put the best in order", async () => {
    const t = await filled();
    const rerank = (query: unknown, hits: readonly { id: number }[]) => {
      expect(query).toBe("refunds");
      return hits.map(({ id }) => -id);
    };
    const hits = await t.search("refunds", { mode: "text", rerank, limit: 1 });
    expect(hits).toMatchObject([{ id: 1, _score: -1 }]);
  });

  test("has a score and no distance", async () => {
    const t = await filled();
    const [hit] = await t.search("refunds", { mode: "text", select: ["id"] });
    expect(Object.keys(hit ?? {})).toEqual(["id", "_score"]);
    await expect(
      t.search("refunds", { mode: "text", select: ["id", "_distance" as "id"] }),
    ).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
  });

  test("refuses what does not go with it", async () => {
    const t = await filled();
    for (const more of [{ groupBy: "lang" }, { exact: true }, { maxDistance: 1 }, { facets: ["lang"] }])
      await expect(t.search("x", { mode: "text", ...more } as { mode: "text" })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    await expect(t.search("x", { mode: "vector", fields: ["title"] })).rejects.toThrow('mode: "text"');
    await expect(t.search(7 as never, { mode: "text" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const plain = await (await memoryDatabase()).table(
      table("plain", { id: int().primaryKey(), lang: text() }),
    );
    await expect(plain.search("x", { mode: "text" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
