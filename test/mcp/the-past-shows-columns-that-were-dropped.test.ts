import { connect, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { stdioClient } from "../support/mcp";

const offers = table(
  "offers",
  { id: text().primaryKey(), body: text(), price: int().nullable(), owner: text().nullable() },
  (c) => ({ vec: embed(builtin(), c.body) }),
);

it("reads of the past show the columns of that time, and take them in select", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  const t = await db.table(offers);
  await t.insert([
    { id: "bike", body: "A bicycle for children.", price: 90, owner: "Ada" },
    { id: "boat", body: "A rowing boat.", price: 900, owner: "Bob" },
  ]);
  await t.upsert([{ id: "boat", price: 800 }], { merge: true });
  const open = await db.openTable("offers");
  await open.dropColumn("price");
  await open.addColumn("place", text().nullable());
  await (await db.openTable("offers")).upsert(
    [{ id: "bike", body: "A bicycle for adults.", place: "Bern" }],
    {
      merge: true,
    },
  );
  await (await db.openTable("offers")).delete({ where: { id: "boat" } });
  await db.close();
  const served = await stdioClient(folder);
  const then = { table: "offers", as_of: "v1" };
  const boat = { id: "boat", body: "A rowing boat.", price: 900, owner: "Bob" };
  const { id: _id, ...withoutKey } = boat;

  expect(await served.answer("get", { ...then, keys: ["boat"] })).toMatchObject({
    rows: [{ id: "boat", row: boat }],
  });
  expect(await served.answer("get", { ...then, keys: ["boat"], select: ["price"] })).toMatchObject({
    rows: [{ id: "boat", row: { price: 900 } }],
  });
  const found = await served.answer("find", { ...then, where: "price > 100" });
  expect(found["rows"]).toEqual([boat]);
  const priced = await served.answer("find", { ...then, where: "price > 100", select: ["price"] });
  expect(priced["rows"]).toEqual([{ price: 900 }]);
  const query = { query: "something to row on the lake", limit: 1 };
  const [hit] = (await served.answer("search", { ...then, ...query }))["results"] as { row: object }[];
  expect(hit?.row).toEqual(withoutKey);
  const over = { table: "offers", to: "v1", ...query, select: ["price"] };
  expect(await served.answer("search_over_time", over)).toMatchObject({ results: [{ row: { price: 900 } }] });

  expect(await served.answer("timeline", over)).toMatchObject({ periods: [{ row: { price: 900 } }] });

  const changes = await served.answer("diff", { table: "offers", from: "v1" });
  expect(changes["removed"]).toEqual([{ id: "boat", version: 1, row: withoutKey }]);
  expect(changes["changed"]).toEqual([
    {
      id: "bike",
      before: { body: "A bicycle for children.", place: null, price: 90 },
      after: { body: "A bicycle for adults.", place: "Bern", price: null },
    },
  ]);
  const byPrice = { table: "offers", from: "v1", to: "v4" };
  expect(await served.answer("diff", byPrice)).toMatchObject({
    counts: { changed: 1 },
    changed: [{ id: "boat", before: { price: 900 }, after: { price: null } }],
  });
  const prices = await served.answer("diff", { table: "offers", from: "v1", select: ["price"] });
  expect(prices["removed"]).toEqual([{ id: "boat", version: 1, row: { price: 900 } }]);

  const message = 'find, select: expected columns among id, body, price, owner, found "place".';
  expect(await served.failure("find", { ...then, select: ["place"] })).toMatchObject({ message });
  expect(
    await served.answer("find", { table: "offers", as_of: "2020-01-01", select: ["place"] }),
  ).toMatchObject({
    version: 0,
    rows: [],
  });
});
