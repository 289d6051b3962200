import { describe, expect, test } from "vitest";
import { openDocs, threeDocs } from "../support/docs";

describe("history", () => {
  test("lists the commits, newest first, with what was said about them", async () => {
    const t = await openDocs();
    const effectiveAt = new Date("2026-01-01T12:00:00Z");
    await t.insert(threeDocs, {
      message: "first",
      effectiveAt,
      properties: { source: "crawl", pages: [1, 2] },
    });
    await t.update({ where: { id: "1" }, set: { views: 1 }, message: "second" });
    await t.delete({ where: { id: "2" }, properties: {} });
    const [third, second, first, ...rest] = await t.history();
    expect(rest).toEqual([]);
    expect(first).toEqual({
      version: 1,
      committedAt: expect.any(Date),
      effectiveAt,
      operation: "insert",
      inserted: 3,
      updated: 0,
      deleted: 0,
      message: "first",
      properties: { source: "crawl", pages: [1, 2] },
      tags: [],
    });
    expect(second).toMatchObject({
      version: 2,
      operation: "update",
      updated: 1,
      message: "second",
      effectiveAt: null,
    });
    expect(third).toMatchObject({ version: 3, operation: "delete", deleted: 1, message: null });
    expect(first?.committedAt.getTime()).toBeLessThanOrEqual(second?.committedAt.getTime() ?? 0);
  });

  test("comes in pages", async () => {
    const t = await openDocs();
    for (let i = 0; i < 30; i++) await t.insert([{ id: String(i), title: "x" }]);
    expect(await t.history()).toHaveLength(20);
    const versions: number[] = [];
    let before: number | undefined;
    do {
      const page = await t.history({ limit: 7, before });
      versions.push(...page.map((commit) => commit.version));
      before = page.at(-1)?.version;
    } while (before !== undefined);
    expect(versions).toEqual(Array.from({ length: 30 }, (_, i) => 30 - i));
    await expect(t.history({ limit: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("takes what JSON can hold", async () => {
    const t = await openDocs();
    const row = [{ id: "1", title: "x" }];
    await expect(t.insert(row, { properties: { at: new Date() } as never })).rejects.toThrow(
      "properties.at: expected JSON",
    );
    await expect(t.insert(row, { properties: [] as never })).rejects.toThrow(
      "properties: expected a plain object",
    );
    await expect(t.insert(row, { message: 3 as never })).rejects.toThrow("message: expected a text");
    await expect(t.insert(row, { effectiveAt: "soon" })).rejects.toThrow("effectiveAt: expected an instant");
    expect(await t.version()).toBe(0);
  });
});

describe("a tag", () => {
  test("names the newest version, or the one at a point", async () => {
    const t = await openDocs(threeDocs);
    await t.delete({ where: { id: "1" } });
    expect(await t.tag("now")).toEqual({ name: "now", version: 2 });
    expect(await t.tag("then", 1)).toEqual({ name: "then", version: 1 });
    expect(await t.tags()).toEqual(
      expect.arrayContaining([
        { name: "now", version: 2 },
        { name: "then", version: 1 },
      ]),
    );
    expect((await t.history()).map((commit) => commit.tags)).toEqual([["now"], ["then"]]);
  });

  test("can be taken away", async () => {
    const t = await openDocs(threeDocs);
    await t.tag("now");
    await t.deleteTag("now");
    expect(await t.tags()).toEqual([]);
    await expect(t.deleteTag("now")).rejects.toMatchObject({ code: "TAG_NOT_FOUND" });
  });

  test("is given once, and has a name", async () => {
    const t = await openDocs(threeDocs);
    await t.tag("now");
    await expect(t.tag("now")).rejects.toMatchObject({ code: "TAG_EXISTS" });
    for (const name of ["", 3, undefined])
      await expect(t.tag(name as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(t.tag("../x")).rejects.toMatchObject({ code: "INVALID_NAME" });
  });
});

describe("restore", () => {
  test("makes the rows what they were, as a new commit", async () => {
    const t = await openDocs(threeDocs);
    await t.tag("launch");
    const before = await t.find({ orderBy: "id" });
    await t.delete({ where: { id: "1" } });
    await t.upsert([
      { id: "2", title: "changed" },
      { id: "9", title: "new" },
    ]);
    const result = await t.restore({ tag: "launch" }, { message: "back" });
    expect(result.version).toBe(4);
    expect(await t.find({ orderBy: "id" })).toEqual(before);
    expect(await t.asOf(3).count()).toBe(3);
    expect((await t.history())[0]).toMatchObject({ operation: "restore", message: "back" });
    expect(await t.search("refunds are paid", { limit: 1, select: ["id"] })).toMatchObject([{ id: "1" }]);
  });
});
