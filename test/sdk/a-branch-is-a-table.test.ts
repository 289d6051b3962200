import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { docs, hash, openDocs, threeDocs } from "../support/docs";

async function ids(t: { find(): Promise<readonly { id: string }[]> }): Promise<string[]> {
  return (await t.find()).map(({ id }) => id).sort();
}

describe("a branch", () => {
  test("goes its own way from where it begins", async () => {
    const t = await openDocs(threeDocs);
    const trial = await t.branch("trial");
    await trial.insert({ id: "4", title: "Fourth", body: "only here" });
    await t.delete({ where: { id: "1" } });
    expect(await ids(trial)).toEqual(["1", "2", "3", "4"]);
    expect(await ids(t)).toEqual(["2", "3"]);
    expect([t.branchName, trial.branchName]).toEqual(["main", "trial"]);
  });

  test("has the history of its origin up to there, and its own from there on", async () => {
    const t = await openDocs(threeDocs);
    await t.update({ where: { id: "1" }, set: { views: 7 } });
    const trial = await t.branch("trial", { from: 1 });
    await trial.update({ where: { id: "1" }, set: { views: 9 }, message: "here" });
    expect((await trial.history()).map(({ version, message }) => [version, message])).toEqual([
      [2, "here"],
      [1, null],
    ]);
    expect(await trial.asOf(1).get("1", { select: ["views"] })).toEqual({ views: 10 });
    expect(await trial.get("1", { select: ["views"] })).toEqual({ views: 9 });
    expect(await t.get("1", { select: ["views"] })).toEqual({ views: 7 });
  });

  test("begins at a tag, and in another branch", async () => {
    const t = await openDocs(threeDocs);
    await t.tag("launch");
    await t.delete({ all: true });
    const launch = await t.branch("launch", { from: { tag: "launch" } });
    const more = await launch.branch("more");
    expect(await ids(more)).toEqual(["1", "2", "3"]);
    expect((await t.branches()).map(({ name, from }) => [name, from])).toEqual([
      ["launch", { branch: "main", version: 1 }],
      ["more", { branch: "launch", version: 1 }],
    ]);
  });

  test("is opened by its name, with the types of the table", async () => {
    const db = await memoryDatabase();
    const t = await openDocs(threeDocs, db);
    await (await t.branch("trial")).delete({ where: { id: "1" } });
    expect(await ids(await db.table(docs, { branch: "trial" }))).toEqual(["2", "3"]);
    expect(await (await db.openTable("docs", { branch: "trial" })).count()).toBe(2);
    expect(await (await db.openTable("docs@trial")).count()).toBe(2);
    expect(await (await db.openTable("docs", { branch: "main" })).count()).toBe(3);
    expect(await db.tables()).toEqual(["docs"]);
  });

  test("is searched like a table, without embedding anything again", async () => {
    const t = await openDocs(threeDocs);
    const trial = await t.branch("trial");
    hash.calls.length = 0;
    const [first] = await trial.search("refund", { limit: 1, mode: "vector" });
    const [same] = await t.search("refund", { limit: 1, mode: "vector" });
    expect(first).toEqual(same);
    expect(hash.calls.flatMap(({ inputs }) => inputs)).toEqual(["refund", "refund"]);
  });

  test("has columns of its own", async () => {
    const { int } = await import("varve");
    const t = await openDocs(threeDocs);
    const trial = await (await t.branch("trial")).addColumn("stars", int().nullable());
    await trial.update({ where: { id: "1" }, set: { stars: 5 } });
    expect(await trial.get("1", { select: ["stars"] })).toEqual({ stars: 5 });
    expect(Object.keys((await t.get("1")) ?? {})).not.toContain("stars");
  });

  test("is deleted with what only it has", async () => {
    const t = await openDocs(threeDocs);
    const trial = await t.branch("trial");
    const inner = await trial.branch("inner");
    await t.deleteBranch("trial");
    await expect(trial.count()).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
    expect(await inner.count()).toBe(3);
    expect((await t.branches()).map(({ name }) => name)).toEqual(["inner"]);
    expect((await t.verify()).problems).toEqual([]);
  });

  test("of every table begins at one moment", async () => {
    const db = await memoryDatabase();
    await openDocs(threeDocs, db);
    expect(await db.branch("trial")).toEqual(["docs"]);
    expect(await (await db.table(docs, { branch: "trial" })).count()).toBe(3);
    await expect(db.branch("trial")).rejects.toMatchObject({ code: "BRANCH_EXISTS" });
  });

  test("loses what is purged in the table", async () => {
    const t = await openDocs(threeDocs);
    const trial = await t.branch("trial");
    await t.purge({ keys: ["1"] });
    expect(await ids(trial)).toEqual(["2", "3"]);
    expect(await trial.asOf(1).count()).toBe(2);
  });

  test("that cannot be is refused with what to do", async () => {
    const t = await openDocs(threeDocs);
    await t.branch("trial");
    const refused = async (name: string): Promise<unknown> =>
      await t.branch(name).then(
        () => "made",
        ({ code, message, hint }) => ({ code, message, hint }),
      );
    expect([
      await refused("trial"),
      await refused("Trial"),
      await refused("main"),
      await refused("a/b"),
    ]).toMatchInlineSnapshot(`
      [
        {
          "code": "BRANCH_EXISTS",
          "hint": "Open it, delete it first, or choose another name.",
          "message": "The table "docs" already has a branch "trial".",
        },
        {
          "code": "BRANCH_EXISTS",
          "hint": "Open "trial", or choose another name.",
          "message": "There already is a branch "trial", which differs from "Trial" only in case.",
        },
        {
          "code": "INVALID_NAME",
          "hint": "Choose another name.",
          "message": ""main" cannot be the name of a branch: it is what the table itself is called among its branches.",
        },
        {
          "code": "INVALID_NAME",
          "hint": "A name has 1 to 100 bytes: letters, digits, '_', '-' and '.', the first a letter, a digit or '_'. Names that an operating system reserves (CON, NUL, ...) are refused.",
          "message": ""a/b" cannot be the name of a branch.",
        },
      ]
    `);
    expect(await refused("")).toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(t.deleteBranch("nope")).rejects.toMatchObject({ code: "BRANCH_NOT_FOUND" });
  });
});
