// On some systems "Docs" and "docs" are one file. So they are one name everywhere, and a database can move.

import { int, table } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const named = (name: string) => table(name, { n: int() });

const places = [
  ["in memory", () => memoryDatabase()],
  ["in a folder", () => diskDatabase(temporaryFolder())],
] as const;

describe.each(places)("%s", (_, open) => {
  test.each([
    ["docs", "Docs"],
    ["Été", "été"],
    ["straße", "STRASSE"],
    ["ΣΟΣ", "σος"],
  ])("a table %s is in the way of one called %s", async (first, second) => {
    const db = await open();
    await db.table(named(first));
    const alike = { code: "TABLE_EXISTS", message: expect.stringContaining(`"${first}"`) };
    await expect(db.table(named(second))).rejects.toMatchObject(alike);
    const meant = { code: "TABLE_NOT_FOUND", hint: expect.stringContaining(`"${first}"`) };
    await expect(db.openTable(second)).rejects.toMatchObject(meant);
    await expect(db.drop(second)).rejects.toMatchObject(meant);
    expect(await db.tables()).toEqual([first]);
    await db.drop(first);
    await db.table(named(second));
  });

  test("tags too", async () => {
    const db = await open();
    const t = await db.table(named("docs"));
    await t.insert([{ n: 1 }]);
    await t.tag("Launch");
    await expect(t.tag("launch")).rejects.toMatchObject({
      code: "TAG_EXISTS",
      message: expect.stringContaining('"Launch"'),
    });
    const meant = { code: "TAG_NOT_FOUND", hint: expect.stringContaining('"Launch"') };
    await expect(t.asOf({ tag: "launch" }).count()).rejects.toMatchObject(meant);
    await expect(t.deleteTag("LAUNCH")).rejects.toMatchObject(meant);
    expect(await t.asOf({ tag: "Launch" }).count()).toBe(1);
    await t.deleteTag("Launch");
    await t.tag("launch");
  });

  test("of two that are made at once one stays", async () => {
    const db = await open();
    const made = await Promise.allSettled(["Docs", "docs", "DOCS"].map((name) => db.table(named(name))));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await db.tables()).toHaveLength(1);
  });
});
