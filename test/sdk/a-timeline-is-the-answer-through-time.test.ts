import { embed, int, type Period, table, text, type VarveError, vector } from "varve";
import { describe, expect, it, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";
import { Random } from "../support/random";

const points = table("points", { id: int().primaryKey(), note: text().nullable(), vec: vector(4) });
const docs = table("docs", { id: text().primaryKey(), body: text(), views: int().default(0) }, (c) => ({
  vec: embed(hashEmbedding(), c.body),
}));

/** What each period is about, by its versions. */
function shown(periods: readonly Period<{ readonly id: unknown }>[]) {
  return periods.map(({ from, to, hit }) => [from.version, to?.version ?? null, hit.id]);
}

async function refunds() {
  const t = await (await memoryDatabase()).table(docs);
  await t.insert([
    { id: "refunds", body: "refunds take 14 days" },
    { id: "parcels", body: "parcels leave in the morning" },
  ]);
  await t.update({ where: { id: "refunds" }, set: { views: 3 } });
  await t.upsert([{ id: "refunds", body: "refunds take 30 days" }]);
  return t;
}

it("says which row was the nearest, and from when until when", async () => {
  const t = await refunds();
  const told = await t.timeline("how long do refunds take", { select: ["body"] });
  const [then, now] = told;
  expect(told.map(({ from, to, hit }) => [hit.body, from.version, to?.version ?? null])).toEqual([
    ["refunds take 14 days", 1, 3],
    ["refunds take 30 days", 3, null],
  ]);
  const dates = (await t.history()).map(({ committedAt }) => committedAt).reverse();
  expect([then?.from.date, then?.to?.date, now?.from.date]).toEqual([dates[0], dates[2], dates[2]]);
  expect(Object.keys(now?.hit ?? {})).toEqual(["body", "_score", "_distance"]);
});

it("begins a period where a selected column says something else, and at no other change", async () => {
  const t = await refunds();
  expect(shown(await t.timeline("refunds take", { select: ["id", "views"] }))).toEqual([
    [1, 2, "refunds"],
    [2, 3, "refunds"],
    [3, null, "refunds"],
  ]);
  expect(shown(await t.timeline("refunds take", { select: ["id"] }))).toEqual([[1, null, "refunds"]]);
});

it("has no period while no row was there, matched or was near enough", async () => {
  const t = await refunds();
  await t.delete({ where: { id: "refunds" } });
  await t.insert([{ id: "again", body: "refunds take 7 days" }]);
  const select = ["id"] as const;
  const periods = [
    [1, 4, "refunds"],
    [5, null, "again"],
  ];
  expect(shown(await t.timeline("refunds take days", { select, where: (c) => c.id.ne("parcels") }))).toEqual(
    periods,
  );
  expect(shown(await t.timeline("refunds take days", { select, minScore: 0.75 }))).toEqual(periods);
  expect(await t.timeline("refunds", { where: (c) => c.id.eq("nobody") })).toEqual([]);
});

it("keeps to a span, and on a snapshot to what it knows", async () => {
  const t = await refunds();
  const select = ["body"] as const;
  const bodies = async (asked: Promise<Period<{ readonly body: string }>[]>) =>
    (await asked).map(({ from, to, hit }) => [hit.body, from.version, to?.version ?? null]);
  expect(await bodies(t.timeline("refunds", { select, from: 2, to: 2 }))).toEqual([
    ["refunds take 14 days", 2, null],
  ]);
  expect(await bodies(t.asOf(2).timeline("refunds", { select }))).toEqual([
    ["refunds take 14 days", 1, null],
  ]);
  expect(await bodies(t.asOf(2).timeline("refunds", { select, to: 3 }))).toEqual([
    ["refunds take 14 days", 1, null],
  ]);
  expect(await bodies(t.timeline("refunds", { select, limit: 1 }))).toEqual([
    ["refunds take 30 days", 3, null],
  ]);
  expect(await bodies(t.timeline("refunds", { select, limit: 0 }))).toEqual([]);
});

it("is empty for a table without a commit, and for a query without a vector", async () => {
  const t = await (await memoryDatabase()).table(docs);
  expect(await t.timeline("refunds")).toEqual([]);
  await t.insert([{ id: "a", body: "refunds" }]);
  expect(await t.timeline("???")).toEqual([]);
});

it("begins where the retention does", async () => {
  const t = await (await memoryDatabase()).table(points);
  for (let x = 1; x <= 4; x += 1) await t.upsert([{ id: 1, note: `${x}`, vec: [1, x, 0, 0] }]);
  await t.setRetention({ days: 0 });
  await t.optimize();
  const { oldestVersion } = await t.stats();
  const [first] = await t.timeline([1, 0, 0, 0]);
  expect(oldestVersion).toBe(4);
  expect(first?.from.version).toBe(4);
  await expect(t.timeline([1, 0, 0, 0], { from: 1 })).rejects.toMatchObject({ code: "VERSION_EXPIRED" });
});

describe("what is asked wrongly is refused", () => {
  test.each([
    [{ from: 3, to: 1 }],
    [{ from: 3, to: 0 }],
    [{ limit: -1 }],
    [{ from: 9 }],
    [{ during: { from: 1, to: 2 } }],
    [{ select: ["nothing"] }],
  ])("%j", async (options) => {
    const t = await refunds();
    const refused = await t
      .timeline("refunds", options as never)
      .then(String, (error: VarveError) => `${error.code}: ${error.message}`);
    expect(refused).toMatchSnapshot();
  });
});

describe("the nearest row of every version, whatever the table went through", () => {
  /** Random commits; few are near, and most live for short. */
  async function history(seed: number, commits: number) {
    const t = await (await memoryDatabase()).table(points);
    const source = new Random(seed);
    const draw = () => Math.floor(source.next() * 7) - 3;
    for (let commit = 0; commit < commits; commit += 1) {
      const id = Math.floor(source.next() * 6);
      const gone = commit > 3 && source.next() < 0.3 ? await t.delete({ where: { id } }) : undefined;
      if (gone === undefined || gone.deleted === 0)
        await t.upsert([
          { id, note: source.next() < 0.5 ? "odd" : null, vec: [draw(), draw(), draw(), 1 + commit / 1e4] },
        ]);
    }
    return { t, source, query: [draw(), draw(), draw(), 1] };
  }

  test.each([
    [1, 30],
    [2, 30],
    [3, 200],
    [4, 400],
  ])("seed %i, %i commits", async (seed, commits) => {
    const { t, query, source } = await history(seed, commits);
    const newest = await t.version();
    const select = ["id", "note", "vec"] as const;
    for (const where of [undefined, { note: "odd" }] as const)
      for (const limit of [1, 3, 1000]) {
        const from = 1 + Math.floor((source.next() * newest) / 2);
        const periods = await t.timeline(query, { select, where, limit, from, exact: true });
        const start = periods.length < limit ? from : (periods[0]?.from.version ?? from);
        for (let version = start; version <= newest; version += 1) {
          const [best] = await t.asOf(version).search(query, { where, limit: 1, exact: true });
          const period = periods.find(
            (one) => one.from.version <= version && version < (one.to?.version ?? newest + 1),
          );
          expect([version, period?.hit._score]).toEqual([version, best?._score]);
        }
        for (const [i, { from: begin, hit }] of periods.entries()) {
          const before = periods[i - 1];
          if (before?.to?.version === begin.version) expect(before.hit).not.toEqual(hit);
        }
      }
  });
});
