import { expect, test } from "vitest";
import { openDocs, threeDocs } from "../support/docs";

test("delete removes the rows that match, and older versions still show them", async () => {
  const t = await openDocs(threeDocs);
  const result = await t.delete({ where: (c) => c.lang.eq("de"), message: "no German" });
  expect(result).toMatchObject({ version: 2, inserted: 0, updated: 0, deleted: 1 });
  expect(await t.get("2")).toBeUndefined();
  expect(await t.count()).toBe(2);
  expect(await t.asOf(1).get("2")).toMatchObject({ title: "Versand" });
});

test("a key that was deleted can be inserted again", async () => {
  const t = await openDocs(threeDocs);
  await t.delete({ where: { id: "2" } });
  await t.insert([{ id: "2", title: "again" }]);
  expect(await t.get("2")).toMatchObject({ title: "again" });
  expect(await t.asOf(1).get("2")).toMatchObject({ title: "Versand" });
});

test("a delete of nothing makes no version", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.delete({ where: { id: "9" } })).toMatchObject({ version: 1, deleted: 0 });
});
