import { int, table } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hash, openDocs, threeDocs } from "../support/docs";
import { hashVector } from "../support/hash-embedding";

test("upsert adds new keys and replaces old ones, vectors and all", async () => {
  const t = await openDocs(threeDocs);
  const result = await t.upsert([
    { id: "2", title: "Shipping", body: "parcels leave daily" },
    { id: "4", title: "New" },
  ]);
  expect(result).toMatchObject({ version: 2, inserted: 1, updated: 1, deleted: 0 });
  expect(await t.get("2", { select: ["title", "lang", "views", "vec"] })).toEqual({
    title: "Shipping",
    lang: null,
    views: 0,
    vec: hashVector("parcels leave daily"),
  });
  expect(await t.count()).toBe(4);
  expect(hash.calls).toEqual([{ inputs: ["parcels leave daily"], kind: "document" }]);
});

test("the older version shows the row as it was", async () => {
  const t = await openDocs(threeDocs);
  await t.upsert([{ id: "2", title: "Shipping" }]);
  expect(await t.asOf(1).get("2")).toMatchObject({ title: "Versand", views: 20 });
});

test("upsert needs a key", async () => {
  const numbers = table("numbers", { n: int() });
  const t = await (await memoryDatabase()).table(numbers);
  await t.insert([{ n: 1 }, { n: 1 }]);
  await expect(t.upsert([{ n: 1 }])).rejects.toMatchObject({ code: "NO_PRIMARY_KEY" });
});

test("one key twice in one upsert is refused", async () => {
  const t = await openDocs(threeDocs);
  await expect(
    t.upsert([
      { id: "9", title: "x" },
      { id: "9", title: "y" },
    ]),
  ).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
});
