// docs/file-format.md is enough to read a table: reader.py keeps to it, and knows nothing of Varve. What it finds in the golden tables is
// what stands beside them.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/database";
import { copyOf, type Expected, expectedOf, goldenNames, shown } from "../support/golden";

const program = fileURLToPath(new URL("reader.py", import.meta.url));
const python = process.env["VARVE_TEST_PYTHON"] ?? "python3";
// Skipped only where this Python has no pyarrow or no xxhash.
const missing = spawnSync(python, ["-c", "import pyarrow, xxhash"]).status !== 0;

type Found = Pick<Expected, "versions" | "history" | "tags" | "effective">;

function read(folder: string, ...dates: number[]): Found {
  const args = [program, join(folder, "docs.varve"), ...dates.map(String)];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as Found;
}

describe.skipIf(missing).each(goldenNames)("%s", (name) => {
  test("is read from the page alone", () => {
    const { versions, history, tags, effective } = expectedOf(name);
    const found = read(copyOf(name), ...effective.map(({ at }) => at));
    expect(found.versions).toEqual(versions);
    expect(found.history).toEqual(history);
    expect(found.tags).toEqual(expect.arrayContaining([...tags]));
    expect(found.effective).toEqual(effective);
  });
});

test.skipIf(missing)(
  "a table of today is read from the page alone, its indexes and vectors left aside",
  async () => {
    const folder = temporaryFolder();
    const db = await connect(folder);
    const docs = table("docs", { id: int().primaryKey(), body: text(), n: int().indexed() }, (c) => ({
      vec: embed(builtin(), c.body),
    }));
    const t = await db.table(docs);
    await t.insert(Array.from({ length: 300 }, (_, id) => ({ id, body: `layer ${id % 7}`, n: id % 50 })));
    await t.update({ where: { n: 7 }, set: { body: "another layer" } });
    await t.optimize();
    await t.purge({ keys: [3] });
    await t.delete({ where: { n: { $gt: 40 } } });
    const found = read(folder);
    for (const version of [1, 2, 4]) {
      const rows = await t.asOf(version).find({ limit: 10_000, select: ["id", "body", "n", "vec"] });
      const expected = rows.map((row) => [String(row.id), shown(row)]);
      expect(found.versions[version]?.rows).toEqual(Object.fromEntries(expected));
    }
    await db.close();
  },
);
