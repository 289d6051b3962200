// Whoever brings the vectors of a column searches it by words and vectors too: the text and its vector are one query.

import { connect, embed, Registry, type Table, table, text, VarveError, vector } from "varve";
import { custom } from "varve/embeddings";
import { beforeEach, describe, expect, it } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";

const plain = table("plain", { id: text().primaryKey(), body: text({ search: true }), vec: vector(2) });
const rows = [
  { id: "a", body: "refunds take days", vec: [1, 0] },
  { id: "b", body: "the code is KX-4471", vec: [0.6, 0.8] },
  { id: "c", body: "the door is open", vec: [0, 1] },
];

let t: Table<typeof plain>;

beforeEach(async () => {
  t = await (await memoryDatabase()).table(plain);
  await t.insert(rows);
});

const ids = (hits: readonly { readonly id: string }[]): string => hits.map(({ id }) => id).join("");

describe("a query of a text and a vector", () => {
  const query = { text: "KX-4471", vector: [0, 1] };

  it("is answered by both, each at its weight", async () => {
    const weighed = async (part: number) =>
      ids(await t.search(query, { fuse: { weights: { text: 1 - part, vector: part } } }));
    expect([await weighed(1), (await weighed(0.2))[0]]).toEqual(["cba", "b"]);
    const [best] = await t.search(query, { limit: 1, select: ["id", "_score", "_textScore", "_textRank"] });
    expect(best).toMatchObject({ id: "b", _textRank: 1 });
    expect(best?._textScore).toBeGreaterThan(0);
    // Both parts as the formula has them: a share of the most there could be, which the only text with these words nearly is, and 0.8.
    const { mode, because, fusion } = await t.explain(query);
    expect([mode, because, fusion?.weights]).toEqual([
      "hybrid",
      "the query is a text and a vector",
      { text: 0.75, vector: 0.25 },
    ]);
    expect(fusion?.hits[0]?.cosine).toBeCloseTo(0.8, 6);
  });

  it("is read at the call, in all forms of a vector, and as of any version", async () => {
    const mine = { text: "KX-4471", vector: new Float32Array([0, 1]) };
    const found = t.asOf(1).search(mine, { limit: 2, where: { id: { $ne: "a" } } });
    mine.text = "refunds";
    mine.vector.fill(0);
    await t.delete({ where: { id: "b" } });
    expect(ids(await found)).toBe("bc");
    const [first, second] = await t.searchMany([query, { text: "refunds", vector: [1, 0] }], { limit: 1 });
    expect([ids(first ?? []), ids(second ?? [])]).toEqual(["c", "a"]);
  });

  it("takes its weights from the column's function, and equal weights if there is no such function", async () => {
    const fn = custom<string>({
      name: "weak",
      dimensions: 2,
      strength: 0.4,
      embed: (inputs) => Promise.resolve(inputs.map(() => new Float32Array([1, 0]))),
    });
    const own = table("own", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(fn, c.body) }));
    const folder = temporaryFolder();
    const weightsIn = async (view: Pick<Table<typeof own>, "explain">) =>
      (await view.explain({ text: "refunds", vector: [1, 0] })).fusion?.weights;
    const db = await connect(folder);
    const made = await db.table(own);
    await made.insert([{ id: "a", body: "refunds" }]);
    expect(await weightsIn(made)).toEqual({ text: 0.8, vector: 0.2 });
    await db.close();
    const later = await connect(folder, { registry: new Registry() });
    expect(await weightsIn((await later.openTable("own")) as never)).toEqual({ text: 0.5, vector: 0.5 });
    await later.close();
  });

  it("is refused where it is none", async () => {
    const silent = await (await memoryDatabase()).table(
      table("silent", { id: text().primaryKey(), body: text(), vec: vector(2) }),
    );
    const wrong = (value: unknown) => value as never;
    const calls = {
      "no vector": () => t.search(wrong({ text: "refunds" })),
      "no text": () => t.search(wrong({ vector: [0, 1] })),
      "a part too many": () => t.search(wrong({ ...query, mode: "hybrid" })),
      "another length": () => t.search({ text: "refunds", vector: [1, 2, 3] }),
      "another length, of a column that is named": () =>
        t.search({ text: "x", vector: [1] }, { column: "vec" }),
      "by vectors alone": () => t.search(query, wrong({ mode: "vector" })),
      "by words alone": () => t.search(wrong(query), { mode: "text" }),
      "a bound of vectors": () => t.search(query, { maxDistance: 1 }),
      "a table without words": () => silent.search(query),
    };
    const said: Record<string, string> = {};
    for (const [name, call] of Object.entries(calls)) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      said[name] = VarveError.is(error) ? [`${error.code}:`, error.message, error.hint].join(" ") : "taken";
    }
    expect(said).toMatchSnapshot();
  });
});
