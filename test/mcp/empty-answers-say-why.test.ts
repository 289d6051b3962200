import { connect, embed, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { fillNotes, stdioClient } from "../support/mcp";

const drafts = table("drafts", { id: text().primaryKey(), body: text() }, (c) => ({
  vec: embed(builtin(), c.body),
}));

it("a table that nothing was written to is empty, and not of another time", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  await db.table(drafts);
  await db.close();
  const served = await stdioClient(folder);
  const asked = { table: "drafts", query: "refunds" };
  const empty = { note: "The table is empty." };
  expect(await served.answer("search", asked)).toMatchObject(empty);
  expect(await served.answer("search_over_time", asked)).toMatchObject(empty);
  expect(await served.answer("find", { table: "drafts" })).toMatchObject(empty);
});

it("a span that ends before it begins is refused, whatever its points are", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const served = await stdioClient(folder);
  const asked = { table: "notes", query: "refunds" };
  const hint = "Swap from and to.";
  expect(await served.failure("search_over_time", { ...asked, from: "v2", to: "2020-01-01" })).toMatchObject({
    message: "The span ends before it starts: from is version 2, to is version 0.",
    hint,
  });
  const dates = { ...asked, from: "2020-02-01", to: "2020-01-01" };
  expect(await served.failure("search_over_time", dates)).toMatchObject({
    message:
      "The span ends before it starts: from is 2020-02-01T00:00:00.000Z, to is 2020-01-01T00:00:00.000Z.",
    hint,
  });
});
