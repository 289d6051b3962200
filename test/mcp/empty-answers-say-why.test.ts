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
  expect(await served.answer("timeline", asked)).toMatchObject(empty);
  expect(await served.answer("find", { table: "drafts" })).toMatchObject(empty);
});

it("a span that ends before it begins is refused, whatever its points are", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const served = await stdioClient(folder);
  const asked = { table: "notes", query: "refunds" };
  const hint = "Swap from and to.";
  const dates = { ...asked, from: "2020-02-01", to: "2020-01-01" };
  for (const tool of ["search_over_time", "timeline"]) {
    expect(await served.failure(tool, { ...asked, from: "v2", to: "2020-01-01" })).toMatchObject({
      message: "The span ends before it starts: from is version 2, to is version 0.",
      hint,
    });
    expect(await served.failure(tool, { ...asked, from: "v3", to: "v2" })).toMatchObject({ hint });
    const message = expect.stringContaining(
      "from is 2020-02-01T00:00:00.000Z, to is 2020-01-01T00:00:00.000Z.",
    );
    expect(await served.failure(tool, dates)).toMatchObject({ message, hint });
    const effective = { ...asked, from: "effective:2020-02-01", to: "effective:2020-01-01" };
    expect(await served.failure(tool, effective)).toMatchObject({ message, hint });
  }
});

it("a timeline without a period says why there is none", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const served = await stdioClient(folder);
  const nobody = { table: "notes", query: "refunds", where: "id = 'nobody'" };
  expect(await served.answer("timeline", nobody)).toMatchObject({ periods: [], note: "Nothing was found." });
});
