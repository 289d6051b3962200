import { int, text, vector } from "varve";
import { describe, expect, test } from "vitest";
import { docs, openDocs, threeDocs } from "../support/docs";

describe("a new column", () => {
  test("is null in rows that exist, and known to the new handle", async () => {
    const t = await openDocs(threeDocs);
    const more = await t.addColumn("summary", text().nullable(), { message: "summaries" });
    expect(await more.get("1", { select: ["id", "summary"] })).toEqual({ id: "1", summary: null });
    await more.update({ where: (c) => c.summary.isNull().and(c.id.eq("1")), set: { summary: "short" } });
    expect((await more.get("1"))?.summary).toBe("short");
    await more.insert([{ id: "4", title: "x", summary: "new" }]);
    expect(await more.count({ where: { summary: "new" } })).toBe(1);
    expect((await more.history({ limit: 3 })).map((commit) => commit.operation)).toEqual([
      "insert",
      "update",
      "addColumn",
    ]);
  });

  test("shows its constant default in rows that exist", async () => {
    const t = await openDocs(threeDocs);
    const more = await t.addColumn("stars", int().default(3));
    expect(await more.find({ select: ["stars"], orderBy: "id" })).toEqual([
      { stars: 3 },
      { stars: 3 },
      { stars: 3 },
    ]);
    await more.insert([
      { id: "4", title: "x" },
      { id: "5", title: "x", stars: 5 },
    ]);
    expect(await more.count({ where: { stars: 3 } })).toBe(4);
  });

  test("leaves the old handle as it was", async () => {
    const t = await openDocs(threeDocs);
    await t.addColumn("summary", text().nullable());
    expect(await t.get("1")).not.toHaveProperty("summary");
    await t.insert([{ id: "4", title: "x" }]);
    await expect(t.insert([{ id: "5", title: "x", summary: "x" } as never])).rejects.toMatchObject({
      code: "INVALID_ROW",
    });
  });

  test("is not there in older versions", async () => {
    const t = await openDocs(threeDocs);
    const more = await t.addColumn("summary", text().nullable());
    expect(await more.asOf(1).get("1")).not.toHaveProperty("summary");
    await expect(more.asOf(1).find({ where: { summary: null } })).rejects.toMatchObject({
      code: "COLUMN_NOT_FOUND",
    });
  });

  test("needs a value for rows that exist", async () => {
    const t = await openDocs(threeDocs);
    await expect(t.addColumn("n", int())).rejects.toMatchObject({ code: "INVALID_SCHEMA" });
    await expect(
      t.addColumn(
        "n",
        int().default(() => 3),
      ),
    ).rejects.toMatchObject({ code: "INVALID_SCHEMA" });
    await expect(t.addColumn("_n", int().nullable())).rejects.toMatchObject({ code: "INVALID_NAME" });
    await expect(t.addColumn("title", int().nullable())).rejects.toMatchObject({ code: "COLUMN_EXISTS" });
  });

  test("may hold vectors", async () => {
    const t = await openDocs(threeDocs);
    const more = await t.addColumn("point", vector(2).nullable());
    await more.update({ where: { id: "2" }, set: { point: [1, 0] } });
    const hits = await more.search([1, 0], { select: ["id"] });
    expect(hits.map((hit) => hit.id)).toEqual(["2"]);
  });
});

describe("a column that is dropped", () => {
  test("is gone, and older versions still show it", async () => {
    const t = await openDocs(threeDocs);
    const less = await t.dropColumn("views");
    expect(await less.get("1")).not.toHaveProperty("views");
    await less.insert([{ id: "4", title: "x" }]);
    expect(await less.asOf(1).find({ select: ["views" as never], orderBy: "id", limit: 1 })).toEqual([
      { views: 10 },
    ]);
    await expect(less.find({ where: { views: 3 } as never })).rejects.toMatchObject({
      code: "COLUMN_NOT_FOUND",
    });
  });

  test("cannot be the key, nor what another is computed from", async () => {
    const t = await openDocs(threeDocs);
    await expect(t.dropColumn("id")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(t.dropColumn("body")).rejects.toThrow('"vec" is computed from it');
    await expect(t.dropColumn("nope" as never)).rejects.toMatchObject({ code: "COLUMN_NOT_FOUND" });
    const less = await (await t.dropColumn("vec")).dropColumn("body");
    await less.insert([{ id: "4", title: "x" }]);
    await expect(less.search("x" as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(Object.keys(docs.columns)).toContain("body");
  });
});
