import { connect, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { stdioClient } from "../support/mcp";

const LARGE = 2n ** 60n;
const posts = table(
  "posts",
  { id: int({ bigint: true }).primaryKey(), body: text(), likes: int().nullable() },
  (c) => ({
    vec: embed(builtin(), c.body),
  }),
);

it("keys and values beyond the numbers of JavaScript are texts, and the others numbers", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  await (await db.table(posts)).insert([
    { id: 5n, body: "Refunds take 14 days.", likes: 3 },
    { id: LARGE, body: "Parcels leave in the morning.", likes: null },
  ]);
  await db.close();
  const served = await stdioClient(folder, "--write");
  const rows = {
    rows: [
      { id: 5, row: { id: 5, likes: 3 } },
      { id: `${LARGE}`, row: { id: `${LARGE}`, likes: null } },
    ],
  };
  expect(await served.answer("get", { table: "posts", keys: ["5", `${LARGE}`] })).toMatchObject(rows);
  expect(await served.answer("get", { table: "posts", keys: [5, 6] })).toMatchObject({ missing: [6] });
  expect(await served.failure("get", { table: "posts", keys: ["five"] })).toMatchObject({
    code: "INVALID_ARGUMENT",
    message: 'keys: expected whole numbers, found "five".',
  });
  const found = await served.answer("search", { table: "posts", query: "when do parcels leave?", limit: 1 });
  expect(found).toMatchObject({ results: [{ id: `${LARGE}` }] });
  const written = await served.answer("upsert", {
    table: "posts",
    rows: [
      { id: `${LARGE}`, likes: 7 },
      { id: 6, body: "Offices are closed.", likes: "8" },
    ],
  });
  expect(written).toMatchObject({ inserted: 1, updated: 1 });
  expect(
    await served.answer("find", { table: "posts", where: "likes >= 7", select: ["id", "likes"] }),
  ).toMatchObject({
    rows: [
      { id: `${LARGE}`, likes: 7 },
      { id: 6, likes: 8 },
    ],
  });
  expect(await served.failure("upsert", { table: "posts", rows: [{ id: 1.5, body: "x" }] })).toMatchObject({
    code: "INVALID_ROW",
  });
  expect(await served.answer("delete", { table: "posts", keys: [`${LARGE}`, 6] })).toMatchObject({
    deleted: 2,
  });
  expect(await served.answer("diff", { table: "posts", from: "v2" })).toMatchObject({
    removed: [{ id: `${LARGE}` }, { id: 6 }],
  });
});
