// Vectors may be as long or as short as their numbers allow: all are found, in the order of exact arithmetic, at finite distances.

import { table, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

type Metric = "cosine" | "l2" | "dot";
type Rows = Readonly<Record<string, readonly number[]>>;

async function search(metric: Metric, rows: Rows, query: readonly number[], element: "f32" | "f16" = "f32") {
  const db = await memoryDatabase();
  const dimensions = query.length;
  const t = await db.table(
    table("vectors", { id: text().primaryKey(), v: vector(dimensions, { metric, element }) }),
  );
  await t.insert(Object.entries(rows).map(([id, v]) => ({ id, v: [...v] })));
  const hits = await t.search([...query]);
  for (const { _distance, _score } of hits) {
    expect(Number.isFinite(_distance)).toBe(true);
    expect(Number.isFinite(_score)).toBe(true);
  }
  return hits;
}

describe("the cosine", () => {
  const lengths = [1, 1e20, 3e38, 1e-23, 1e-30, 1e-44];

  test.each(lengths)("does not depend on lengths, for a query of numbers of %d", async (x) => {
    const rows = Object.fromEntries(lengths.map((y) => [String(y), [y, y, 0, 0]]));
    const away = { across: [0, 0, 3e38, 0], opposite: [-1e20, -1e20, 0, 0], zero: [0, 0, 0, 0] };
    const hits = await search("cosine", { ...rows, ...away }, [x, x, 0, 0]);
    expect(
      hits
        .map(({ id }) => id)
        .slice(0, 6)
        .sort(),
    ).toEqual(lengths.map(String).sort());
    expect(hits.slice(6).map(({ id }) => id)).toEqual(["across", "zero", "opposite"]);
    for (const { _distance } of hits.slice(0, 6)) expect(_distance).toBeCloseTo(0, 5);
    expect(hits.slice(6).map(({ _distance }) => Math.round(_distance))).toEqual([1, 1, 2]);
  });

  test("of a vector that is all zeros is 0 with every other, as a row and as a query", async () => {
    const rows = { zero: [0, -0], large: [3e38, 3e38], tiny: [1e-45, 0] };
    const cosines = async (query: readonly number[]) =>
      (await search("cosine", rows, query)).map(({ id, _distance }) => [id, _distance]);
    expect(await cosines([0, 0])).toEqual([
      ["zero", 1],
      ["large", 1],
      ["tiny", 1],
    ]);
    expect((await cosines([0, 1])).slice(1)).toEqual([
      ["zero", 1],
      ["tiny", 1],
    ]);
  });
});

test("distances are told apart beyond what 32 bits hold when squared", async () => {
  const rows = { far: [1e20, 2e19], near: [1e20, 1e19], farthest: [-3e38, 3e38], here: [0, 0] };
  const hits = await search("l2", rows, [0, 0]);
  expect(hits.map(({ id }) => id)).toEqual(["here", "near", "far", "farthest"]);
  expect(hits.at(-1)?._distance).toBeCloseTo(Math.hypot(3e38, 3e38), -33);
  const tiny = await search("l2", { b: [2e-30, 0], a: [1e-30, 0], c: [1e-29, 0] }, [0, 0]);
  expect(tiny.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

test("products are told apart where sums in 32 bits end or vanish", async () => {
  const large = await search(
    "dot",
    { none: [1e20, -1e20], some: [1e20, 2e19], most: [3e38, 3e38] },
    [1e20, 1e20],
  );
  expect(large.map(({ id }) => id)).toEqual(["most", "some", "none"]);
  const tiny = await search(
    "dot",
    { b: [1e-30, 0], a: [2e-30, 0], c: [-1e-30, 0], zero: [0, 1] },
    [1e-30, 0],
  );
  expect(tiny.map(({ id }) => id)).toEqual(["a", "b", "zero", "c"]);
});

test("the same holds for 16-bit vectors and queries of any size", async () => {
  const rows = { same: [60_000, 60_000], small: [6e-8, 6e-8], across: [1, -1], opposite: [-1, -1] };
  for (const x of [1e-45, 1e-20, 1, 1e30, 3e38]) {
    const hits = await search("cosine", rows, [x, x], "f16");
    expect(
      hits
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["same", "small"]);
    expect(hits.slice(2).map(({ id }) => id)).toEqual(["across", "opposite"]);
    const products = await search("dot", rows, [x, x], "f16");
    expect(products.map(({ id }) => id)).toEqual(["same", "small", "across", "opposite"]);
  }
});
