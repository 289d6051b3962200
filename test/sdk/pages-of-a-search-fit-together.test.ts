import { int, table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { openDocs, threeDocs } from "../support/docs";
import { Random } from "../support/random";

const points = table("points", {
  id: int().primaryKey(),
  kind: text({ enum: ["a", "b", "c"] }),
  at: vector(3),
});

const random = new Random(11);
const rows = Array.from({ length: 200 }, (_, id) => ({
  id,
  kind: (["a", "b", "c"] as const)[id % 3] ?? "a",
  // Many are equally near.
  at: [random.below(3) + 1, random.below(3), 1],
}));
const query = [1, 2, 0.5];

const open = async () => {
  const t = await (await memoryDatabase()).table(points);
  await t.insert(rows);
  return t;
};
const ids = (hits: readonly { readonly id: number }[]): number[] => hits.map((hit) => hit.id);

describe("a cursor", () => {
  test("goes on behind the page before, whatever is written between", async () => {
    const t = await open();
    const all = ids(await t.search(query, { limit: 200 }));
    expect(new Set(all).size).toBe(200);
    const found: number[] = [];
    let after: string | undefined;
    do {
      const page = await t.search(query, { limit: 30, after });
      found.push(...ids(page));
      after = page.cursor;
      await t.insert({ id: 1000 + found.length, kind: "a", at: query });
      await t.delete({ where: { id: found.length } });
    } while (after !== undefined);
    expect(found).toEqual(all);
    expect(await t.search(query, { limit: 1 })).toMatchObject([{ id: 1030 }]);
  });

  test("works with a filter and a limit that changes, and ends after the last row", async () => {
    const t = await open();
    const where = { kind: "b" } as const;
    const all = ids(await t.search(query, { limit: 200, where }));
    const first = await t.search(query, { limit: 7, where });
    const second = await t.search(query, { limit: 20, where, after: first.cursor });
    const rest = await t.search(query, { limit: 1000, where, after: second.cursor });
    expect([...ids(first), ...ids(second), ...ids(rest)]).toEqual(all);
    expect(rest.cursor).toBeUndefined();
    expect(JSON.stringify(first)).not.toContain(first.cursor);
  });

  test("holds for snapshots of its version, and is refused for another one", async () => {
    const t = await open();
    const first = await t.asOf(1).search(query, { limit: 5 });
    await t.insert({ id: 999, kind: "a", at: query });
    const next = ids(await t.asOf(1).search(query, { limit: 5, after: first.cursor }));
    expect(ids(await t.search(query, { limit: 5, after: first.cursor }))).toEqual(next);
    await expect(t.asOf(2).search(query, { after: first.cursor })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "The cursor is one of version 1, and version 2 was to be searched.",
    });
  });

  test("works across time", async () => {
    const t = await open();
    await t.upsert({ id: 3, kind: "a", at: [5, 5, 5] });
    const during = { from: 1, to: 2 } as const;
    for (const everyVersion of [true, false]) {
      const all = await t.search(query, { during, everyVersion, limit: 300 });
      const first = await t.search(query, { during, everyVersion, limit: 90 });
      const rest = await t.search(query, { during, everyVersion, limit: 300, after: first.cursor });
      expect(all).toHaveLength(everyVersion ? 201 : 200);
      expect([...first, ...rest]).toEqual(all);
    }
  });

  test("of another search is refused", async () => {
    const t = await open();
    const { cursor } = await t.search(query, { limit: 5 });
    const refused = { code: "INVALID_ARGUMENT", message: "The cursor belongs to another search." };
    await expect(t.search([1, 1, 1], { after: cursor })).rejects.toMatchObject(refused);
    await expect(t.search(query, { after: cursor, where: { kind: "a" } })).rejects.toMatchObject(refused);
    await expect(t.search(query, { after: cursor, groupBy: "kind" })).rejects.toMatchObject(refused);
    await expect(t.search(query, { after: "over there" })).rejects.toMatchObject({
      message: "The text after which a search goes on is no cursor.",
    });
    await expect(t.search(query, { after: 3 as never })).rejects.toThrow(
      "after: expected the cursor of a page of hits, found the number 3.",
    );
    await expect(t.search(query, { after: cursor, diversity: 0.5 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  test("goes to the columns of its version", async () => {
    const t = await open();
    const { cursor } = await t.search(query, { limit: 5 });
    const wider = await t.addColumn("note", text().nullable());
    const next = await wider.search(query, { limit: 1, after: cursor });
    expect(Object.keys(next[0] ?? {})).toEqual(["id", "kind", "_score", "_distance"]);
  });
});

test("an offset leaves out the best", async () => {
  const t = await open();
  const all = ids(await t.search(query, { limit: 50 }));
  expect(ids(await t.search(query, { limit: 10, offset: 25 }))).toEqual(all.slice(25, 35));
  expect(await t.search(query, { offset: 500 })).toEqual([]);
  const page = await t.search(query, { limit: 10, offset: 5 });
  expect(ids(await t.search(query, { limit: 10, after: page.cursor, offset: 3 }))).toEqual(all.slice(18, 28));
});

test("bounds leave out what is too far away", async () => {
  const t = await open();
  const all = await t.search(query, { limit: 200 });
  const middle = all[100];
  if (middle === undefined) throw new Error("there are 200 rows");
  const near = await t.search(query, { limit: 200, maxDistance: middle._distance });
  expect(near).toEqual(all.filter((hit) => hit._distance <= middle._distance));
  expect(await t.search(query, { limit: 200, minScore: middle._score })).toEqual(
    all.filter((hit) => hit._score >= middle._score),
  );
  expect(await t.search(query, { minScore: 2 })).toEqual([]);
});

test("select names the scores that hits have", async () => {
  const t = await open();
  const [hit] = await t.search(query, { limit: 1, select: ["id", "_score"] });
  expect(Object.keys(hit ?? {})).toEqual(["id", "_score"]);
  const [only] = await t.search(query, { limit: 1, select: ["_distance"] });
  expect(Object.keys(only ?? {})).toEqual(["_distance"]);
  const [both] = await t.search(query, { limit: 1, select: ["id"] });
  expect(Object.keys(both ?? {})).toEqual(["id", "_score", "_distance"]);
  await expect(t.find({ select: ["_score"] as never })).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
});

describe("several searches", () => {
  test("are of one version, in the order of the queries", async () => {
    const t = await openDocs(threeDocs);
    const found = await t.searchMany(["parcels", "refunds", "???"], { limit: 1, select: ["id"] });
    expect(found).toMatchObject([[{ id: "2" }], [{ id: "1" }], []]);
    expect(found[2]?.reason).toMatch(/found nothing in the query/);
    expect(await t.searchMany([])).toEqual([]);
    const alone = await t.search("parcels", { limit: 1, select: ["id"] });
    expect(found[0]).toEqual(alone);
  });

  test("see nothing that is written while they run", async () => {
    const t = await open();
    const writing = (async () => {
      for (let id = 500; id < 530; id++) await t.insert({ id, kind: "a", at: query });
    })();
    for (let round = 0; round < 5; round++) {
      const found = await t.searchMany(Array(20).fill(query), { limit: 40 });
      expect(new Set(found.map((hits) => ids(hits).join()))).toHaveProperty("size", 1);
      expect(new Set(found.map((hits) => hits.cursor))).toHaveProperty("size", 1);
    }
    await writing;
  });

  test("take no cursor and no list that is none", async () => {
    const t = await openDocs(threeDocs);
    await expect(t.searchMany("parcels" as never)).rejects.toThrow(
      'queries: expected an array, found the text "parcels".',
    );
    await expect(t.searchMany([], { after: "1" } as never)).rejects.toThrow(/takes no option "after"/);
  });
});
