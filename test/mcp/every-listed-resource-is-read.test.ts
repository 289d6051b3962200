import { connect, table, text } from "varve";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { stdioClient } from "../support/mcp";

it("tables and tags beyond ASCII are resources too", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  const t = await db.table(table("größe", { id: text().primaryKey() }));
  await t.insert([{ id: "a" }]);
  await t.tag("früh");
  await t.insert([{ id: "b" }]);
  await db.close();
  const { client } = await stdioClient(folder);
  const { resources } = await client.listResources();
  expect(resources.map(({ uri }) => uri)).toEqual([
    "varve://gr%C3%B6%C3%9Fe/schema",
    "varve://gr%C3%B6%C3%9Fe/history",
  ]);
  const read = async (uri: string): Promise<unknown> => {
    const [content] = (await client.readResource({ uri })).contents;
    return JSON.parse(content !== undefined && "text" in content ? content.text : "");
  };
  for (const { uri } of resources) expect(await read(uri)).toMatchObject({ table: "größe", version: 2 });
  const early = `varve://${encodeURIComponent("größe")}@${encodeURIComponent("früh")}/schema`;
  expect(await read(early)).toMatchObject({ version: 1, rows: 1 });
  for (const uri of ["varve://gr%C3%B6%C3/schema", "varve://gr%F6e/schema"])
    await expect(client.readResource({ uri })).rejects.toThrow(/not found/i);
});
