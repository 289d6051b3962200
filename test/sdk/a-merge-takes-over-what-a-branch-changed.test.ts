import { int, type Table } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { type docs, hash, openDocs, threeDocs } from "../support/docs";

type Docs = Table<typeof docs>;

async function parted(): Promise<{ t: Docs; trial: Docs }> {
  const t = await openDocs(threeDocs);
  return { t, trial: await t.branch("trial") };
}

async function titles(t: Docs): Promise<Record<string, string>> {
  const rows = await t.find({ select: ["id", "title"] });
  return Object.fromEntries(rows.map(({ id, title }) => [id, title]));
}

/** Both give row 1 another title, and the branch more views. */
async function conflicting(): Promise<{ t: Docs; trial: Docs }> {
  const both = await parted();
  await both.t.update({ where: { id: "1" }, set: { title: "here" } });
  await both.trial.update({ where: { id: "1" }, set: { title: "there", views: 5 } });
  return both;
}

describe("a merge", () => {
  test("takes rows that came, changed and went, in one commit that says so", async () => {
    const { t, trial } = await parted();
    await trial.insert({ id: "4", title: "new", body: null });
    await trial.update({ where: { id: "2" }, set: { title: "changed" } });
    await trial.delete({ where: { id: "3" } });
    await t.update({ where: { id: "1" }, set: { title: "ours" } });
    const merged = await t.merge("trial", { message: "take the trial" });
    expect(merged).toMatchObject({
      version: 3,
      inserted: 1,
      updated: 1,
      deleted: 1,
      taken: 4,
      conflicts: [],
    });
    expect(await titles(t)).toMatchObject({ "1": "ours", "2": "changed", "4": "new" });
    const [last] = await t.history({ limit: 1 });
    expect(last).toMatchObject({
      operation: "merge",
      merged: { branch: "trial", version: 4 },
      message: "take the trial",
    });
  });

  test("takes vectors along, and embeds nothing", async () => {
    const { t, trial } = await parted();
    await trial.insert({ id: "4", title: "new", body: "a text that is new" });
    hash.calls.length = 0;
    await t.merge("trial");
    expect(hash.calls).toEqual([]);
    const [found] = await t.search("a text that is new", { mode: "vector", limit: 1 });
    expect(found?.id).toBe("4");
  });

  test("may be repeated as both go on", async () => {
    const { t, trial } = await parted();
    await trial.update({ where: { id: "1" }, set: { title: "first" } });
    await t.merge("trial");
    const again = await t.merge("trial");
    expect(again).toMatchObject({ version: 2, updated: 0 });
    await trial.update({ where: { id: "1" }, set: { title: "second" } });
    await t.update({ where: { id: "2" }, set: { title: "meanwhile" } });
    await t.merge("trial");
    await trial.merge("main");
    expect(await titles(trial)).toEqual(await titles(t));
    expect(await titles(t)).toMatchObject({ "1": "second", "2": "meanwhile" });
  });

  test("fails where both changed a row, and changes nothing", async () => {
    const { t } = await conflicting();
    const error = await t.merge("trial").catch(({ code, message, hint }) => ({ code, message, hint }));
    expect(error).toMatchInlineSnapshot(`
      {
        "code": "MERGE_CONFLICT",
        "hint": "Say onConflict ("ours", "theirs" or a function), or look at them first with dryRun; nothing was changed.",
        "message": "A row was changed here and in "trial" since both last met: "1".",
      }
    `);
    expect(await t.version()).toBe(2);
  });

  test("says with dryRun what it would do, with the rows as both have them", async () => {
    const { t } = await conflicting();
    const told = await t.merge("trial", { dryRun: true });
    expect(told.conflicts).toMatchObject([
      {
        key: "1",
        base: { title: threeDocs[0]?.title, views: 10 },
        ours: { title: "here", views: 10 },
        theirs: { title: "there", views: 5 },
        columns: ["title", "views"],
      },
    ]);
    expect(await t.version()).toBe(2);
  });

  test("by column conflicts only where both changed one", async () => {
    const { t } = await conflicting();
    const { conflicts } = await t.merge("trial", { dryRun: true, by: "column" });
    expect(conflicts.map(({ columns }) => columns)).toEqual([["title"]]);
    await t.update({ where: { id: "1" }, set: { title: threeDocs[0]?.title ?? "" } });
    await t.update({ where: { id: "1" }, set: { lang: "de" } });
    await t.merge("trial", { by: "column" });
    expect(await t.get("1", { select: ["title", "lang", "views"] })).toEqual({
      title: "there",
      lang: "de",
      views: 5,
    });
  });

  test.each([
    ["ours", "here"],
    ["theirs", "there"],
  ] as const)("keeps %s where that is said", async (onConflict, title) => {
    const { t } = await conflicting();
    await t.merge("trial", { onConflict });
    expect((await titles(t))["1"]).toBe(title);
    expect((await t.merge("trial")).updated).toBe(0);
  });

  test("asks a function, and embeds the row that it makes", async () => {
    const { t } = await conflicting();
    hash.calls.length = 0;
    await t.merge("trial", {
      onConflict: (base, ours, theirs) => {
        expect([base?.title, ours?.title, theirs?.title]).toEqual([threeDocs[0]?.title, "here", "there"]);
        return { id: "1", title: `${ours?.title} and ${theirs?.title}`, body: "made of both" };
      },
    });
    expect((await titles(t))["1"]).toBe("here and there");
    expect(hash.calls.flatMap(({ inputs }) => inputs)).toEqual(["made of both"]);
    expect((await t.merge("trial")).updated).toBe(0);
  });

  test("takes the row that the function chose, or none", async () => {
    const { t, trial } = await conflicting();
    await t.update({ where: { id: "2" }, set: { title: "here too" } });
    await trial.delete({ where: { id: "2" } });
    await t.merge("trial", { onConflict: (_base, _ours, theirs) => theirs });
    expect(await titles(t)).toEqual({ "1": "there", "3": threeDocs[2]?.title });
  });

  test("brings columns that were added or renamed there", async () => {
    const db = await memoryDatabase();
    const t = await openDocs(threeDocs, db);
    const trial = await t.branch("trial");
    const wider = await trial.addColumn("stars", int().nullable());
    await wider.update({ where: { id: "2" }, set: { stars: 4 } });
    await wider.renameColumn("title", "headline");
    await t.merge("trial");
    const rows = await (await db.openTable("docs")).find({ select: ["id", "headline", "stars"] });
    const stars = rows.map((row) => [row["id"], row["stars"]]).sort();
    expect(stars).toEqual([
      ["1", null],
      ["2", 4],
      ["3", null],
    ]);
    expect(rows.every((row) => typeof row["headline"] === "string")).toBe(true);
  });

  test("refuses what is no branch", async () => {
    const { t } = await parted();
    await expect(t.merge("nope")).rejects.toMatchObject({ code: "BRANCH_NOT_FOUND" });
    await expect(t.merge("main")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(t.merge("trial", { by: "cell" as never })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});
