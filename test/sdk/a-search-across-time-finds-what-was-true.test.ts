import { describe, expect, test } from "vitest";
import { connect, int, table, text, vector } from "../../src/index";
import { Random } from "../support/random";

const dimensions = 8;
const notes = table("notes", { id: int().primaryKey(), body: text(), vec: vector(dimensions) });

interface Version {
  readonly id: number;
  readonly body: string;
  readonly vec: Float32Array;
  readonly from: number;
  to: number | null;
}

async function open() {
  return await (await connect("memory:")).table(notes);
}

function draw(next: () => number): Float32Array {
  return Float32Array.from({ length: dimensions }, () => Math.round(next() * 6) - 3);
}

/** Some commits that insert, replace and delete, and every row that there ever was. */
async function history(seed: number) {
  const source = new Random(seed);
  const next = () => source.next();
  const t = await open();
  const all: Version[] = [];
  const alive = () => all.filter((row) => row.to === null);
  for (let version = 1; version <= 12; version++) {
    const doomed = alive().filter(() => next() < 0.15);
    if (version % 4 === 0 && doomed.length > 0) {
      await t.delete({ where: (c) => c.id.in(doomed.map((row) => row.id)) });
      for (const row of doomed) row.to = version;
      continue;
    }
    const ids = new Set(Array.from({ length: 1 + Math.floor(next() * 6) }, () => Math.floor(next() * 10)));
    const rows = [...ids].map((id) => ({ id, body: `${id} at ${version}`, vec: draw(next) }));
    await t.upsert(rows);
    for (const row of alive()) if (ids.has(row.id)) row.to = version;
    all.push(...rows.map((row) => ({ ...row, from: version, to: null })));
  }
  return { t, all, next };
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  const norms = Math.sqrt(dot(a, a) * dot(b, b));
  return norms === 0 ? 0 : dot(a, b) / norms;
}

describe("a search across time", () => {
  test.each([1, 2, 3, 4, 5])("finds what brute force over all versions finds (seed %i)", async (seed) => {
    const { t, all, next } = await history(seed);
    const newest = await t.version();
    for (let round = 0; round < 12; round++) {
      const [a, b] = [1 + Math.floor(next() * newest), 1 + Math.floor(next() * newest)];
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const query = draw(next);
      const visible = all.filter((row) => row.from <= to && (row.to === null || row.to > from));
      const score = (row: { body: string }) => {
        const found = all.find((one) => one.body === row.body);
        return found === undefined ? Number.NaN : cosine(query, found.vec);
      };
      const scores = visible.map(score).sort((x, y) => y - x);

      const every = await t.search(query, { during: { from, to }, everyVersion: true, limit: 100 });
      expect(every.map((hit) => hit.body).sort()).toEqual(visible.map((row) => row.body).sort());
      for (const [i, hit] of every.entries()) expect(score(hit)).toBeCloseTo(scores[i] ?? Number.NaN, 5);
      for (const hit of every) {
        const row = all.find((one) => one.body === hit.body);
        expect([hit._from.version, hit._to?.version ?? null]).toEqual([row?.from, row?.to]);
        expect(hit._from.date).toBeInstanceOf(Date);
      }

      const keys = new Set(visible.map((row) => row.id));
      for (const limit of [1, 3, 100]) {
        const nearest = await t.search(query, { during: { from, to }, limit, select: ["id", "body"] });
        expect(nearest).toHaveLength(Math.min(limit, keys.size));
        expect(new Set(nearest.map((hit) => hit.id)).size).toBe(nearest.length);
        for (const hit of nearest) {
          const versions = visible.filter((row) => row.id === hit.id).map(score);
          expect(score(hit)).toBeCloseTo(Math.max(...versions), 5);
        }
      }
    }
  });

  test("of one version is a search of that version", async () => {
    const { t } = await history(9);
    const query = new Float32Array(dimensions).fill(1);
    for (const version of [1, 5, 12]) {
      const then = await t.asOf(version).search(query);
      const span = await t.search(query, { during: { from: version, to: version } });
      expect(span.map(({ body, _score }) => ({ body, _score }))).toEqual(
        then.map(({ body, _score }) => ({ body, _score })),
      );
    }
  });

  test("takes filters, and points of any kind", async () => {
    const { t, all } = await history(10);
    await t.tag("middle", 6);
    const query = new Float32Array(dimensions).fill(1);
    const [last] = await t.history({ limit: 1 });
    const during = { from: { tag: "middle" }, to: last?.committedAt ?? new Date() };
    const hits = await t.search(query, { during, everyVersion: true, limit: 100, where: { id: { $lt: 5 } } });
    const visible = all.filter((row) => row.id < 5 && (row.to === null || row.to > 6));
    expect(hits.map((hit) => hit.body).sort()).toEqual(visible.map((row) => row.body).sort());
  });

  test("of a snapshot ends with the snapshot", async () => {
    const { t, all } = await history(11);
    const query = new Float32Array(dimensions).fill(1);
    const hits = await t
      .asOf(5)
      .search(query, { during: { from: 2, to: 9 }, everyVersion: true, limit: 100 });
    const visible = all.filter((row) => row.from <= 5 && (row.to === null || row.to > 2));
    expect(hits.map((hit) => hit.body).sort()).toEqual(visible.map((row) => row.body).sort());
    for (const hit of hits) expect(hit._to === null || hit._to.version <= 5).toBe(true);
  });

  test("shows the columns of the end of the span", async () => {
    const t = await open();
    await t.insert([{ id: 1, body: "one", vec: new Float32Array(dimensions).fill(1) }]);
    await t.dropColumn("body");
    const hits = await t.untyped.search(new Float32Array(dimensions).fill(1), { during: { from: 1, to: 1 } });
    expect(hits[0]).toMatchObject({ id: 1, body: "one" });
  });

  test("is explained: the span, the rows that were visible in it, and what was read", async () => {
    const { t, all } = await history(13);
    const query = new Float32Array(dimensions).fill(1);
    const visible = all.filter((row) => row.from <= 9 && (row.to === null || row.to > 3));
    const during = { from: 3, to: 9 };
    const every = await t.explain(query, { during, everyVersion: true, limit: 1 });
    expect(every).toMatchObject({ column: "vec", from: 3, version: 9, rows: visible.length, exact: true });
    const snapshot = await t
      .asOf(9)
      .explain(query, { during: { from: 3, to: 12 }, everyVersion: true, limit: 1 });
    expect(snapshot).toEqual(every);
    // To have the nearest row of all keys, all rows are asked for, in several searches.
    const nearest = await t.explain(query, { during, limit: 10 });
    expect(nearest).toMatchObject({ from: 3, version: 9, rows: visible.length });
    expect(nearest.bytes).toBeGreaterThanOrEqual(every.bytes);
    expect(await t.explain(query)).not.toHaveProperty("from");
  });

  test("says what is wrong with a span", async () => {
    const { t } = await history(12);
    const query = new Float32Array(dimensions);
    const ask = (options: object) => t.untyped.search(query, options as never);
    await expect(ask({ during: { from: 5, to: 2 } })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "The span ends before it starts: from is version 5, to is version 2.",
    });
    await expect(ask({ during: { from: 1, to: 99 } })).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
    await expect(ask({ during: { from: 1 } })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(ask({ everyVersion: true })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const backwards = { during: { from: 5, to: 2 } };
    for (const answer of [t.explain(query, backwards), t.arrow.search(query, backwards)])
      await expect(answer).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("needs a primary key, or every version", async () => {
    const db = await connect("memory:");
    const t = await db.table(table("loose", { vec: vector(2) }));
    await t.insert([{ vec: new Float32Array([1, 0]) }]);
    const query = new Float32Array([1, 0]);
    await expect(t.search(query, { during: { from: 0, to: 1 } })).rejects.toMatchObject({
      code: "NO_PRIMARY_KEY",
    });
    expect(await t.search(query, { during: { from: 0, to: 1 }, everyVersion: true })).toHaveLength(1);
    await expect(t.explain(query, { during: { from: 0, to: 1 } })).rejects.toMatchObject({
      code: "NO_PRIMARY_KEY",
    });
  });
});
