import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { fillNotes, stdioClient } from "../support/mcp";

it("a table that cannot be read says so, and the others are served", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const table = readdirSync(folder).find((name) => name.startsWith("words"));
  if (table === undefined) throw new Error("The table has no folder.");
  for (const name of readdirSync(join(folder, table), { recursive: true, encoding: "utf8" })) {
    const file = join(folder, table, name);
    if (statSync(file).isFile()) writeFileSync(file, "damaged");
  }
  const served = await stdioClient(folder);
  const { tables } = await served.answer("list_tables");
  expect(tables).toMatchObject([
    { name: "notes", rows: 2 },
    { name: "words", problem: expect.stringMatching(/^CORRUPT: /) },
  ]);
  expect(await served.failure("find", { table: "words" })).toMatchObject({
    code: "CORRUPT",
    hint: expect.any(String),
  });
  expect(await served.answer("find", { table: "notes" })).toMatchObject({ count: 2 });
});
