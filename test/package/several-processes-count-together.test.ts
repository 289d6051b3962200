// Processes that change one row at once: each adds to a number, and each sets a column of its own.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect, int, table, text } from "varve";
import { expect, onTestFinished, test } from "vitest";

const processes = 4;
const updates = 50;
const counters = table("counters", {
  id: text().primaryKey(),
  n: int(),
  w0: int().nullable(),
  w1: int().nullable(),
  w2: int().nullable(),
  w3: int().nullable(),
});

test(`${processes} processes with ${updates} updates each, of one row`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "varve-counters-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const db = await connect(folder);
  const t = await db.table(counters);
  await t.insert({ id: "a", n: 0 });
  const script = fileURLToPath(new URL("adder.mjs", import.meta.url));
  const run = promisify(execFile);
  const started = Array.from({ length: processes }, (_, i) =>
    run(process.execPath, [script, folder, `w${i}`, String(updates)]),
  );
  const added = (await Promise.all(started)).map(({ stdout }) => Number(stdout));
  expect(added).toEqual(added.map(() => updates));
  const last = updates - 1;
  expect(await t.get("a")).toEqual({
    id: "a",
    n: processes * updates,
    w0: last,
    w1: last,
    w2: last,
    w3: last,
  });
  const history = await t.history({ limit: 10_000 });
  expect(history.length).toBe(1 + 2 * processes * updates);
  await db.close();
}, 120_000);
