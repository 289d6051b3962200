import { setTimeout as sleep } from "node:timers/promises";
import { type Database, int, table, text, type VarveError } from "varve";
import { expect, it, test } from "vitest";
import { memoryDatabase } from "../support/database";

const people = table("people", { id: int().primaryKey(), name: text() });
const pets = table("pets", { id: int().primaryKey(), name: text() });
const empty = table("empty", { id: int().primaryKey() });

async function filled(): Promise<{ db: Database; between: Date }> {
  const db = await memoryDatabase();
  await db.table(empty);
  const p = await db.table(people);
  await p.insert([{ id: 1, name: "Ada" }], { effectiveAt: "2020-01-01" });
  await sleep(5);
  const between = new Date();
  await sleep(5);
  await p.upsert([{ id: 1, name: "Ada Lovelace" }], { effectiveAt: "2021-01-01" });
  await sleep(5);
  await (await db.table(pets)).insert([{ id: 1, name: "Rex" }], { effectiveAt: "2021-06-01" });
  return { db, between };
}

const refusal = async (call: () => unknown) => {
  try {
    return String(await call());
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return [code, message, hint];
  }
};

it("shows every table as it was then, and no table that had no commit yet", async () => {
  const { db, between } = await filled();
  const then = db.asOf(between);
  expect(await then.tables()).toEqual(["people"]);
  expect(await (await then.table(people)).find()).toEqual([{ id: 1, name: "Ada" }]);
  expect(await (await then.openTable("people")).count()).toBe(1);
  expect(await refusal(() => then.table(pets))).toMatchSnapshot();
  expect(await refusal(() => then.openTable("pets"))).toMatchSnapshot();
});

it("knows what was true by a date, and what is there now", async () => {
  const { db } = await filled();
  const then = db.asOf({ effective: "2021-03-01" });
  expect(await then.tables()).toEqual(["people"]);
  expect(await (await then.table(people)).get(1)).toEqual({ id: 1, name: "Ada Lovelace" });
  expect(await db.asOf(new Date()).tables()).toEqual(["people", "pets"]);
  expect(await db.asOf("2019-01-01").tables()).toEqual([]);
});

it("makes no table, and stays at its moment", async () => {
  const { db, between } = await filled();
  const t = await db.asOf(between).table(people);
  await (await db.table(people)).delete({ where: { id: 1 } });
  expect(await t.count()).toBe(1);
  const strangers = table("strangers", { id: int().primaryKey() });
  expect(await refusal(() => db.asOf(between).table(strangers))).toMatchSnapshot();
  expect(await db.tables()).not.toContain("strangers");
});

test.each([3, { tag: "launch" }, "yesterday", null, { effective: 3 }, undefined])(
  "refuses the moment %j",
  async (moment) => {
    const { db } = await filled();
    expect(await refusal(() => db.asOf(moment as never))).toMatchSnapshot();
  },
);

it("has one history of all tables, newest first", async () => {
  const { db } = await filled();
  const all = (await db.history()).map((commit) => [commit.table, commit.version, commit.operation]);
  expect(all).toEqual([
    ["pets", 1, "insert"],
    ["people", 2, "upsert"],
    ["people", 1, "insert"],
  ]);
  expect((await db.history({ limit: 2 })).map((commit) => commit.table)).toEqual(["pets", "people"]);
  expect(await refusal(() => db.history({ limit: 0 }))).toMatchSnapshot();
});
