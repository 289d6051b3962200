import { describe, expectTypeOf, test } from "vitest";
import { t, untyped } from "./docs";

const where = { id: "1" };

describe("a computed update", () => {
  test("takes values of the column's type", async () => {
    await t.update({ where, set: (c) => ({ views: c.views.plus(1).times(c.views), big: c.big.minus(1n) }) });
    await t.update({
      where,
      set: (c) => ({ title: c.title.concat(" (old)", c.body), body: null, views: 7 }),
    });
    await t.update({ where, set: (c) => ({ at: c.at, tags: c.tags, lang: c.lang, thumb: c.thumb }) });
    await t.update({ where, set: (c) => ({ title: c.title, bodyVec: null }), vectors: true });
  });

  test("refuses others", async () => {
    // @ts-expect-error a text for a number
    await t.update({ where, set: (c) => ({ views: c.title }) });
    // @ts-expect-error a number for a text
    await t.update({ where, set: (c) => ({ title: c.views.plus(1) }) });
    // @ts-expect-error a text in arithmetic
    await t.update({ where, set: (c) => ({ views: c.views.plus("1") }) });
    // @ts-expect-error arithmetic with dates
    await t.update({ where, set: (c) => ({ at: c.at.plus(1) }) });
    // @ts-expect-error a number in a text
    await t.update({ where, set: (c) => ({ title: c.title.concat(1) }) });
    // @ts-expect-error no such column
    await t.update({ where, set: (c) => ({ views: c.nobody }) });
    // @ts-expect-error the key
    await t.update({ where, set: (c) => ({ id: c.title }) });
    // @ts-expect-error a derived vector, and vectors are not let in
    await t.update({ where, set: () => ({ bodyVec: null }) });
  });

  test("of an untyped table takes anything", async () => {
    await untyped.update({ where: { a: 1 }, set: (c) => ({ n: c["n"]?.plus(1), s: c["s"]?.concat("x") }) });
  });
});

describe("a merge", () => {
  test("needs the key and takes any of the others", async () => {
    await t.upsert([{ id: "1" }, { id: "2", title: "x", body: null, views: undefined }], { merge: true });
    await t.upsert({ id: "1", bodyVec: null }, { merge: true, vectors: true });
    await untyped.upsert({ anything: 1 }, { merge: true });
    // @ts-expect-error a column of another type
    await t.upsert({ id: "1", title: 3 }, { merge: true });
  });
});

test("get takes one key or many", () => {
  expectTypeOf(t.get(["1", "2"], { select: ["id"] })).resolves.toEqualTypeOf<
    ({ id: string } | undefined)[]
  >();
  expectTypeOf(t.get("1", { select: ["id"] })).resolves.toEqualTypeOf<{ id: string } | undefined>();
  expectTypeOf(t.findFirst({ select: ["id"] })).resolves.toEqualTypeOf<{ id: string } | undefined>();
  // @ts-expect-error keys of another type
  void t.get([1]);
});

test("a write says what it did", () => {
  expectTypeOf(t.upsert([])).resolves.toHaveProperty("unchanged").toEqualTypeOf<number>();
});
