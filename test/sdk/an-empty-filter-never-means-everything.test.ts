import { and, int, not, or, table } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { openDocs, threeDocs } from "../support/docs";

const always = and();
const empty: Record<string, unknown> = {
  "{}": {},
  "[]": [],
  "[{}]": [{}],
  "[{}, {}]": [{}, {}],
  "and()": always,
  "(c) => and()": () => always,
  "and(and(), and())": and(always, and()),
  "not(or())": not(or()),
  "or(and(), a condition)": or(always, not(and())),
  "{ $and: [] }": { $and: [] },
  "{ $and: [{}] }": { $and: [{}] },
  "{ $nor: [] }": { $nor: [] },
  "{ $or: [{}, { id: 1 }] }": { $or: [{}, { id: "1" }] },
  "{ $not: { $or: [] } }": { $not: { $or: [] } },
  undefined: undefined,
};

const refused = { code: "INVALID_ARGUMENT", hint: expect.stringContaining("{ all: true }") };

describe("an empty filter", () => {
  test.each(Object.keys(empty))("%s is refused by everything that changes rows", async (name) => {
    const t = (await openDocs(threeDocs)).untyped;
    const where = empty[name] as never;
    await expect(t.delete({ where })).rejects.toMatchObject(refused);
    await expect(t.update({ where, set: { lang: "fr" } })).rejects.toMatchObject(refused);
    if (where !== undefined) {
      await expect(t.upsert([{ id: "9", title: "x" }], { delete: where })).rejects.toMatchObject(refused);
      async function* rows() {
        yield await Promise.resolve({ id: "9", title: "x" });
      }
      await expect(t.upsert(rows(), { delete: () => where as typeof always })).rejects.toThrow();
    }
    expect(await t.version()).toBe(1);
    expect(await t.count()).toBe(3);
  });

  test("that is none at all is refused too", async () => {
    const t = (await openDocs(threeDocs)).untyped;
    for (const options of [undefined, {}, { all: false }] as never[]) {
      await expect(t.delete(options)).rejects.toMatchObject(refused);
      await expect(
        t.update(
          options === undefined ? options : ({ ...(options as object), set: { lang: "fr" } } as never),
        ),
      ).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    await expect(t.delete({ all: true, where: { id: "1" } } as never)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(t.delete({ all: 1 } as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await t.count()).toBe(3);
  });
});

test("all rows are meant where that is said", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.update({ all: true, set: { lang: "fr" } })).toMatchObject({ updated: 3 });
  expect(await t.delete({ all: true })).toMatchObject({ deleted: 3 });
  expect(await t.count()).toBe(0);
  expect(await t.asOf(1).count()).toBe(3);
});

test("a column named all is a column", async () => {
  const t = (await (await memoryDatabase()).table(table("t", { id: int().primaryKey(), all: int() })))
    .untyped;
  await t.insert([
    { id: 1, all: 1 },
    { id: 2, all: 2 },
  ]);
  expect(await t.upsert([{ id: 3, all: 3 }], { delete: { all: 1 } })).toMatchObject({ deleted: 1 });
  expect(await t.delete({ where: { all: 2 } })).toMatchObject({ deleted: 1 });
});

test("a filter that lets every row through by what is in them is a filter", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.delete({ where: (c) => c.id.isNotNull() })).toMatchObject({ deleted: 3 });
});
