import { and, type Condition, int, not, or, type Table, table } from "varve";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const LINKS = 10_000;
/** Far more than is needed, and far less than a square would take. */
const MOST_MS = 3000;

let t: Table;

beforeEach(async () => {
  t = (await (await memoryDatabase()).table(table("t", { id: int().primaryKey(), n: int() }))).untyped;
  await t.insert([
    { id: 1, n: 1 },
    { id: 2, n: -1 },
  ]);
});

type Chain = (conditions: readonly Condition[]) => Condition;

const chains: Record<string, [Chain, number]> = {
  "a.or(b).or(c)": [(all) => all.reduce((a, b) => a.or(b)), 1],
  "b.or(a), c.or(it)": [(all) => all.reduce((a, b) => b.or(a)), 1],
  "or(...all)": [(all) => or(...all), 1],
  "or(or(a, b), c)": [(all) => all.reduce((a, b) => or(a, b)), 1],
  "a.and(b).and(c)": [(all) => all.reduce((a, b) => a.and(b)), 0],
  "halves of halves": [
    function halves(all): Condition {
      const [only] = all;
      if (all.length === 1 && only !== undefined) return only;
      const middle = all.length >> 1;
      return halves(all.slice(0, middle)).or(halves(all.slice(middle)));
    },
    1,
  ],
};

describe("a chain of 10,000 conditions", () => {
  test.each(Object.keys(chains))("made as %s takes no longer than a list", async (name) => {
    const [chain, found] = chains[name] ?? [() => or(), 0];
    const started = performance.now();
    const count = await t.count({
      where: (c) => chain(Array.from({ length: LINKS }, (_, n) => c["n"]?.eq(n) ?? or())),
    });
    expect(count).toBe(found);
    expect(performance.now() - started).toBeLessThan(MOST_MS);
  });
});

test("a chain that is too long, or too deep, is an error at once", async () => {
  const started = performance.now();
  const one = or();
  const endless = (joined: Condition): Condition =>
    Array.from({ length: 64 }).reduce<Condition>((a) => a.and(a), joined);
  const zigzag = Array.from({ length: 5000 }).reduce<Condition>(
    (a, _, i) => (i % 2 === 0 ? a.and(one) : a.or(one)),
    one,
  );
  const negated = Array.from({ length: 5000 }).reduce<Condition>((a) => not(a), one);
  for (const where of [endless(one), endless(and()), zigzag, negated]) {
    await expect(t.count({ where })).rejects.toMatchObject({ code: "INVALID_FILTER" });
  }
  await expect(t.count({ where: { $or: new Array(1e9) } })).rejects.toMatchObject({ code: /INVALID_/ });
  expect(performance.now() - started).toBeLessThan(MOST_MS);
});

test("a condition stays plain data, and the same data however it was put together", () => {
  const one = or();
  const joined = and(one, not(one)).or(one);
  expect(Object.keys(joined)).toEqual(["node"]);
  expect(JSON.parse(JSON.stringify(joined))).toEqual(JSON.parse(JSON.stringify(or(and(one, not(one)), one))));
});
