import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, embed, table, text } from "varve";
import { openai } from "varve/embeddings";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";
import { connectClient, fillNotes, stdioTransport } from "../support/mcp";

/** A database with a damaged table, and one whose embedding function asks a server that is not there. */
async function brokenDatabase(): Promise<string> {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const db = await connect(folder);
  const model = openai("custom", {
    baseURL: "http://127.0.0.1:1/secret-path",
    apiKey: "none",
    dimensions: 2,
  });
  const far = table("far", { id: text().primaryKey(), body: text().nullable() }, (c) => ({
    vec: embed(model, c.body),
  }));
  await (await db.table(far)).insert([{ id: "a" }]);
  await db.close();
  const damaged = join(folder, readdirSync(folder).find((name) => name.startsWith("words")) ?? "words");
  for (const name of readdirSync(damaged, { recursive: true, encoding: "utf8" }))
    if (statSync(join(damaged, name)).isFile()) writeFileSync(join(damaged, name), "damaged");
  return folder;
}

it("what a model cannot mend is said plainly, and in full to whoever serves the database", async () => {
  const transport = stdioTransport(await brokenDatabase(), "--write");
  let told = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  const served = await connectClient(transport);
  const { tables } = await served.answer("list_tables");
  const answers = [
    (tables as readonly { problem?: string }[]).find(({ problem }) => problem !== undefined),
    await served.failure("find", { table: "words" }),
    await served.failure("search", { table: "far", query: "anything" }),
    await served.failure("search_over_time", { table: "far", query: "anything" }),
    await served.failure("timeline", { table: "far", query: "anything" }),
    await served.failure("upsert", { table: "far", rows: [{ id: "b", body: "new" }] }),
    await served.client.readResource({ uri: "varve://words/schema" }).catch(String),
  ];
  expect(answers).toMatchSnapshot();
  await expect.poll(() => told).toContain("describe_table failed: CORRUPT");
  const lines = told.replace(/The file \S+/g, "The file …").replace(/(gave no answer): .*/g, "$1: …");
  expect(lines.trim().split("\n")).toMatchSnapshot();
});

it("an embedding function that the server does not have names what goes without it", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  const own = table("own", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(hashEmbedding(), c.body),
  }));
  await (await db.table(own)).insert([{ id: "a", body: "refunds take 14 days" }]);
  await db.close();
  const served = await connectClient(stdioTransport(folder, "--write"));
  const asked = { table: "own", query: "refunds" };
  const failures = [
    await served.failure("search", { ...asked, mode: "vector" }),
    await served.failure("timeline", asked),
    await served.failure("upsert", { table: "own", rows: [{ id: "b", body: "new" }] }),
  ];
  expect(failures).toMatchSnapshot();
  expect(await served.answer("search", { ...asked, mode: "text" })).toMatchObject({ results: [{ id: "a" }] });
  expect(await served.answer("find", { table: "own" })).toMatchObject({ count: 1, version: 1 });
});

it("a database that is gone is said to be out of reach, and not where it was", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const served = await connectClient(stdioTransport(folder));
  rmSync(folder, { recursive: true });
  // A link to itself: whatever is looked for there, the system refuses.
  symlinkSync(folder, folder);
  const plain = "The disk or the store of the database failed.";
  expect(await served.failure("list_tables")).toMatchObject({ code: "IO", message: plain });
  await expect(served.client.listResources()).rejects.toThrow(`IO: ${plain}`);
});
