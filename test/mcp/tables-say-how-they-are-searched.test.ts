import { connect, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { stdioClient } from "../support/mcp";

const key = { id: text().primaryKey() };
const plain = table("plain", { ...key, lang: text().indexed(), views: int().nullable() });
const byWords = table("words", { ...key, body: text({ search: true }) });
const byMeaning = table("meaning", { ...key, body: text({ search: false }) }, (c) => ({
  vec: embed(builtin(), c.body),
}));

async function served() {
  const folder = temporaryFolder();
  const db = await connect(folder);
  await (await db.table(plain)).insert([{ id: "a", lang: "en" }]);
  await (await db.table(byWords)).insert([{ id: "a", body: "Refunds take 14 days." }]);
  await (await db.table(byMeaning)).insert([{ id: "a", body: "Refunds take 14 days." }]);
  await db.close();
  return await stdioClient(folder);
}

it("describe_table says which columns are indexed", async () => {
  const { columns } = await (await served()).answer("describe_table", { table: "plain" });
  expect(columns).toMatchObject([{ name: "id" }, { name: "lang", indexed: true }, { name: "views" }]);
  for (const column of [0, 2]) expect((columns as object[])[column]).not.toHaveProperty("indexed");
});

it("a search that a table cannot answer says which one it can, in words of tools", async () => {
  const client = await served();
  const searches: readonly [tool: string, table: string, mode?: string][] = [
    ["search", "plain"],
    ["search", "plain", "text"],
    ["search", "plain", "hybrid"],
    ["search", "words", "vector"],
    ["search", "words", "hybrid"],
    ["search", "meaning", "text"],
    ["search", "meaning", "hybrid"],
    ["search_over_time", "plain"],
    ["search_over_time", "words"],
    ["timeline", "plain"],
    ["timeline", "words"],
  ];
  const said: unknown[] = [];
  for (const [tool, name, mode] of searches)
    said.push(await client.failure(tool, { table: name, query: "refunds", ...(mode && { mode }) }));
  expect(said).toMatchSnapshot();
  const fine = [
    ["words", "text"],
    ["words", "auto"],
    ["meaning", "vector"],
    ["meaning", "auto"],
  ];
  for (const [name, mode] of fine)
    expect(await client.answer("search", { table: name, query: "refunds", mode })).toMatchObject({
      results: [{ id: "a" }],
    });
});
