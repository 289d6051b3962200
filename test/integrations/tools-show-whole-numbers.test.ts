import { embed, int, table, text } from "varve";
import { retrievalTools } from "varve/ai";
import { expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const LARGE = 2n ** 60n;
const posts = table("posts", { id: int({ bigint: true }).primaryKey(), body: text() }, (c) => ({
  vec: embed(hashEmbedding(), c.body),
}));

it("shows a bigint as a number where that is exact, and as a text where it is not", async () => {
  const t = await (await memoryDatabase()).table(posts);
  await t.insert([
    { id: 5n, body: "refunds" },
    { id: LARGE, body: "parcels" },
  ]);
  const { search, diff } = await retrievalTools(t);
  const { results } = await search.execute({ query: "refunds", limit: 2 });
  expect(results.map(({ id }) => id)).toEqual([5, `${LARGE}`]);
  const { added } = await diff.execute({ from: "0" });
  expect(added.map(({ id }) => id)).toEqual([5, `${LARGE}`]);
});
