// Columns that are indexed answer as others do, and tell how.

import {
  boolean,
  type FilterColumns,
  float,
  int,
  list,
  table,
  text,
  timestamp,
  type VarveError,
} from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const ROWS = 20_000;

const orders = table("orders", {
  id: int().primaryKey(),
  total: float().nullable().indexed(),
  state: text({ enum: ["open", "paid", "sent"] }).indexed(),
  name: text().indexed(),
  at: timestamp().indexed(),
  rush: boolean().indexed(),
  tags: list(text()).indexed(),
  plain: int(),
});

function order(id: number) {
  return {
    id,
    total: id % 50 === 0 ? null : (id * 7919) % 1000,
    state: (["open", "paid", "sent"] as const)[id % 3] ?? "open",
    name: `name ${id % 777}`,
    at: new Date(id * 1000),
    rush: id % 10 === 0,
    tags: [`tag${id % 400}`, `tag${(id * 3) % 400}`],
    plain: id % 100,
  };
}

async function filled() {
  const db = await memoryDatabase();
  const t = await db.table(orders);
  await t.insert(Array.from({ length: ROWS }, (_, id) => order(id)));
  await t.optimize();
  return { db, t, rows: Array.from({ length: ROWS }, (_, id) => order(id)) };
}

describe("an indexed column", () => {
  test("finds what reading the rows would find, and tells how", async () => {
    const { t, rows } = await filled();
    const ids = (found: readonly { readonly id: number }[]) => found.map(({ id }) => id);
    const named = rows.filter(({ name }) => name === "name 7");
    expect(ids(await t.find({ where: { name: "name 7" } }))).toEqual(ids(named));
    expect(await t.explainFind({ where: { name: "name 7" } })).toEqual({
      version: 1,
      way: "index",
      columns: ["name"],
      expected: named.length,
      found: named.length,
      entries: named.length,
      rows: 0,
      uncovered: 0,
    });
    const tagged = rows.filter(({ tags, plain }) => tags.includes("tag9") && plain === 9);
    expect(ids(await t.find({ where: (c) => c.tags.contains("tag9").and(c.plain.eq(9)) }))).toEqual(
      ids(tagged),
    );
    const rest = await t.explainFind({ where: { plain: 9 } });
    expect(rest).toMatchObject({ way: "scan", columns: [], expected: null, rows: ROWS });
  });

  test("gives the first rows of an order without looking at all", async () => {
    const { t, rows } = await filled();
    const options = {
      where: { state: "open" },
      orderBy: { total: "desc" },
      limit: 5,
    } as const;
    const open = rows.filter(({ state, total }) => state === "open" && total !== null);
    const best = open.sort((a, b) => (b.total ?? 0) - (a.total ?? 0) || a.id - b.id).slice(0, 5);
    expect((await t.find(options)).map(({ id }) => id)).toEqual(best.map(({ id }) => id));
    const { way, columns, rows: read } = await t.explainFind(options);
    expect({ way, columns }).toEqual({ way: "order", columns: ["total"] });
    expect(read).toBeLessThan(1000);
    const next = await t.find({ ...options, after: best.at(-1) });
    expect(next).toHaveLength(5);
    expect(next[0]?.id).not.toBe(best.at(-1)?.id);
  });

  test("counts without looking at rows, but at those that are gone", async () => {
    const { t, rows } = await filled();
    const where = (c: FilterColumns<typeof orders>) => c.at.lt(new Date(5_000_000));
    expect(await t.count({ where })).toBe(5000);
    expect(await t.explainCount({ where })).toMatchObject({
      way: "count",
      columns: ["at"],
      found: 5000,
      rows: 0,
    });
    const { deleted } = await t.delete({ where: { name: "name 7" } });
    const gone = rows.filter(({ name, at }) => name === "name 7" && at.getTime() < 5_000_000);
    expect(await t.count({ where })).toBe(5000 - gone.length);
    expect(await t.explainCount({ where })).toMatchObject({ way: "count", rows: deleted });
    expect(await (await t.asOf(1)).count({ where })).toBe(5000);
  });
});

describe("whether a column is indexed", () => {
  const plain = table("things", { id: int().primaryKey(), n: int(), more: text().default("") });
  const indexed = table("things", { id: int().primaryKey(), n: int().indexed(), more: text().default("") });
  const given = table("things", {
    id: int().primaryKey(),
    n: int().indexed(false),
    more: text().default(""),
  });

  test("is brought to a declaration by migrate, and kept where it says nothing", async () => {
    const db = await memoryDatabase();
    await db.table(plain);
    const error = (await db.table(indexed).catch((failure: unknown) => failure)) as VarveError;
    expect(error).toMatchObject({ code: "SCHEMA_MISMATCH" });
    expect(error.message).toContain("indexed by its values");
    expect(error.hint).toContain('t.alterColumn("n", int().indexed())');
    const { steps } = await db.migrate(indexed);
    expect(steps.map(({ kind }) => kind)).toEqual(["alterColumn"]);
    const { columns } = await (await db.table(plain)).describe();
    expect(columns.map(({ name, indexed }) => [name, indexed])).toEqual([
      ["id", undefined],
      ["n", true],
      ["more", undefined],
    ]);
    expect((await db.migrate(indexed)).steps).toEqual([]);
    expect((await db.migrate(plain)).steps).toEqual([]);
    await db.table(plain);
    expect((await db.migrate(given)).steps).toHaveLength(1);
    await db.table(given);
    expect((await db.migrate(given)).steps).toEqual([]);
    // What a declaration gives up is nothing where there is none.
    expect((await db.migrate(plain)).steps).toEqual([]);
  });
});
