// Whatever somebody did to Object.prototype, rows and filters are what they say themselves.

import { int, json, struct, type Table, table, text } from "varve";
import { afterEach, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const NAMES = [
  "title",
  "lang",
  "data",
  "info",
  "a",
  "where",
  "limit",
  "offset",
  "after",
  "orderBy",
  "message",
  "effectiveAt",
  "tag",
  "all",
  "batchRows",
];

afterEach(() => {
  for (const name of NAMES) Reflect.deleteProperty(Object.prototype, name);
});

async function open(): Promise<Table> {
  const docs = table("docs", {
    id: int().primaryKey(),
    title: text().nullable(),
    lang: text().nullable(),
    info: struct({ a: text().nullable() }).nullable(),
    data: json<unknown>().nullable(),
  });
  const t = (await (await memoryDatabase()).table(docs)).untyped;
  await t.insert([{ id: 1 }, { id: 2, title: "two", lang: "en", info: { a: "x" }, data: { a: 1 } }]);
  return t;
}

test.each(NAMES)("with %s in Object.prototype", async (name) => {
  const t = await open();
  for (const [value, enumerable] of [
    ["strange", true],
    [1, true],
    [{ id: 2 }, false],
  ] as const) {
    Object.defineProperty(Object.prototype, name, { value, enumerable, configurable: true, writable: true });
    try {
      await t.upsert([{ id: 3, info: {}, data: {} }]);
      const select = ["id", "title", "lang", "info", "data"];
      const row = await t.get(3, { select });
      expect(JSON.stringify(row)).toBe('{"id":3,"title":null,"lang":null,"info":{"a":null},"data":{}}');
      const [found, counted, ordered] = [
        await t.find({}),
        await t.count({}),
        await t.find({ orderBy: { id: "desc" } }),
      ];
      expect([found.length, counted, ordered.map((one) => one["id"]).join()]).toEqual([3, 3, "3,2,1"]);
      expect(await t.count({ where: {} })).toBe(3);
      expect(await t.count({ where: { id: { $in: [1] } } })).toBe(1);
      const batches: number[] = [];
      for await (const batch of t.scan({})) batches.push(batch.length);
      expect(batches.join()).toBe("3");
      const error = (await t.delete({} as never).catch((thrown: unknown) => thrown)) as { code: string };
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect((await t.history({})).every((commit) => commit.message === null)).toBe(true);
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  }
});
