import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openDocs, threeDocs } from "../support/docs";

async function threeVersions(): Promise<{ t: Awaited<ReturnType<typeof openDocs>>; dates: Date[] }> {
  const t = await openDocs(threeDocs);
  const dates = [(await t.history())[0]?.committedAt ?? new Date()];
  for (const title of ["second", "third"]) {
    await sleep(5);
    const { committedAt } = await t.update({ where: { id: "1" }, set: { title } });
    dates.push(committedAt ?? new Date());
  }
  return { t, dates };
}

describe("a version is found", () => {
  test("by its number", async () => {
    const { t } = await threeVersions();
    expect(await t.asOf(1).get("1")).toMatchObject({ title: "Refunds" });
    expect(await t.asOf(2).get("1")).toMatchObject({ title: "second" });
    expect(await t.asOf(3).get("1")).toMatchObject({ title: "third" });
    expect(await t.asOf(0).count()).toBe(0);
    await expect(t.asOf(4).count()).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
  });

  test("by its date, to the millisecond", async () => {
    const { t, dates } = await threeVersions();
    for (const [index, date] of dates.entries()) {
      expect(await t.asOf(date).version()).toBe(index + 1);
      expect(await t.asOf(date.toISOString()).version()).toBe(index + 1);
      expect(await t.asOf(new Date(date.getTime() - 1)).version()).toBe(index);
    }
    expect(await t.asOf("2020-01-01").count()).toBe(0);
  });

  test("by its tag", async () => {
    const { t } = await threeVersions();
    await t.tag("launch", 2);
    expect(await t.asOf({ tag: "launch" }).get("1")).toMatchObject({ title: "second" });
    await expect(t.asOf({ tag: "landing" }).get("1")).rejects.toMatchObject({ code: "TAG_NOT_FOUND" });
  });

  test("by the date on which it became true", async () => {
    const t = await openDocs();
    const years = ["2024", "2025", "2026"];
    for (const year of years) await t.upsert([{ id: "1", title: year }], { effectiveAt: `${year}-06-01` });
    expect(await t.asOf({ effective: "2025-12-31" }).get("1")).toMatchObject({ title: "2025" });
    expect(await t.asOf({ effective: new Date("2025-06-01") }).get("1")).toMatchObject({ title: "2025" });
    expect(await t.asOf({ effective: "2023-01-01" }).count()).toBe(0);
    const point = await t.asOf({ effective: "2024-12-31" }).point();
    expect(point).toMatchObject({ version: 1, effectiveAt: new Date("2024-06-01") });
    await expect(t.upsert([{ id: "1", title: "x" }], { effectiveAt: "2020-01-01" })).rejects.toMatchObject({
      code: "EFFECTIVE_DATE_BACKWARDS",
    });
  });

  test("only where the point makes sense", async () => {
    const t = await openDocs(threeDocs);
    for (const at of [-1, 1.5, null, "yesterday", {}, new Date(Number.NaN)]) {
      expect(() => t.asOf(at as never)).toThrow(/asOf: expected/);
    }
  });
});

describe("a snapshot", () => {
  test("never changes, and neither does the table's handle", async () => {
    const t = await openDocs(threeDocs);
    const then = t.asOf(1);
    expect(await then.count()).toBe(3);
    await t.delete({ all: true });
    expect(await then.count()).toBe(3);
    expect(await then.find({ select: ["id"] })).toEqual([{ id: "1" }, { id: "2" }, { id: "3" }]);
    expect(await t.count()).toBe(0);
  });

  test("stays at the version that it found first", async () => {
    const t = await openDocs(threeDocs);
    await t.tag("current");
    const then = t.asOf({ tag: "current" });
    expect(await then.version()).toBe(1);
    await t.delete({ all: true });
    await t.deleteTag("current");
    await t.tag("current");
    expect(await then.version()).toBe(1);
    expect(await t.asOf({ tag: "current" }).version()).toBe(2);
  });

  test("is searched like the table, with today's function", async () => {
    const t = await openDocs(threeDocs);
    await t.update({ where: { id: "2" }, set: { body: "nothing of that kind" } });
    const hits = await t.asOf(1).search("parcels leave", { limit: 1, select: ["id", "title"] });
    expect(hits).toMatchObject([{ id: "2", title: "Versand" }]);
    expect(await t.asOf(1).explain("parcels")).toMatchObject({ column: "vec", version: 1 });
  });

  test("scans and counts its version", async () => {
    const t = await openDocs(threeDocs);
    await t.delete({ where: { id: "1" } });
    const ids: string[] = [];
    for await (const batch of t.asOf(1).scan({ select: ["id"] })) ids.push(...batch.map((row) => row.id));
    expect(ids).toEqual(["1", "2", "3"]);
    expect(await t.asOf(1).count({ where: { lang: { $ne: null } } })).toBe(2);
  });

  test("has no writes", async () => {
    const then: object = (await openDocs(threeDocs)).asOf(1);
    for (const write of ["insert", "upsert", "update", "delete", "restore", "tag", "addColumn", "optimize"]) {
      expect(write in then).toBe(false);
    }
  });
});
