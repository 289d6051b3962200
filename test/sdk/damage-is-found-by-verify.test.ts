// A table that is too damaged to be opened can still be checked, and every damaged file is named.

import { readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";

const docs = table("docs", { id: int().primaryKey(), body: text() });

test("a table with files that are cut short or gone is checked though it cannot be opened", async () => {
  const folder = temporaryFolder();
  const db = await diskDatabase(folder);
  const t = await db.table(docs);
  for (const start of [0, 2000]) {
    await t.insert(Array.from({ length: 2000 }, (_, i) => ({ id: start + i, body: "x".repeat(100) })));
  }
  expect(await db.verify("docs")).toMatchObject({ ok: true, problems: [] });
  await db.close();

  const data = join(folder, "docs.varve", "data");
  const [first = "", second = ""] = readdirSync(data);
  truncateSync(join(data, first), 1000);
  rmSync(join(data, second));

  const again = await diskDatabase(folder);
  await expect(again.table(docs)).rejects.toMatchObject({ code: "CORRUPT" });
  const { ok, problems } = await again.verify("docs");
  expect(ok).toBe(false);
  expect(problems.map(({ file }) => file?.split("/").at(-1)).sort()).toEqual([first, second].sort());
});

test("a table that there is not is no damaged table", async () => {
  const db = await diskDatabase(temporaryFolder());
  await expect(db.verify("docs")).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
});
