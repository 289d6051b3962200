import { type Database, int, table } from "varve";
import { expect, it, vi } from "vitest";
import { memoryDatabase } from "../support/database";

async function filled(names: readonly string[]): Promise<Database> {
  const db = await memoryDatabase();
  for (const name of names)
    await (await db.table(table(name, { id: int().primaryKey() }))).insert([{ id: 1 }]);
  return db;
}

/** Reads the history and the tables of now, while something happens after the names were read. */
async function seen(db: Database, meanwhile: () => Promise<void>): Promise<readonly unknown[]> {
  const names = await db.tables();
  await meanwhile();
  vi.spyOn(db, "tables").mockResolvedValue(names);
  const commits = await db.history();
  return [commits.map((commit) => commit.table).sort(), await db.asOf(new Date()).tables()];
}

it("leaves out a table that is dropped after the names were read", async () => {
  const db = await filled(["a", "b", "c"]);
  expect(await seen(db, () => db.drop("b"))).toEqual([
    ["a", "c"],
    ["a", "c"],
  ]);
});

it("leaves out a table that is dropped once it is open, or renamed", async () => {
  const db = await filled(["a", "b", "c", "d"]);
  const open = db.openTable.bind(db);
  const opened = vi.spyOn(db, "openTable").mockImplementation(async (name) => {
    const t = await open(name);
    if (name === "b") await db.drop("b");
    if (name === "c") await db.renameTable("c", "z");
    return t;
  });
  expect((await db.history()).map((commit) => commit.table).sort()).toEqual(["a", "d"]);
  opened.mockRestore();
  expect(await seen(db, () => db.renameTable("a", "y"))).toEqual([
    ["d", "z"],
    ["d", "z"],
  ]);
});

it("still fails where a table cannot be read for another reason", async () => {
  const db = await filled(["a", "b"]);
  const failure = new Error("the disk is gone");
  vi.spyOn(db, "openTable").mockRejectedValue(failure);
  await expect(db.history()).rejects.toBe(failure);
  await expect(db.asOf(new Date()).tables()).rejects.toBe(failure);
});

it("opens several tables at once, and never more than 16", async () => {
  const names = Array.from({ length: 40 }, (_, at) => `t${String(at).padStart(2, "0")}`);
  const db = await filled(names);
  const open = db.openTable.bind(db);
  let [now, most] = [0, 0];
  vi.spyOn(db, "openTable").mockImplementation(async (name) => {
    most = Math.max(most, ++now);
    return await open(name).finally(() => now--);
  });
  expect((await db.history({ limit: 100 })).map((commit) => commit.table).sort()).toEqual(names);
  expect(most).toBe(16);
  most = 0;
  expect(await db.asOf(new Date()).tables()).toEqual(names);
  expect(most).toBe(16);
});
