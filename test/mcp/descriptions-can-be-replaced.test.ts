import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { connectClient, fillNotes, stdioClient, stdioTransport } from "../support/mcp";

it("whoever serves a database says what its tools and tables are", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const file = join(folder, "descriptions.json");
  const said = {
    instructions: "Answer from the handbook alone.",
    tools: { search: "Searches the handbook." },
    tables: { notes: "the handbook of the company" },
  };
  writeFileSync(file, JSON.stringify(said));
  const served = await stdioClient(folder, "--descriptions", file);
  expect(served.client.getInstructions()).toBe(said.instructions);
  const { tools } = await served.client.listTools();
  expect(tools.find(({ name }) => name === "search")?.description).toBe("Searches the handbook.");
  expect(tools.find(({ name }) => name === "get")?.description).toContain("primary keys");
  expect(await served.answer("list_tables")).toMatchObject({
    tables: [{ name: "notes", about: said.tables.notes }, { name: "words" }],
  });
  expect(await served.answer("describe_table", { table: "notes" })).toMatchObject({
    about: said.tables.notes,
  });
  const { resources } = await served.client.listResources();
  expect(resources[0]).toMatchObject({ uri: "varve://notes/schema", description: said.tables.notes });
});

it("tables that are described and not there are named on stderr, once", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const file = join(folder, "descriptions.json");
  writeFileSync(file, JSON.stringify({ tables: { notes: "notes", note: "a slip", later: "not yet" } }));
  const transport = stdioTransport(folder, "--descriptions", file);
  let told = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  const served = await connectClient(transport);
  expect(await served.answer("list_tables")).toMatchObject({ tables: [{ about: "notes" }, {}] });
  expect(told).toBe(
    'varve mcp: the descriptions name tables that are not there: "note", "later"; there are notes, words.\n',
  );
});
